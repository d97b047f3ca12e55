"""Public pages, kept as they were rendered until anything in the catalogue changes.

A kept page is the same for everybody: it is neither taken nor given for a request with a cookie, whichever it be, so
that answers, a stop, a signed-in person or a notice never get into it. The catalogue's revision is part of the key and
is read at every request, so an edit through any worker shows at the next request to any other.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from typing import Any, TypeVar

from cachetools import LRUCache
from flask import Flask, Response, current_app, g, request, session

from catalog.queries import catalogue_stamp
from shop.database import get_ruleset, get_session
from shop.i18n import current_language
from shop.settings import Settings

View = TypeVar("View", bound=Callable[..., Any])
MOST_BYTES = 16_000_000
"""What the kept pages of one worker take together, about 300 listing pages."""
LONGEST_QUERY = 500

Key = tuple[object, ...]


def same_for_all(view: View) -> View:
    """Mark a view whose page depends on the address, the catalogue and the rules alone, but for cookies."""
    view.same_for_all = True  # type: ignore[attr-defined] # a mark of our own
    return view


class KeptPages:
    """The pages used last, by key; safe between threads."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._pages: LRUCache[Key, bytes] = LRUCache(most_bytes, getsizeof=len)
        self._lock = Lock()

    def get(self, key: Key) -> bytes | None:
        with self._lock:
            return self._pages.get(key)

    def keep(self, key: Key, page: bytes) -> None:
        with self._lock:
            if len(page) <= self._pages.maxsize:
                self._pages[key] = page


def keep_pages(app: Flask, settings: Settings) -> None:
    """Answer from kept pages, unless SHOP_PAGE_CACHE is off."""
    if settings.page_cache:
        app.extensions["kept_pages"] = KeptPages()
        app.before_request(_answer_from_kept)
        app.after_request(_keep)


def never_keep() -> None:
    """Called while a page is made that is for this request alone, as with a notice on what was asked."""
    g.pop("page_key", None)


def _kept() -> KeptPages:
    kept: KeptPages = current_app.extensions["kept_pages"]
    return kept


def _answer_from_kept() -> Response | None:
    if request.method != "GET" or "Cookie" in request.headers or len(request.query_string) > LONGEST_QUERY:
        return None
    view = current_app.view_functions.get(request.endpoint or "")
    if not getattr(view, "same_for_all", False):
        return None
    g.page_key = (
        catalogue_stamp(get_session()),
        datetime.now(UTC).date(),
        get_ruleset().sha256,
        current_language(),
        request.url_root,
        request.path,
        tuple(sorted(request.args.items(multi=True), key=lambda item: item[0])),
    )
    page = _kept().get(g.page_key)
    if page is None:
        return None
    never_keep()  # it is kept already
    return Response(page, mimetype="text/html")


def _keep(response: Response) -> Response:
    key: Key | None = g.pop("page_key", None)
    if (
        key is not None
        and response.status_code == 200  # noqa: PLR2004 - a whole page
        and response.mimetype == "text/html"
        and "Set-Cookie" not in response.headers
        and "Cache-Control" not in response.headers
        and not session.modified
    ):
        _kept().keep(key, response.get_data())
    return response
