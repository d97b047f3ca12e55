"""Templates, compiled once for each language: its messages and the addresses without values are part of the code.

A message or address takes a few microseconds to look up, and a listing has about a hundred of them that are the same
on every page.
"""

from collections.abc import Hashable, MutableMapping
from functools import lru_cache, partial
from itertools import chain
from operator import methodcaller
from secrets import token_hex
from typing import Any

from flask import Flask, get_template_attribute, render_template, request
from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from recommend.text import Language
from shop.web.i18n import current_language, fixed_address, message_in, plural_in, text_in

Place = tuple[Language, str]
"""The language of the messages, and the path below which the addresses lie."""


class PageTemplates(Environment):
    """Environment of Jinja that hands each template to the environment of the request's language."""

    place: Place | None = None
    """The language and path of the templates that this environment compiled; none for the one that hands on."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._of_place: dict[Place, PageTemplates] = {}

    def _load_template(self, name: str, globals: MutableMapping[str, Any] | None) -> Template:
        if self.place is None and request:
            return self._of(current_language(), request.script_root)._load_template(name, globals)
        return super()._load_template(name, globals)

    def _of(self, language: Language, script_root: str) -> "PageTemplates":
        place = language, script_root
        if place not in self._of_place:
            own = self.overlay()
            own.place = place
            own.globals = own.globals | _functions_in(language, script_root)
            own.filters = own.filters | {"t": methodcaller("in_language", language)}
            self._of_place[place] = own
        return self._of_place[place]

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """All globals in one dictionary: in a chain of two, as Jinja has it, each look-up takes longer."""
        return {**self.globals, **(d or {})}

    def _generate(self, source: nodes.Template, *args: Any, **options: Any) -> str:
        if self.place is not None:
            source = _Written(*self.place).visit(source)
        return super()._generate(source, *args, **options)


def _functions_in(language: Language, script_root: str) -> dict[str, Any]:
    """Functions that need not ask each time which language the page has: an advice calls them two hundred times."""
    text = partial(text_in, language)
    return {
        "_": text,
        "gettext": text,
        "ngettext": partial(plural_in, language),
        "kept": partial(_written, language, script_root),
    }


def render_page(name: str, **context: object) -> bytes:
    """A page in UTF-8, from a template that leaves the place of parts which are encoded already to `prepared`.

    So its large cached parts are copied once, and not by each macro and block around them.
    """
    parts: list[bytes] = []

    def prepared(part: bytes) -> Markup:
        parts.append(part)
        return _GAP

    text = render_template(name, prepared=prepared, **context)
    first, *others = text.encode().split(_GAP.encode())
    return b"".join((first, *chain.from_iterable(zip(parts, others, strict=True))))


def kept(template: str, macro: str, *values: Hashable) -> Markup:
    """The output of a macro for these values, alike on every page of a language: written once."""
    return _written(current_language(), request.script_root, template, macro, *values)


@lru_cache(2048)
def _written(_language: Language, _script_root: str, template: str, macro: str, *values: Hashable) -> Markup:
    written: Markup = get_template_attribute(template, macro)(*values)
    return written


def init_app(app: Flask) -> None:
    app.add_template_global(kept)


_GAP = Markup(f"\0{token_hex(8)}\0")  # noqa: S704 - no visitor can know it, and so write it into a page
"""Stands for a part in the text that a template makes."""


class _Written(NodeTransformer):
    """Replaces calls that answer alike on every page of a language by their answers."""

    def __init__(self, language: Language, script_root: str) -> None:
        self._language = language
        self._address = partial(fixed_address, language=language, script_root=script_root)

    def visit_Call(self, call: nodes.Call) -> nodes.Node:  # noqa: N802 - the visitor finds it by this name
        self.generic_visit(call)
        if call.dyn_args or call.dyn_kwargs:
            return call
        match call:
            case nodes.Call(
                node=nodes.Name(name="_" | "gettext"),
                args=[nodes.Const(value=str(message))],
                kwargs=[],
            ):
                return nodes.Const(message_in(self._language, message), lineno=call.lineno)
            case nodes.Call(
                node=nodes.Name(name="ngettext"),
                args=[nodes.Const(value=str(one)), nodes.Const(value=str(many)), nodes.Const(value=int(number))],
                kwargs=[],
            ):
                return nodes.Const(plural_in(self._language, one, many, number), lineno=call.lineno)
            case nodes.Call(
                node=nodes.Name(name="url_for"),
                args=[nodes.Const(value=str(endpoint))],
                kwargs=[],
            ) if not endpoint.startswith("."):
                return nodes.Const(self._address(endpoint, None), lineno=call.lineno)
            case nodes.Call(
                node=nodes.Name(name="url_for"),
                args=[nodes.Const(value="static")],
                kwargs=[nodes.Keyword(key="filename", value=nodes.Const(value=str(file)))],
            ):
                return nodes.Const(self._address("static", file), lineno=call.lineno)
        return call
