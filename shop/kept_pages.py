"""Public pages, kept as they were rendered until anything in the catalogue changes.

A kept page is the same for everybody: it is neither taken nor given for a request with a cookie, whichever it be, so
that answers, a stop, a signed-in person or a notice never get into it. The catalogue's revision is part of the key and
is read at every request, so an edit through any worker shows at the next request to any other.
"""

from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes

from cachetools import LRUCache
from flask import Flask, Request, Response, current_app, g, request, session
from msgspec import Struct
from sqlalchemy.exc import SQLAlchemyError

from catalog.queries import newest_stamp
from shop.database import get_ruleset, get_session
from shop.i18n import current_language
from shop.reductions import today
from shop.settings import Settings

View = TypeVar("View", bound=Callable[..., Any])
MOST_BYTES = 16_000_000
"""What the kept pages of one worker take together, about 300 listing pages."""
LONGEST_QUERY = 500
LONGEST_HEADER = 100

Key = tuple[object, ...]


def same_for_all(view: View) -> View:
    """Mark a view whose page depends on the address, the catalogue and the rules alone, but for cookies."""
    view.same_for_all = True  # type: ignore[attr-defined] # a mark of our own
    return view


class KeptPage(Struct, frozen=True):
    """A page as it was sent, compressed or not."""

    body: bytes
    encoding: str
    etag: str

    def __len__(self) -> int:
        return len(self.body)


class KeptPages:
    """The pages used last, by key; safe between threads."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._pages: LRUCache[Key, KeptPage] = LRUCache(most_bytes, getsizeof=len)
        self._lock = Lock()

    def get(self, key: Key) -> KeptPage | None:
        with self._lock:
            return self._pages.get(key)

    def keep(self, key: Key, page: KeptPage) -> None:
        with self._lock:
            if len(page) <= self._pages.maxsize:
                self._pages[key] = page


def keep_pages(app: Flask, settings: Settings) -> None:
    """Keep pages, unless SHOP_PAGE_CACHE is off. Called before all that changes answers, to see them as they leave."""
    if settings.page_cache:
        app.extensions["kept_pages"] = KeptPages()
        app.after_request(_keep)


def answer_from_kept(app: Flask) -> None:
    """Answer from what is kept. Called after all that looks at requests, so that nothing of it is passed over."""
    if "kept_pages" in app.extensions:
        app.before_request(_answer_from_kept)


def never_keep() -> None:
    """Called while a page is made that is for this request alone, as with a notice on what was asked."""
    g.pop("page_key", None)


def _answer_from_kept() -> Response | None:
    asked: Request = request._get_current_object()  # type: ignore[attr-defined] # the proxy is half of the time here
    environ, query = asked.environ, asked.query_string
    if asked.method != "GET" or "HTTP_COOKIE" in environ or len(query) > LONGEST_QUERY:
        return None
    app = current_app._get_current_object()  # type: ignore[attr-defined] # likewise
    if not getattr(app.view_functions.get(asked.endpoint), "same_for_all", False):
        return None
    try:
        stamp = newest_stamp(get_session())
    except SQLAlchemyError:
        return None  # a page that needs no catalogue can be shown without a database
    key = (
        stamp,
        today(),
        get_ruleset().sha256,
        current_language(),
        environ["wsgi.url_scheme"],
        asked.host,
        asked.path,
        tuple(sorted(query.split(b"&"), key=_name)),
        environ.get("HTTP_ACCEPT_ENCODING", "")[:LONGEST_HEADER],
    )
    page = app.extensions["kept_pages"].get(key)
    if page is None:
        g.page_key = key
        return None
    response = Response(page.body, mimetype="text/html")
    if page.etag:
        response.headers["ETag"] = page.etag
    if page.encoding:
        response.headers["Content-Encoding"] = page.encoding
        response.vary.add("Accept-Encoding")
    return response


def _name(parameter: bytes) -> bytes:
    """Values of one parameter stay in their order, however its name is written."""
    return unquote_to_bytes(parameter.partition(b"=")[0])


def _keep(response: Response) -> Response:
    key: Key | None = g.pop("page_key", None)
    if (
        key is not None
        and response.status_code == 200  # noqa: PLR2004 - a whole page
        and response.mimetype == "text/html"
        and "Set-Cookie" not in response.headers
        and "no-store" not in response.headers.get("Cache-Control", "")
        and not session.modified
    ):
        headers = response.headers
        page = KeptPage(response.get_data(), headers.get("Content-Encoding", ""), headers.get("ETag", ""))
        current_app.extensions["kept_pages"].keep(key, page)
    return response
