"""Whole addresses, for those who meet a page outside the shop: search engines, and whoever shares a link."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, current_app, request, url_for

from recommend.text import LANGUAGES
from shop.i18n import DEFAULT
from shop.settings import Settings


def give_addresses(app: Flask, settings: Settings) -> None:
    app.extensions["public_url"] = settings.public_url
    app.context_processor(lambda: {"alternates": alternates, "whole_address": whole_address})


def whole_address(path: str) -> str:
    """An address of this shop with scheme and host: the configured ones, or those of the request."""
    return str(current_app.extensions["public_url"] or request.url_root.rstrip("/")) + path


def alternates(query: Mapping[str, Any]) -> dict[str, str]:
    """This page's canonical address in each language, Dutch also as `x-default`; empty for what is no page.

    Of the query only what makes a page of its own belongs in it.
    """
    endpoint, rule = request.endpoint, request.url_rule
    if endpoint is None or rule is None or "lang" not in (rule.defaults or {}):
        return {}
    return alternates_of(endpoint, **(request.view_args or {}), **query)


def alternates_of(endpoint: str, **values: Any) -> dict[str, str]:
    """A page's address in each language."""
    found: dict[str, str] = {
        language: whole_address(url_for(endpoint, **{**values, "lang": language})) for language in LANGUAGES
    }
    return found | {"x-default": found[DEFAULT]}
