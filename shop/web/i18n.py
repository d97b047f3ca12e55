"""Two languages by construction: every page is registered under a Dutch and an English address."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from babel.support import LazyProxy, NullTranslations, Translations
from flask import Blueprint, Flask, current_app, g, request, session, url_for
from markupsafe import Markup

from recommend.text import LANGUAGES, Language, Text

View = TypeVar("View", bound=Callable[..., Any])
DEFAULT: Language = "nl"
SOURCE: Language = "en"
"""The language of the messages in code and templates."""
TRANSLATIONS = Path(__file__).parent.parent / "translations"


def localized(blueprint: Blueprint, *, nl: str, en: str, methods: Sequence[str] = ("GET",)) -> Callable[[View], View]:
    """Register a view under its Dutch and its English address; `url_for` picks by `lang`."""

    def register(view: View) -> View:
        for language, rule in (("nl", nl), ("en", en)):
            blueprint.add_url_rule(rule, view.__name__, view, methods=list(methods), defaults={"lang": language})
        return view

    return register


def init_app(app: Flask) -> None:
    """Let the address decide the language of the page, of its links and of its messages."""

    @app.url_value_preprocessor
    def take_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.lang = (values or {}).pop("lang", None) or language_of_request()

    @app.url_defaults
    def add_language(endpoint: str, values: dict[str, Any]) -> None:
        if "lang" not in values and app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values["lang"] = current_language()

    app.jinja_env.globals.update(_=_in_page, gettext=_in_page, ngettext=_plural_in_page, url_for=address_of)
    app.jinja_env.globals["page_language"] = current_language  # `lang` for macros, which are made once without a page
    app.add_template_filter(in_current_language, "t")
    app.context_processor(lambda: {"lang": current_language(), "same_page_in": same_page_in})


_MESSAGES = {
    language: Translations.load(TRANSLATIONS, [language]) if language != SOURCE else NullTranslations()
    for language in LANGUAGES
}


def _lookup(message: str) -> str:
    return _MESSAGES[current_language()].gettext(message)


def _lookup_plural(one: str, many: str, num: int) -> str:
    return _MESSAGES[current_language()].ngettext(one, many, num)


def address_of(endpoint: str, **values: Any) -> str:
    """`url_for` for templates, which puts an address without values together once in each language."""
    if not endpoint.startswith("."):
        if not values.keys() - {"filename"}:
            return fixed_address(endpoint, values.get("filename"), current_language(), request.script_root)
        if values.keys() == {"slug"} and current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
            return address_of_slug(endpoint, str(values["slug"]), current_language(), request.script_root)
    return url_for(endpoint, **values)


@lru_cache(1024)
def fixed_address(endpoint: str, file: str | None, language: Language, script_root: str) -> str:  # noqa: ARG001 - a key
    """An address without values, below the path of the request."""
    if file:
        return url_for(endpoint, filename=file)
    if current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        return url_for(endpoint, lang=language)
    return url_for(endpoint)


@lru_cache(4096)
def address_of_slug(endpoint: str, slug: str, language: Language, script_root: str) -> str:  # noqa: ARG001 - a key
    """The address of a product in a language, below the path of the request."""
    return url_for(endpoint, slug=slug, lang=language)


@cache
def _as_markup(message: str, language: Language) -> Markup:
    return Markup(_MESSAGES[language].gettext(message))  # noqa: S704 - texts of our own


@cache
def message_in(language: Language, message: str) -> Markup:
    """A message without values, for a template."""
    return _as_markup(message, language) % {}


def text_in(language: Language, message: str, **values: object) -> Markup:
    """A message in a template: its values are escaped, and `%%` is a percent sign with values or without."""
    return _as_markup(message, language) % values if values else message_in(language, message)


def plural_in(language: Language, one: str, many: str, num: int, **values: object) -> Markup:
    """A message for a number, for a template."""
    message = _MESSAGES[language].ngettext(one, many, num)
    if values:
        return Markup(message) % {"num": num, **values}  # noqa: S704 - texts of our own
    return Markup(message % {"num": num})  # noqa: S704 - a number needs no escaping


def _in_page(message: str, **values: object) -> Markup:
    return text_in(current_language(), message, **values)


def _plural_in_page(one: str, many: str, num: int, **values: object) -> Markup:
    return plural_in(current_language(), one, many, num, **values)


def gettext(message: str, **values: object) -> str:
    """A message in the language of the page; with values its placeholders are filled in."""
    return _lookup(message) % values if values else _lookup(message)


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """A message for a number, which is itself the value `num`."""
    return _lookup_plural(one, many, num) % {"num": num, **values}


def lazy_gettext(message: str, **values: object) -> str:
    """A message looked up when it is shown, for labels made before any request; typed as the text that it becomes."""
    return cast(str, LazyProxy(gettext, message, enable_cache=False, **values))


def current_language() -> Language:
    language: Language = g.get("lang") or language_of_request()
    return language


def language_of_request() -> Language:
    """The language of the address's prefix, or of the API's and the admin's `?lang=`, which the admin remembers.

    Else what the browser asks for, else Dutch.
    """
    prefix = request.path.split("/")[1] if request else ""
    if prefix == "api":
        prefix = request.args.get("lang", "")
    elif prefix == "admin":
        prefix = request.args.get("lang") or session.get("lang", "")
    for language in LANGUAGES:
        if prefix == language:
            return language
    return preferred_language()


def preferred_language() -> Language:
    """The first of our languages in the browser's order of preference; regions do not count."""
    for tag, _quality in request.accept_languages if request else ():
        for language in LANGUAGES:
            if tag.split("-")[0].lower() == language:
                return language
    return DEFAULT


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Write in another language than the page's, such as in a letter of an order."""
    before = g.get("lang")
    g.lang = language
    try:
        yield
    finally:
        g.lang = before


def in_current_language(text: Text) -> str:
    return text.in_language(current_language())


def address_in(language: Language, endpoint: str, values: Mapping[str, Any]) -> str:
    """The address of a page that has one in each language."""
    if not values:
        return fixed_address(endpoint, None, language, request.script_root)
    if values.keys() == {"slug"}:
        return address_of_slug(endpoint, values["slug"], language, request.script_root)
    return url_for(endpoint, **{**values, "lang": language})


def same_page_in(language: Language) -> str:
    """The address of this page in another language, query included; the home page when there is no such page."""
    endpoint = request.endpoint
    if endpoint and request.path.startswith("/admin/"):
        return _same_admin_page_in(language)
    if endpoint is None or "lang" not in (request.url_rule.defaults or {} if request.url_rule else {}):
        return url_for("pages.home", lang=language)
    address = address_in(language, endpoint, request.view_args or {})
    if request.method != "GET" or not request.query_string:
        return address
    query = urlencode(list(request.args.items(multi=True)), errors="replace")
    return f"{address}?{query}" if query else address


def _same_admin_page_in(language: Language) -> str:
    """The admin's addresses bear no language, so the query asks for it; a page that only takes forms has no other."""
    if request.url_rule is None or "GET" not in (request.url_rule.methods or ()):
        return url_for("admin.dashboard", lang=language)
    query = [(key, value) for key, value in request.args.items(multi=True) if key != "lang"]
    return f"{request.path}?{urlencode([*query, ('lang', language)], errors='replace')}"
