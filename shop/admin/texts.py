"""Texts of pages: edited in both languages, checked, previewed, and brought back from an earlier version."""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from flask import abort, flash, g, make_response, redirect, render_template, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response
from wtforms import HiddenField, TextAreaField

from catalog.edits.edit import Author
from catalog.edits.page_texts import TextsChangedError, save_page_texts
from catalog.edits.validation import text_problems
from catalog.models import How, PageText
from catalog.queries.page_texts import last_text_changes, text_versions
from recommend.claims.check import check_text
from recommend.claims.findings import Finding
from recommend.text import LANGUAGES, Language, Text
from shop.admin.blueprint import bp, max_request_bytes
from shop.admin.forms import FILL_IN, add_error
from shop.admin.permissions import requires
from shop.admin.session import author_of_request
from shop.pages.texts import (
    GUIDE,
    OWN,
    EditablePage,
    editable_pages,
    edited_text,
    names_of_values,
    preview_texts,
    texts_of_files,
)
from shop.web.database import committing, get_ruleset, get_session
from shop.web.forms import ShopForm, render_form
from shop.web.i18n import current_language, gettext
from shop.web.i18n import lazy_gettext as _
from shop.web.number_format import upper_first
from shop.web.services import now

LONGEST_TEXT, LONGEST_OWN = 2_000, 10_000
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_LABELS: Mapping[Language, str] = {"nl": _("Dutch"), "en": _("English")}


class EditedPlace(Struct, frozen=True):
    """A text of the page: its name, the file's version, the versions of the admin, the fields of the form."""

    name: str
    key: str
    of_files: Text
    versions: Sequence[PageText]
    fields: Sequence[Any] = ()


class TextsForm(ShopForm):
    """The version of the page that was read; `_form_for` adds the texts."""

    version = HiddenField()


@bp.get("/texts")
@requires("text.change")
def texts() -> str:
    """Show all pages whose texts can be edited, and who last changed one."""
    return render_template("admin/texts/pages.html", pages=editable_pages(), last=last_text_changes(get_session()))


@bp.route("/texts/<page_id>", methods=["GET", "POST"])
@requires("text.change")
@max_request_bytes(500_000)
@committing
def edit_texts(page_id: str) -> Response:
    """Save, preview or bring back texts of one page; what was typed stays in the form until it is saved."""
    page = next((page for page in editable_pages() if page.id == page_id), None)
    if page is None:
        abort(HTTPStatus.NOT_FOUND)
    versions = text_versions(get_session(), page.id)
    places = _places(page, versions)
    form = _form_for(page, places, versions)
    press = request.form.get("press", "save") if request.method == "POST" else ""
    if press in LANGUAGES:
        return _preview(page, form, places, press)
    if press.startswith("bring-back:"):
        _bring_back(form, places, press)
    elif press and _is_right(form, page, places):
        return _save(page, form, places)
    return _page(page, form, places)


def _places(page: EditablePage, versions: Sequence[PageText]) -> list[EditedPlace]:
    return [
        EditedPlace(name, _key(name), text, [version for version in versions if version.source == name])
        for name, text in texts_of_files(page).items()
    ]


def _key(name: str) -> str:
    """The name of a text's fields: a release between showing and sending the form moves no text."""
    return "own" if name == OWN else f"t{sha256(name.encode()).hexdigest()[:12]}"


