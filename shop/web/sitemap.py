"""Sitemap and robots.txt: every public page in both languages, and paths that crawlers need not read."""

from collections.abc import Iterator
from http import HTTPStatus
from itertools import chain

from flask import Blueprint, Response, abort, render_template, url_for

from catalog.queries.products import count_published, published_slugs
from shop.web.absolute_urls import absolute_url, alternates_of
from shop.web.database import get_ruleset, get_session

bp = Blueprint("sitemap", __name__)

PRODUCTS_PER_SITEMAP = 5_000
"""Two addresses each, so that a sitemap stays far below the protocol's 50,000 addresses and 50 MB."""

PAGES = (
    "pages.home",
    "pages.guide",
    "listing.products",
    "compounds.index",
    "finder.start",
    "compare.products",
    "compare.forms",
    "pages.choosing",
    "pages.ranking",
    "pages.privacy",
    "pages.accessibility",
    "pages.contact",
    "pages.colophon",
)


@bp.get("/robots.txt")
def robots() -> Response:
    private = [url_for("finder.start", lang=language) + "/" for language in ("nl", "en")]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in ("/admin/", "/api/", *private))]
    lines += ["", f"Sitemap: {absolute_url(url_for('sitemap.sitemap'))}", ""]
    return Response("\n".join(lines), mimetype="text/plain")


@bp.get("/sitemap.xml")
def sitemap() -> Response:
    """Everything in one file, or an index of files when there are many products."""
    total = count_published(get_session())
    if total <= PRODUCTS_PER_SITEMAP:
        return _sitemap(chain(_pages(), _products(1)))
    parts = range(1, -(-total // PRODUCTS_PER_SITEMAP) + 1)
    files = [url_for("sitemap.pages_sitemap"), *(url_for("sitemap.products_sitemap", part=part) for part in parts)]
    return _xml(render_template("web/sitemap_index.xml", files=[absolute_url(file) for file in files]))


@bp.get("/sitemap-pages.xml")
def pages_sitemap() -> Response:
    return _sitemap(_pages())


@bp.get("/sitemap-products-<int:part>.xml")
def products_sitemap(part: int) -> Response:
    if not 1 <= part <= -(-count_published(get_session()) // PRODUCTS_PER_SITEMAP):
        abort(HTTPStatus.NOT_FOUND)
    return _sitemap(_products(part))


def _pages() -> Iterator[dict[str, str]]:
    for endpoint in PAGES:
        yield alternates_of(endpoint)
    for form in get_ruleset().names_of_record:
        yield alternates_of("compounds.compound", form=form)


def _products(part: int) -> Iterator[dict[str, str]]:
    for product in published_slugs(get_session(), part=part, size=PRODUCTS_PER_SITEMAP):
        yield alternates_of("product.page", product.languages, slug=product.slug)


def _sitemap(pages: Iterator[dict[str, str]]) -> Response:
    return _xml(render_template("web/sitemap.xml", pages=pages))


def _xml(text: str) -> Response:
    return Response(text, mimetype="application/xml")
