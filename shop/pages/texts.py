"""Texts of the pages that staff may edit: those of the files, replaced by what somebody edited in the admin.

A text is named by its English original, so an edited one lapses when a release words that place anew. Values stand in
braces ("{mg} mg") where messages have `%(mg)d`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from flask import Flask, current_app, g, render_template
from jinja2 import ChoiceLoader, FunctionLoader
from jinja2.ext import extract_from_ast
from markupsafe import Markup, escape
from msgspec import Struct
from msgspec.structs import replace

from recommend.knowledge import Guide, Section
from recommend.text import LANGUAGES, Text
from shop.web.database import get_ruleset
from shop.web.i18n import current_language, in_language
from shop.web.i18n import gettext as message_in_language
from shop.web.i18n import lazy_gettext as _
from shop.web.owner_settings import page_texts

OWN = ""
"""The name of the paragraphs of the owner's own, which the files do not have."""
GUIDE = "guide"
_VALUE = re.compile(r"%\((\w+)\)[sd]")
_EDITED = "edited/"
_CALLED = re.compile(r"(?<![\w.])_\(")
_NAME = re.compile(r"\{(\w+)\}")


class EditablePage(Struct, frozen=True):
    """A page, or a section of the guide, whose texts are edited together."""

    id: str
    label: str
    endpoint: str
    has_own_paragraphs: bool = False


_PAGES = (
    EditablePage("home", _("Home page"), "pages.home"),
    EditablePage("contact", _("Contact"), "pages.contact", has_own_paragraphs=True),
    EditablePage("privacy", _("Privacy"), "pages.privacy", has_own_paragraphs=True),
    EditablePage("accessibility", _("Accessibility"), "pages.accessibility", has_own_paragraphs=True),
    EditablePage("colophon", _("Colophon"), "pages.colophon", has_own_paragraphs=True),
)


def editable_pages() -> list[EditablePage]:
    """All pages with texts to edit: the guide by section, then those made by templates."""
    guide, language = get_ruleset().guide, current_language()
    sections = [(f"{GUIDE}-{section.id}", section.heading.in_language(language)) for section in guide.sections]
    parts = [(GUIDE, guide.title.in_language(language)), *sections]
    return [*_PAGES, *(EditablePage(id_, label, "pages.guide") for id_, label in parts)]


def texts_of_files(page: EditablePage) -> dict[str, Text]:
    """The texts of a page as the files have them, by name, in the order of the page."""
    texts = _texts_of_guide(page.id) if page.endpoint == "pages.guide" else _texts_of_template(page.id)
    return {name: _with_names(text) for name, text in texts} | ({OWN: Text("", "")} if page.has_own_paragraphs else {})


def _texts_of_guide(page: str) -> Iterator[tuple[str, Text]]:
    guide = get_ruleset().guide
    if page == GUIDE:
        texts = [guide.title, guide.intro]
    else:
        section = next(section for section in guide.sections if f"{GUIDE}-{section.id}" == page)
        passages = [text for passage in section.passages for text in (passage.text, *passage.items)]
        texts = [section.heading, *passages]
    return ((text.en, text) for text in texts)


def _texts_of_template(page: str) -> Iterator[tuple[str, Text]]:
    for message in _messages(page):
        by_language = {}
        for language in LANGUAGES:
            with in_language(language):
                by_language[language] = message_in_language(message)
        yield message, Text(by_language["nl"], by_language["en"])


@cache
def _messages(page: str) -> tuple[str, ...]:
    environment = current_app.jinja_env
    assert environment.loader is not None  # noqa: S101 - Flask always has one
    source = environment.loader.get_source(environment, f"pages/{page}.html")[0]
    found = extract_from_ast(environment.parse(source), ("_",))
    messages = (message if isinstance(message, str) else (message or [None])[0] for _line, _name, message in found)
    return tuple(dict.fromkeys(message for message in messages if message))


def _with_names(text: Text) -> Text:
    """A message as staff read it: values by name, one sign for a percentage."""
    return Text(*(_VALUE.sub(r"{\1}", text.in_language(language)).replace("%%", "%") for language in LANGUAGES))


def names_of_values(text: str) -> set[str]:
    """The values that the shop fills into a text."""
    return set(_NAME.findall(text))


def preview_texts(page: EditablePage, texts: Mapping[str, Text]) -> str:
    """The page as it would be with these texts, in the language of the request."""
    g.text_preview = {(page.id, name): (text.nl, text.en) for name, text in texts.items()}
    view: Callable[[], str] = current_app.view_functions[page.endpoint]  # type: ignore[assignment] # one of ours
    return view()


def edited_text(page: str, name: str) -> Text | None:
    """A text that somebody edited; None: as the files have it."""
    previewed: Mapping[tuple[str, str], tuple[str, str]] = g.get("text_preview", {})
    found = previewed.get((page, name)) or page_texts().get((page, name))
    return Text(*found) if found else None


def init_app(app: Flask) -> None:
    """Let `edited/PAGE.html` be the template of a page whose messages are asked for as `wording(…)`.

    So nothing that treats `_(…)` of all templates alike stands between a page and its edited texts.
    """
    files = app.jinja_loader
    assert files is not None  # noqa: S101 - Flask's own, of the template folder

    def load(name: str) -> tuple[str, str | None, Callable[[], bool] | None] | None:
        page = name.removeprefix(_EDITED)
        if page == name:
            return None
        source, file, is_current = files.get_source(app.jinja_env, f"pages/{page}")
        return _CALLED.sub("wording(", source), file, is_current

    app.jinja_loader = ChoiceLoader([files, FunctionLoader(load)])


def render_page(page: str, **values: Any) -> str:
    """Render `pages/PAGE.html` with the edited texts in the place of its messages."""
    if "text_preview" in g:
        values |= {"robots": "noindex", "text_preview": True}
    own = edited_text(page, OWN)
    paragraphs = own.in_language(current_language()).splitlines() if own else ()
    return render_template(
        f"{_EDITED}{page}.html",
        wording=_messages_of(page),
        own_paragraphs=[line for line in paragraphs if line],
        **values,
    )


def _messages_of(page: str) -> Callable[..., Markup]:
    unedited: Callable[..., Markup] = current_app.jinja_env.globals["_"]  # type: ignore[assignment] # `shop.web.i18n`

    def look_up(message: str, **values: object) -> Markup:
        text = edited_text(page, message)
        if text is None:
            return unedited(message, **values)
        words = escape(text.in_language(current_language()))
        return Markup(_NAME.sub(lambda name: escape(values.get(name[1], name[0])), words))  # noqa: S704 - escaped

    return look_up


def edited_guide() -> Guide:
    """The guide of the files with the edited texts; sources and claims stay those of the files."""
    guide = get_ruleset().guide
    if not any(page.startswith(GUIDE) for page, _name in (*page_texts(), *g.get("text_preview", {}))):
        return guide
    sections = tuple(_edited_section(section) for section in guide.sections)
    return replace(guide, title=_edited(GUIDE, guide.title), intro=_edited(GUIDE, guide.intro), sections=sections)


def _edited_section(section: Section) -> Section:
    page = f"{GUIDE}-{section.id}"
    passages = tuple(
        replace(passage, text=_edited(page, passage.text), items=tuple(_edited(page, item) for item in passage.items))
        for passage in section.passages
    )
    return replace(section, heading=_edited(page, section.heading), passages=passages)


def _edited(page: str, text: Text) -> Text:
    return edited_text(page, text.en) or text