def _form_for(page: EditablePage, places: Sequence[EditedPlace], versions: Sequence[PageText]) -> TextsForm:
    rows = {place.key: 8 if place.name == OWN else 1 + len(place.of_files.nl) // 60 for place in places}
    fields = {
        f"{place.key}_{language}": TextAreaField(
            _LABELS[language], render_kw={"rows": rows[place.key], "lang": language}, filters=[_tidy]
        )
        for place in places
        for language in LANGUAGES
    }
    made = type("PageTextsForm", (TextsForm,), fields)
    values: dict[str, Any] = {"version": versions[0].id if versions else 0}
    for place in places:
        text = edited_text(page.id, place.name) or place.of_files
        values |= {f"{place.key}_{language}": text.in_language(language) for language in LANGUAGES}
    form: TextsForm = made(data=values)
    return form


def _tidy(value: str | None) -> str:
    """A text without blanks around its lines."""
    return "\n".join(" ".join(line.split()) for line in (value or "").strip().splitlines())


def _typed(form: TextsForm, place: EditedPlace) -> Text:
    return Text(form[f"{place.key}_nl"].data, form[f"{place.key}_en"].data)


def _preview(page: EditablePage, form: TextsForm, places: Sequence[EditedPlace], language: str) -> Response:
    g.lang = language
    return make_response(preview_texts(page, {place.name: _typed(form, place) for place in places}))


def _bring_back(form: TextsForm, places: Sequence[EditedPlace], press: str) -> None:
    """Put an earlier version into the form, to be looked at and saved; the rest of the form stays as typed."""
    _press, key, number = f"{press}::".split(":")[:3]
    for place in places:
        earlier = {str(version.id): Text(version.nl, version.en) for version in place.versions}
        text = ({"0": place.of_files} | earlier).get(number)
        if place.key == key and text:
            form[f"{key}_nl"].data, form[f"{key}_en"].data = text.nl, text.en
            flash(gettext("The earlier text stands in the form. It is not saved yet."), "success")


def _is_right(form: TextsForm, page: EditablePage, places: Sequence[EditedPlace]) -> bool:
    """Whether the texts may be shown: complete, without markup or unknown values, and nothing forbidden."""
    if not form.validate():
        return False
    for place in places:
        typed = _typed(form, place)
        for language in LANGUAGES:
            text, field = typed.in_language(language), form[f"{place.key}_{language}"]
            if not text and (place.name != OWN or any((typed.nl, typed.en))):
                add_error(field, str(FILL_IN))
            for error in _objections(text, place, language, page):
                add_error(field, error)
    return not form.errors


def _objections(text: str, place: EditedPlace, language: Language, page: EditablePage) -> list[str]:
    most = LONGEST_OWN if place.name == OWN else LONGEST_TEXT
    found = [f"{upper_first(problem.text(current_language()))}." for problem in text_problems("text", text, most)]
    original = place.of_files.in_language(language)
    if text and names_of_values(text) != names_of_values(original):
        values = ", ".join(f"{{{name}}}" for name in sorted(names_of_values(original))) or gettext("(none)")
        found.append(gettext("The shop fills in what stands in braces. Here that is: %(values)s.", values=values))
    if page.id.startswith(GUIDE):
        added = sorted(set(_NUMBER.findall(text)) - set(_NUMBER.findall(original)))
        if added:
            found.append(
                gettext("The sources beside this text do not have the number %(number)s.", number=", ".join(added))
            )
    for finding in _findings(text, language):
        if finding.blocks:
            said = gettext("This may not be said: “%(text)s”.", text=finding.text.strip())
            found.append(f"{said} {finding.why}")
    return found


def _findings(text: str, language: Language) -> Sequence[Finding]:
    return [each for each in check_text(text, language, get_ruleset().directory) if each.severity != "ok"]


def _save(page: EditablePage, form: TextsForm, places: Sequence[EditedPlace]) -> Response:
    changed = {}
    for place in places:
        typed, before = _typed(form, place), edited_text(page.id, place.name) or place.of_files
        if typed != before:
            changed[place.name] = (typed.nl, typed.en)
    read = form.version.data or ""
    version = int(read) if re.fullmatch("[0-9]{1,9}", read) else -1
    author = Author(who=author_of_request(), how=How.FORM, at=now())
    if changed:
        try:
            save_page_texts(get_session(), page.id, changed, version, author)
        except TextsChangedError:
            get_session().rollback()
            return _conflict(page, form)
    flash(gettext("Saved. Every page shows it from now on.") if changed else gettext("Nothing was changed."), "success")
    for nl, en in changed.values():
        for finding in (*_findings(nl, "nl"), *_findings(en, "en")):
            flash(gettext("To look at: “%(text)s”. %(why)s", text=finding.text.strip(), why=finding.why), "warning")
    return redirect(url_for("admin.edit_texts", page_id=page.id), HTTPStatus.SEE_OTHER)


def _conflict(page: EditablePage, form: TextsForm) -> Response:
    versions = text_versions(get_session(), page.id)
    form.version.data = str(versions[0].id if versions else 0)
    response = _page(page, form, _places(page, versions), changed_by=versions[0] if versions else None)
    response.status_code = HTTPStatus.CONFLICT
    return response


def _page(
    page: EditablePage, form: TextsForm, places: Sequence[EditedPlace], changed_by: PageText | None = None
) -> Response:
    known = {place.name for place in places}
    return render_form(
        "admin/texts/page.html",
        form,
        page=page,
        places=[
            EditedPlace(
                place.name,
                place.key,
                place.of_files,
                place.versions,
                [form[f"{place.key}_{language}"] for language in LANGUAGES],
            )
            for place in places
        ],
        lapsed=[version for version in text_versions(get_session(), page.id) if version.source not in known],
        changed_by=changed_by,
    )
