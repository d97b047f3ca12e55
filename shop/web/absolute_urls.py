"""Absolute addresses with scheme and host, for search engines and shared links; alternates per language."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from flask import Flask, request

from recommend.text import LANGUAGES, Language
from shop.web.i18n import DEFAULT, address_in
from shop.web.owner_settings import public_url
from shop.web.services import services


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(alternates=alternates, absolute_url=absolute_url)


def absolute_url(path: str) -> str:
    """An address of this shop with scheme and host: the configured ones, or those of the request."""
    return (public_url() or _base_of_request()) + path


def _base_of_request() -> str:
    return _root_of(request.scheme, request.host)


@lru_cache(64)
def _root_of(_scheme: str, _host: str) -> str:
    """The request's own, which takes as long to put together as a card to render; paths have their prefix already."""
    return request.host_url.rstrip("/")


def base_url() -> str:
    """Scheme and host for links in mails and for providers: configured, as served, or those of the request."""
    return public_url() or services().settings.served_at or _base_of_request()


def alternates(query: Mapping[str, Any], languages: Sequence[Language] = LANGUAGES) -> dict[str, str]:
    """This page's canonical address in each language, Dutch also as `x-default`; empty for what is no page.

    Of the query only what makes a page of its own belongs in it. `languages` are those that the page is published in.
    """
    endpoint, rule = request.endpoint, request.url_rule
    if endpoint is None or rule is None or "lang" not in (rule.defaults or {}):
        return {}
    return alternates_of(endpoint, languages, **(request.view_args or {}), **query)


def alternates_of(endpoint: str, languages: Sequence[Language] = LANGUAGES, **values: Any) -> dict[str, str]:
    """A page's address in each language that it is published in, Dutch among them."""
    base = absolute_url("")
    found: dict[str, str] = {language: base + address_in(language, endpoint, values) for language in languages}
    return found | {"x-default": found[DEFAULT]}
