"""For search engines: what they need not read, and every public page in both languages."""

from collections.abc import Iterator
from itertools import chain

from flask import Blueprint, Response, abort, render_template, url_for

from catalog.queries import count_published, published_slugs
from shop.addresses import alternates_of, whole_address
from shop.database import get_ruleset, get_session

bp = Blueprint("crawlers", __name__)

PRODUCTS_PER_SITEMAP = 5_000
"""Two addresses each, so that a sitemap stays far below the protocol's 50,000 addresses and 50 MB."""

PAGES = (
    "pages.home",
    "guide.article",
    "browse.products",
    "forms.index",
    "finder.wishes",
    "compare.products",
    "compare.forms",
    "pages.choosing",
    "pages.ranking",
    "pages.privacy",
    "pages.accessibility",
    "pages.colophon",
)


@bp.get("/robots.txt")
def robots() -> Response:
    private = [url_for("finder.wishes", lang=language) + "/" for language in ("nl", "en")]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in ("/admin/", "/api/", *private))]
    lines += ["", f"Sitemap: {whole_address(url_for('crawlers.sitemap'))}", ""]
    return Response("\n".join(lines), mimetype="text/plain")


@bp.get("/sitemap.xml")
def sitemap() -> Response:
    """Everything in one file, or an index of files when there are many products."""
    total = count_published(get_session())
    if total <= PRODUCTS_PER_SITEMAP:
        return _sitemap(chain(_pages(), _products(1)))
    parts = range(1, -(-total // PRODUCTS_PER_SITEMAP) + 1)
    files = [url_for("crawlers.pages_sitemap"), *(url_for("crawlers.products_sitemap", part=part) for part in parts)]
    return _xml(render_template("sitemap_index.xml", files=[whole_address(file) for file in files]))


@bp.get("/sitemap-pages.xml")
def pages_sitemap() -> Response:
    return _sitemap(_pages())


@bp.get("/sitemap-products-<int:part>.xml")
def products_sitemap(part: int) -> Response:
    if not 1 <= part <= -(-count_published(get_session()) // PRODUCTS_PER_SITEMAP):
        abort(404)
    return _sitemap(_products(part))


def _pages() -> Iterator[dict[str, str]]:
    for endpoint in PAGES:
        yield alternates_of(endpoint)
    for form in get_ruleset().forms:
        yield alternates_of("forms.form", form=form)


def _products(part: int) -> Iterator[dict[str, str]]:
    for slug in published_slugs(get_session(), part=part, size=PRODUCTS_PER_SITEMAP):
        yield alternates_of("browse.product", slug=slug)


def _sitemap(pages: Iterator[dict[str, str]]) -> Response:
    return _xml(render_template("sitemap.xml", pages=pages))


def _xml(text: str) -> Response:
    return Response(text, mimetype="application/xml")
