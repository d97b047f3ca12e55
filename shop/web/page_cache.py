"""Page cache: rendered public pages and rendered parts of them, in one store per process.

A cached page is the same for everybody with so many packs in the basket, which its header shows: it is neither stored
nor served for a request with any other cookie, so that answers, a stop, a signed-in person or a notice never get into
it. The catalogue's revision is part of its key
and is read at every request, so an edit through any worker shows at the next request to any other. A cached part (a
card, the body of a product page) has the product's edition in its key instead, so that an edit leaves all others.
"""

import sys
from collections.abc import Callable, Hashable
from http import HTTPStatus
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes

from cachetools import LRUCache
from flask import Flask, Request, Response, current_app, g, request, session
from markupsafe import Markup
from msgspec import Struct
from sqlalchemy.exc import SQLAlchemyError

from catalog.search.snapshot import newest_stamp
from shop.web.basket_cookie import count_of_lone_basket
from shop.web.database import get_ruleset, get_session
from shop.web.i18n import current_language
from shop.web.services import services, services_of, today

View = TypeVar("View", bound=Callable[..., Any])
Key = tuple[Hashable, ...]
"""The kind of what is cached, then all that it depends on."""

CACHE_BYTES = 24_000_000
"""Memory for one process: about 300 listing pages, 2,000 cards and 200 product pages together."""
LONGEST_QUERY = 500
_lock = Lock()


class CachedPage(Struct, frozen=True):
    """A page as it was sent, compressed or not."""

    body: bytes
    encoding: str
    etag: str


def new_cache(most_bytes: int = CACHE_BYTES) -> LRUCache[Key, Any]:
    """An empty store of at most `most_bytes`; the entries used longest ago are dropped."""
    return LRUCache(most_bytes, getsizeof=_size)


def _size(cached: CachedPage | Markup) -> int:
    return len(cached.body) if isinstance(cached, CachedPage) else sys.getsizeof(cached)


def _get(key: Key) -> Any:
    with _lock:
        return services().cache.get(key)


def _put(key: Key, cached: CachedPage | Markup) -> None:
    cache = services().cache
    with _lock:
        if _size(cached) <= cache.maxsize:
            cache[key] = cached


def fragment_key(kind: str, *depends_on: Hashable) -> Key:
    """The key of a rendered part of a page; language and day are added, since every part shows texts or prices."""
    return (kind, *depends_on, current_language(), today())


def cached_fragment(key: Key) -> Markup | None:
    fragment: Markup | None = _get(key)
    return fragment


def store_fragment(key: Key, fragment: Markup) -> Markup:
    """Store a rendered part and return it."""
    _put(key, fragment)
    return fragment


def same_for_all(view: View) -> View:
    """Mark a view whose page depends on the address, the catalogue and the rules alone, but for cookies."""
    view.same_for_all = True  # type: ignore[attr-defined] # a mark of our own
    return view


def never_cache() -> None:
    """Keep the page of this request out of the cache, as for one with a notice on what was asked."""
    g.pop("page_key", None)


def init_app(app: Flask) -> None:
    """Serve and store pages, unless SHOP_PAGE_CACHE is off.

    Called last: its look at the request comes after all others, and its look at the answer is put before all others,
    which Flask runs in reverse, so that nothing is passed over and the answer is stored as it leaves.
    """
    if not services_of(app).settings.page_cache:
        return
    app.before_request(_serve_cached)
    app.after_request_funcs.setdefault(None, []).insert(0, _store)


def _serve_cached() -> Response | None:
    asked: Request = request._get_current_object()  # type: ignore[attr-defined] # the proxy is half of the time here
    environ, query = asked.environ, asked.query_string
    packs = count_of_lone_basket(environ.get("HTTP_COOKIE"))
    if asked.method != "GET" or packs is None or len(query) > LONGEST_QUERY:
        return None
    app = current_app._get_current_object()  # type: ignore[attr-defined] # likewise
    if not getattr(app.view_functions.get(asked.endpoint), "same_for_all", False):
        return None
    try:
        stamp = newest_stamp(get_session())
    except SQLAlchemyError:
        return None  # a page that needs no catalogue can be shown without a database
    key = (
        "page",
        stamp,
        today(),
        get_ruleset().sha256,
        current_language(),
        environ["wsgi.url_scheme"],
        asked.host,
        asked.path,
        tuple(sorted(query.split(b"&"), key=_parameter_name)),
        environ.get("HTTP_ACCEPT_ENCODING", ""),
        packs,
    )
    page: CachedPage | None = _get(key)
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


def _parameter_name(parameter: bytes) -> bytes:
    """The sort key that leaves the values of one parameter in their order, however its name is written."""
    return unquote_to_bytes(parameter.partition(b"=")[0])


def _store(response: Response) -> Response:
    key: Key | None = g.pop("page_key", None)
    if (
        key is not None
        and response.status_code == HTTPStatus.OK
        and response.mimetype == "text/html"
        and "Set-Cookie" not in response.headers
        and "no-store" not in response.headers.get("Cache-Control", "")
        and not session.modified
    ):
        headers = response.headers
        _put(key, CachedPage(response.get_data(), headers.get("Content-Encoding", ""), headers.get("ETag", "")))
    return response
