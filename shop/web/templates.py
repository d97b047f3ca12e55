"""Templates, compiled once for each language: its messages and the addresses without values are part of the code.

A message or address takes a few microseconds to look up, and a listing has about a hundred of them that are the same
on every page.
"""

from collections.abc import MutableMapping
from functools import partial
from typing import Any

from flask import request
from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.visitor import NodeTransformer

from recommend.text import Language
from shop.web.i18n import current_language, fixed_address, message_of

Place = tuple[Language, str]
"""The language of the messages, and the path below which the addresses lie."""


class PageTemplates(Environment):
    """Environment of Jinja that hands each template to the environment of the request's language."""

    place: Place | None = None
    """The language and path of the templates that this environment compiled; none for the one that hands on."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._of_place: dict[Place, PageTemplates] = {}

    def _load_template(self, name: str, globals: MutableMapping[str, Any] | None) -> Template:  # noqa: A002 - Jinja's
        if self.place is None and request:
            return self._of(current_language(), request.script_root)._load_template(name, globals)
        return super()._load_template(name, globals)

    def _of(self, language: Language, script_root: str) -> "PageTemplates":
        place = language, script_root
        if place not in self._of_place:
            own = self.overlay()
            own.place = place
            self._of_place[place] = own
        return self._of_place[place]

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """All globals in one dictionary: in a chain of two, as Jinja has it, each look-up takes longer."""
        return {**self.globals, **(d or {})}

    def _generate(self, source: nodes.Template, *args: Any, **options: Any) -> str:
        if self.place is not None:
            source = _Written(*self.place).visit(source)
        return super()._generate(source, *args, **options)


class _Written(NodeTransformer):
    """Replaces calls that answer alike on every page of a language by their answers."""

    def __init__(self, language: Language, script_root: str) -> None:
        self._message = partial(message_of, language=language)
        self._address = partial(fixed_address, language=language, script_root=script_root)

    def visit_Call(self, call: nodes.Call) -> nodes.Node:  # noqa: N802 - the visitor finds it by this name
        self.generic_visit(call)
        match call:
            case nodes.Call(
                node=nodes.Name(name="_" | "gettext"),
                args=[nodes.Const(value=str(message))],
                kwargs=[],
                dyn_args=None,
                dyn_kwargs=None,
            ):
                return nodes.Const(self._message(message), lineno=call.lineno)
            case nodes.Call(
                node=nodes.Name(name="url_for"),
                args=[nodes.Const(value=str(endpoint))],
                kwargs=[] | [nodes.Keyword(key="filename", value=nodes.Const())] as values,
                dyn_args=None,
                dyn_kwargs=None,
            ) if not endpoint.startswith("."):
                file = values[0].value.value if values else None
                return nodes.Const(self._address(endpoint, file), lineno=call.lineno)
        return call
