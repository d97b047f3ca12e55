"""The questionnaire and its advice. Answers live in the visitor's own cookie (see `answers_cookie`)."""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from catalog.advice.candidates import Excluded, budget_bands, prices_of_catalogue
from catalog.advice.suggest import Suggestion, Suggestions, suggest_products
from recommend.answers import Answers
from recommend.engine import Advice, JudgedForm, advise
from recommend.explain import Cell, WhyNotFirst, decision_map, why_not_first
from recommend.knowledge import Form, Ruleset
from recommend.medicines import Medicine
from shop.finder.answers_cookie import complete_answers, erase_answers, store_answers, stored_answers
from shop.finder.forms import WISHES, QuestionnaireForm, SafetyForm, WishesForm
from shop.finder.medicines import (
    MedicineCard,
    asks_for_search,
    medicine_card,
    medicine_list,
    search_medicines,
    take_medicine,
    typed_name,
)
from shop.web.database import get_ruleset, get_session
from shop.web.i18n import current_language, localized
from shop.web.security import never_store
from shop.web.services import services

bp = Blueprint("finder", __name__)


class FormEntry(Struct, frozen=True):
    """A compound on the advice page with its products; `excluded` says why there are none."""

    judged: JudgedForm
    products: Sequence[Suggestion]
    excluded: Excluded | None

    @property
    def form(self) -> Form:
        return self.judged.form


class AdvicePage(Struct, frozen=True):
    """Everything that the advice page shows; a compound with two names is one entry."""

    answers: Answers
    advice: Advice
    suggestions: Suggestions
    entries: Sequence[FormEntry]
    others: Sequence[FormEntry]
    explanations: Mapping[str, WhyNotFirst]
    decision_map: Mapping[tuple[str, str, str], Cell]


@localized(bp, nl="/nl/keuzehulp", en="/en/finder", methods=("GET", "POST"))
def wishes() -> Response:
    form = WishesForm(get_ruleset(), current_language(), stored_answers(), budget_bands(get_session()))
    if form.validate_on_submit():
        store_answers(stored_answers() | form.valid_answers())
        return redirect(url_for("finder.safety"), HTTPStatus.SEE_OTHER)
    if form.is_submitted() and not form.agreement.data:
        erase_answers()  # an agreement taken back
    return _page("finder/wishes.html", form)


@localized(bp, nl="/nl/keuzehulp/veiligheid", en="/en/finder/safety", methods=("GET", "POST"))
def safety() -> Response:
    if set(WISHES) - stored_answers().keys():
        return redirect(url_for("finder.wishes"), HTTPStatus.SEE_OTHER)
    form = SafetyForm(get_ruleset(), current_language(), stored_answers())
    search, taken = None, None
    if form.is_submitted():
        taken = services().medicines.by_id.get(request.form.get("take_medicine", ""))
        if taken is not None:
            take_medicine(form, taken)
        valid = form.validate()
        if "csrf_token" not in form.errors:
            # Stored even when other answers need correction, so that a stop among them counts at once; an answer that
            # is refused takes the earlier one with it, which it was meant to replace.
            here = form.keys()
            other_pages = {key: value for key, value in stored_answers().items() if key not in here}
            store_answers(other_pages | form.valid_answers())
            if "back" in request.form:
                return redirect(url_for("finder.wishes"), HTTPStatus.SEE_OTHER)
        if asks_for_search():
            search = search_medicines(typed_name(), services().medicines, get_ruleset(), current_language())
        if "csrf_token" not in form.errors and (search or taken):
            form.forget_errors()  # the visitor is not done yet, so nothing is missing yet
        elif valid:
            return redirect(url_for("finder.advice"), HTTPStatus.SEE_OTHER)
    return _page("finder/safety.html", form, search=search, taken=_card_of(taken))


def _card_of(taken: Medicine | None) -> MedicineCard | None:
    return medicine_card(taken, services().medicines, get_ruleset(), current_language()) if taken else None


@localized(bp, nl="/nl/keuzehulp/medicijnen.json", en="/en/finder/medicines.json")
def medicines() -> Response:
    """The same for everybody, so that a browser can search while a name is typed and send none of it."""
    text = medicine_list(services().medicines, get_ruleset(), current_language())
    return Response(text, mimetype="application/json")


def _page(template: str, form: QuestionnaireForm, **values: Any) -> Response:
    page = render_template(template, form=form, **values)
    return never_store(make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else 200))


@localized(bp, nl="/nl/keuzehulp/advies", en="/en/finder/advice")
def advice() -> Response:
    return _advice_page("finder/advice.html")


@localized(bp, nl="/nl/keuzehulp/samenvatting", en="/en/finder/summary")
def summary() -> Response:
    """One page to print and take to a pharmacist."""
    return _advice_page("finder/summary.html")


def _advice_page(template: str) -> Response:
    answers = complete_answers()
    if answers is None:
        return redirect(url_for("finder.safety"), HTTPStatus.SEE_OTHER)
    ruleset = get_ruleset()
    prices = prices_of_catalogue(get_session(), ruleset)
    advised = advise(answers, ruleset, prices.lowest)
    suggestions = suggest_products(get_session(), answers, advised, prices.budget)
    page = AdvicePage(
        answers=answers,
        advice=advised,
        suggestions=suggestions,
        entries=_entries(advised.forms, suggestions, ruleset),
        others=_entries(advised.other_forms, suggestions, ruleset),
        explanations={explained.form: explained for explained in why_not_first(answers, advised)},
        decision_map={
            (cell.stomach, cell.absorption, cell.budget): cell for cell in decision_map(answers, advised.ruleset).cells
        },
    )
    return never_store(make_response(render_template(template, page=page, advice=advised, ruleset=ruleset)))


def _entries(judged: Iterable[JudgedForm], suggestions: Suggestions, ruleset: Ruleset) -> list[FormEntry]:
    """One entry for each compound: forms that share their facts are judged alike."""
    entries = []
    for one in judged:
        names = [form.id for form in ruleset.names_of_record[one.form.record]]
        if one.form.id == names[0]:
            entries.append(FormEntry(one, suggestions.of_forms(names), suggestions.excluded_from(names)))
    return entries


@localized(bp, nl="/nl/keuzehulp/opnieuw", en="/en/finder/start-again", methods=("POST",))
def start_again() -> Response:
    """Erase the answers. No CSRF token asked: the worst that a forged request does is erase."""
    erase_answers()
    return never_store(make_response(redirect(url_for("finder.wishes"), HTTPStatus.SEE_OTHER)))
