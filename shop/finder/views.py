"""The questionnaire and its advice. Answers live in the visitor's own cookie (see `answers_cookie`)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from catalog.advice.candidates import budget_bands
from recommend.medicines import Medicine
from recommend.wording import answer_in_words
from shop.finder.advice_page import advice_page, matches
from shop.finder.answers_cookie import (
    answers_not_known,
    complete_answers,
    erase_answers,
    partial_answers,
    store_answers,
    stored_answers,
    visitor_stops,
)
from shop.finder.forms import (
    NO_PREFERENCE,
    PAGES,
    ConditionsForm,
    IntakeForm,
    MedicinesForm,
    QuestionnaireForm,
    SignsForm,
    StartForm,
    WishesForm,
)
from shop.finder.kept_advice import KeptAdvice, kept_advice
from shop.finder.medicines import (
    MedicineCard,
    MedicineSearch,
    asks_for_search,
    goes_on,
    medicine_card,
    medicine_list,
    search_medicines,
    take_medicine,
    taken_id,
    typed_name,
    with_condition_of,
)
from shop.web.database import get_ruleset, get_session
from shop.web.i18n import current_language, gettext, localized
from shop.web.security import never_store
from shop.web.services import services
from shop.web.templates import render_page
from shop.web.words import counted_with

bp = Blueprint("finder", __name__)


@localized(bp, nl="/nl/keuzehulp", en="/en/finder", methods=("GET", "POST"))
def start() -> Response:
    return _question_page(StartForm)


@localized(bp, nl="/nl/keuzehulp/signalen", en="/en/finder/signs", methods=("GET", "POST"))
def signs() -> Response:
    return _question_page(SignsForm)


@localized(bp, nl="/nl/keuzehulp/gezondheid", en="/en/finder/health", methods=("GET", "POST"))
def conditions() -> Response:
    return _question_page(ConditionsForm)


@localized(bp, nl="/nl/keuzehulp/medicijnen", en="/en/finder/medicines", methods=("GET", "POST"))
def medicines() -> Response:
    return _question_page(MedicinesForm)


@localized(bp, nl="/nl/keuzehulp/gebruik", en="/en/finder/intake", methods=("GET", "POST"))
def intake() -> Response:
    return _question_page(IntakeForm)


@localized(bp, nl="/nl/keuzehulp/wensen", en="/en/finder/wishes", methods=("GET", "POST"))
def wishes() -> Response:
    return _question_page(WishesForm)


ENDPOINTS: Mapping[type[QuestionnaireForm], str] = {
    StartForm: "finder.start",
    SignsForm: "finder.signs",
    ConditionsForm: "finder.conditions",
    MedicinesForm: "finder.medicines",
    IntakeForm: "finder.intake",
    WishesForm: "finder.wishes",
}


def _question_page(kind: type[QuestionnaireForm]) -> Response:
    """A page of questions: answers are stored as soon as they are valid, and a stop ends the questionnaire."""
    stored = stored_answers()
    if kind is not StartForm and not stored:
        return redirect(url_for("finder.start", answers_gone=1), HTTPStatus.SEE_OTHER)
    form = kind(get_ruleset(), current_language(), stored)
    if isinstance(form, IntakeForm) and answers_not_known():
        form.show_not_known()
    # From the other language, and from the question on the home page: shown with what was chosen, nothing stored.
    if not form.is_submitted() or "translate" in request.form or "begin" in request.form:
        return _show(form)
    taken = _taken_medicine(form)
    valid = form.validate()
    if "csrf_token" in form.errors or (isinstance(form, StartForm) and not valid):
        return _show(form, search=_search() if asks_for_search() else None)
    # Stored even when another answer needs correction, so that a stop among them counts at once.
    answers = form.with_answers()
    not_known = form.not_known if isinstance(form, IntakeForm) else answers_not_known()
    store_answers(with_condition_of(taken, answers) if taken else answers, not_known)
    return _onward(form, taken, valid=valid)


def _onward(form: QuestionnaireForm, taken: Medicine | None, *, valid: bool) -> Response:
    """Back, on to the stop or the next open question, or the same page again."""
    if "back" in request.form:
        return redirect(url_for(ENDPOINTS[_page_before(type(form))]), HTTPStatus.SEE_OTHER)
    if isinstance(form, MedicinesForm) and ((taken and not goes_on()) or asks_for_search()):
        form.forget_errors()  # the visitor is not done yet, so nothing is missing yet
        return _show(form, search=_search() if asks_for_search() else None, taken=_card_of(taken))
    if visitor_stops(get_ruleset()):
        return redirect(url_for("finder.advice"), HTTPStatus.SEE_OTHER)
    if not valid:
        return _show(form, taken=_card_of(taken))
    endpoint = next_endpoint()
    if endpoint == "finder.advice" and "check" in request.form:
        endpoint = "finder.check"
    return redirect(url_for(endpoint), HTTPStatus.SEE_OTHER)


def _taken_medicine(form: QuestionnaireForm) -> Medicine | None:
    """The medicine whose button was pressed, its box ticked."""
    taken = services().medicines.by_id.get(taken_id())
    if taken is None or not isinstance(form, MedicinesForm):
        return None
    take_medicine(form, taken)
    return taken


def _search() -> MedicineSearch:
    return search_medicines(typed_name(), services().medicines, get_ruleset(), current_language())


def next_endpoint() -> str:
    """The first page with an open question; without one the advice."""
    stored = stored_answers()
    return next((ENDPOINTS[page] for page in PAGES if page.is_open(stored)), "finder.advice")


def _page_before(kind: type[QuestionnaireForm]) -> type[QuestionnaireForm]:
    """The page that this visitor came through last before a page."""
    stored = stored_answers()
    return next(page for page in reversed(PAGES[: PAGES.index(kind)]) if not page.is_skipped(stored))


def _card_of(taken: Medicine | None) -> MedicineCard | None:
    return medicine_card(taken, services().medicines, get_ruleset(), current_language()) if taken else None


@localized(bp, nl="/nl/keuzehulp/medicijnen.json", en="/en/finder/medicines.json")
def medicine_names() -> Response:
    """The same for everybody, so that a browser can search while a name is typed and send none of it."""
    text = medicine_list(services().medicines, get_ruleset(), current_language())
    return Response(text, mimetype="application/json")


def _show(
    form: QuestionnaireForm, *, search: MedicineSearch | None = None, taken: MedicineCard | None = None
) -> Response:
    """A page of the questionnaire as it was sent; 422 when something in it must be corrected."""
    if isinstance(form, WishesForm):
        form.show_bands(budget_bands(get_session()))
    template = f"{ENDPOINTS[type(form)].replace('.', '/')}.html"
    page = render_template(template, form=form, search=search, taken=taken)
    return never_store(make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK))


@localized(bp, nl="/nl/keuzehulp/controle", en="/en/finder/check")
def check() -> Response:
    """All answers, each with a link to change it."""
    stored = stored_answers()
    if not stored:
        return redirect(url_for("finder.start", answers_gone=1), HTTPStatus.SEE_OTHER)
    page = render_template("finder/check.html", rows=_rows(stored), next_endpoint=next_endpoint())
    return never_store(make_response(page))


class AnswerRow(Struct, frozen=True):
    """A question with its answer in words, empty while it is open, and the place where it is asked."""

    question: str
    answer: str
    endpoint: str
    anchor: str


def _rows(stored: dict[str, Any]) -> list[AnswerRow]:
    """Rows of the questions in the order of the pages; those that a filter answered lead to the filter."""
    ruleset, language = get_ruleset(), current_language()
    rows = []
    for page in PAGES:
        skipped = page.filtered_by if page.is_skipped(stored) else None
        for key in page.questions():
            answer = answer_in_words(stored[key], ruleset.questions[key], language) if key in stored else ""
            if answer and stored[key] == NO_PREFERENCE.get(key):
                answer = gettext("no preference")
            label = ruleset.questions[key].label.in_language(language)
            anchor = skipped.filter if skipped else page.anchor_of(key, stored)
            if key in answers_not_known():
                answer, anchor = counted_with(key, stored[key]), IntakeForm.filter
            rows.append(AnswerRow(label, answer, ENDPOINTS[skipped or page], anchor))
    return rows


@localized(bp, nl="/nl/keuzehulp/advies", en="/en/finder/advice")
def advice() -> Response:
    return _advice("finder/advice.html")


@localized(bp, nl="/nl/keuzehulp/samenvatting", en="/en/finder/summary")
def summary() -> Response:
    """One page to print and take to a pharmacist, with all that was answered."""
    return _advice("finder/summary.html")


@localized(bp, nl="/nl/keuzehulp/bewaren", en="/en/finder/keep")
def keep() -> Response:
    """Products and amount to keep or share, without anything of the answers."""
    kept = _kept_advice()
    if kept is None:
        return redirect(url_for("finder.advice"), HTTPStatus.SEE_OTHER)
    return never_store(make_response(render_template("finder/keep.html", kept=kept)))


@localized(bp, nl="/nl/keuzehulp/bewaren.txt", en="/en/finder/keep.txt")
def keep_as_text() -> Response:
    kept = _kept_advice()
    if kept is None:
        return redirect(url_for("finder.advice"), HTTPStatus.SEE_OTHER)
    page = make_response(f"{kept.text}\n")
    page.mimetype = "text/plain"
    return never_store(page)


def _kept_advice() -> KeptAdvice | None:
    """The advice to keep; None while questions are open or a stop is known."""
    answers = complete_answers()
    if answers is None or visitor_stops(get_ruleset()):
        return None
    return kept_advice(advice_page(answers, get_ruleset(), get_session()))


def _advice(template: str) -> Response:
    """The advice, or as soon as a stop is known the page that says so; without enough answers the open question."""
    answers = complete_answers()
    if answers is None and visitor_stops(get_ruleset()):
        answers = partial_answers()
    if answers is None:
        if not stored_answers():
            return redirect(url_for("finder.start", without_answers=1), HTTPStatus.SEE_OTHER)
        return redirect(url_for(next_endpoint()), HTTPStatus.SEE_OTHER)
    page = advice_page(answers, get_ruleset(), get_session())
    if page.advice.withheld and template == "finder/advice.html":
        template = "finder/stop.html"
    of_template: dict[str, object] = {}
    if template == "finder/advice.html":
        of_template["matches"] = matches(page)
    elif template == "finder/summary.html":
        of_template["given"] = [row for row in _rows(stored_answers()) if row.answer]
    html = render_page(template, page=page, advice=page.advice, ruleset=get_ruleset(), **of_template)
    return never_store(make_response(html))


@localized(bp, nl="/nl/keuzehulp/opnieuw", en="/en/finder/start-again", methods=("GET", "POST"))
def start_again() -> Response:
    """Erase the answers, once that is confirmed. No CSRF token: the worst that a forged request does is erase."""
    if request.method == "POST" or not stored_answers():
        erase_answers()
        return never_store(make_response(redirect(url_for("finder.start"), HTTPStatus.SEE_OTHER)))
    return never_store(make_response(render_template("finder/start_again.html")))
