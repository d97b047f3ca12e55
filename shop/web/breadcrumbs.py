"""Breadcrumbs as structured data (schema.org), for every page below the home page."""

from collections.abc import Sequence
from typing import Any

from flask import Flask

from shop.web.absolute_urls import absolute_url

CONTEXT = "https://schema.org"
Data = dict[str, Any]
Trail = Sequence[tuple[str, str]]
"""Names and paths from the home page down to the page itself."""


def breadcrumbs(trail: Trail) -> Data:
    """A BreadcrumbList for a trail; paths become absolute addresses."""
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": absolute_url(path)}
            for position, (name, path) in enumerate(trail, start=1)
        ],
    }


def init_app(app: Flask) -> None:
    app.jinja_env.globals["breadcrumbs"] = breadcrumbs
