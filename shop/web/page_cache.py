"""Page cache: rendered public pages and rendered parts of them, in one store per process.

A cached page is the same for everybody with so many packs in the basket, which its header shows: it is neither stored
nor served for a request with any other cookie, so that answers, a stop, a signed-in person or a notice never get into
it. The catalogue's revision is part of its key and is read at every request, so an edit through any worker shows at the
next request to any other. It is served before Flask is entered, which takes eight times as long as the rest. A cached
part (a card, the body of a product page) has the product's edition in its key instead, so that an edit leaves all
others.
"""

import sys
import time
from collections.abc import Callable, Hashable, Iterable
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote

from cachetools import LRUCache
from flask import Flask, Response, current_app, request, session
from markupsafe import Markup
from msgspec import Struct
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from catalog.search.snapshot import CatalogueMovedError, note_newest_stamp
from recommend.text import LANGUAGES
from shop.web import request_log
from shop.web.basket_cookie import count_of_lone_basket
from shop.web.database import PAGE_KEY, READING, close_quietly
from shop.web.i18n import current_language
from shop.web.planned_changes import is_due
from shop.web.reviews import refresh
from shop.web.services import Services, services, services_of, today

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

View = TypeVar("View", bound=Callable[..., Any])
Fragments = tuple[Markup, ...]
"""Rendered parts of one thing, which are always shown together."""
Fragment = TypeVar("Fragment", Markup, bytes, Fragments)
"""A rendered part of a page, or of an answer of the API."""
Key = tuple[Hashable, ...]
"""The kind of what is cached, then all that it depends on."""

CACHE_BYTES = 24_000_000
"""Memory for one process: about 300 listing pages, 2,000 cards and 200 product pages together."""
LONGEST_QUERY = 500
PREFIXES = tuple(f"/{language}/" for language in LANGUAGES)
ONLY_CACHED = "shop.only_cached"
"""Of a WSGI environment: that a page which is not cached is not to be made, but to be said with `NotCachedError`."""
OF_ONE_REQUEST = frozenset(("X-Request-Id", "Date", "Content-Length"))
"""Headers that are not stored with a page."""
_lock = Lock()


class NotCachedError(Exception):
    """A page that was wanted only if it is cached, and is not."""


class CachedPage(Struct, frozen=True):
    """A page as it was sent: its headers but for those of one request, its body, and the URL rule for the log."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    rule: str


Cached = CachedPage | Markup | bytes | Fragments


def new_cache(most_bytes: int = CACHE_BYTES) -> LRUCache[Key, Any]:
    """An empty store of at most `most_bytes`; the entries used longest ago are dropped."""
    return LRUCache(most_bytes, getsizeof=_size)


def _size(cached: Cached) -> int:
    if isinstance(cached, CachedPage):
        return len(cached.body)
    return sum(map(sys.getsizeof, cached)) if isinstance(cached, tuple) else sys.getsizeof(cached)


def _put(key: Key, cached: Cached) -> None:
    cache = services().cache
    with _lock:
        if _size(cached) <= cache.maxsize:
            cache[key] = cached


def fragment_key(kind: str, *depends_on: Hashable) -> Key:
    """The key of a rendered part of a page; language, day and the path below which the shop lies are added."""
    [key] = fragment_keys(kind, [depends_on])
    return key


def fragment_keys(kind: str, parts: Iterable[Iterable[Hashable]]) -> list[Key]:
    """The keys of several parts of one kind, each by all that it depends on."""
    of_page = current_language(), today(), request.script_root
    return [(kind, *depends_on, *of_page) for depends_on in parts]


def cached_fragment(key: Key) -> Any:
    """A part of a page, if it is cached."""
    [fragment] = cached_fragments([key])
    return fragment


def cached_fragments(keys: Iterable[Key]) -> list[Any]:
    """The parts of a page that are cached, in this order; None for others."""
    cache = services().cache
    with _lock:
        return [cache.get(key) for key in keys]


def store_fragment(key: Key, fragment: Fragment) -> Fragment:
    """Store a rendered part and return it."""
    _put(key, fragment)
    return fragment


def same_for_all(view: View) -> View:
    """Mark a view whose page depends on the address, the catalogue and the rules alone, but for cookies."""
    view.same_for_all = True  # type: ignore[attr-defined] # a mark of our own
    return view


def never_cache() -> None:
    """Keep the page of this request out of the cache, as for one with a notice on what was asked."""
    request.environ.pop(PAGE_KEY, None)


def wrap(app: Flask) -> None:
    """Answer cached pages before Flask is entered: within what makes headers sound, so called before that."""
    vars(app)["wsgi_app"] = CachedPages(app)


def init_app(app: Flask) -> None:
    """Store pages, unless SHOP_PAGE_CACHE is off.

    Called last: its look at the answer is put before all others, which Flask runs in reverse, so that the answer is
    stored as it leaves.
    """
    if not services_of(app).settings.page_cache:
        return
    app.after_request_funcs.setdefault(None, []).insert(0, _store)


class CachedPages:
    """WSGI middleware that answers with a cached page while the catalogue is as it was, and else asks the shop."""

    def __init__(self, app: Flask) -> None:
        self._app, self._shop = app, app.wsgi_app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        begun, asked = time.perf_counter(), _asked(environ)
        if asked is None:
            return self._ask(environ, start_response)
        shared = services_of(self._app)
        try:
            session = shared.databases.session_for_reading()
        except SQLAlchemyError:
            return self._ask(environ, start_response)  # the shop says so, or shows a page that needs no catalogue
        try:
            page = self._find(environ, shared, session, asked)
            if page is None:
                return self._ask(environ, start_response)
        finally:
            close_quietly(session)
        request_id = request_log.log_request("GET", page.rule, HTTPStatus.OK, time.perf_counter() - begun)
        headers = [*page.headers, ("X-Request-Id", request_id)]
        if "HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MODIFIED_SINCE" in environ:
            answer = Response(page.body, headers=headers).make_conditional(environ)
            return answer(environ, start_response)
        start_response("200 OK", headers)
        return (page.body,)

    def _ask(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if ONLY_CACHED in environ:
            raise NotCachedError
        return self._shop(environ, start_response)

    @staticmethod
    def _find(
        environ: "WSGIEnvironment", shared: Services, session: Session, asked: tuple[Hashable, ...]
    ) -> CachedPage | None:
        """The page of the newest catalogue, if it is cached; else its key and the session are left to the shop."""
        try:
            stamp = note_newest_stamp(session)
            if is_due(shared, session, stamp):
                return None
        except (SQLAlchemyError, CatalogueMovedError):
            return None
        refresh(shared)
        key = ("page", stamp, shared.clock().date(), shared.ruleset.sha256, shared.reviews_seen, *asked)
        with _lock:
            page: CachedPage | None = shared.cache.get(key)
        if page is None:
            environ[PAGE_KEY], environ[READING] = key, session
        return page


def _asked(environ: "WSGIEnvironment") -> tuple[Hashable, ...] | None:
    """All of a request that a cached page depends on; None for a request that no cached page answers."""
    packs = count_of_lone_basket(environ.get("HTTP_COOKIE"), environ["wsgi.url_scheme"])
    query = environ.get("QUERY_STRING", "")
    if environ["REQUEST_METHOD"] != "GET" or packs is None or len(query) > LONGEST_QUERY:
        return None
    if not environ["PATH_INFO"].startswith(PREFIXES):
        return None
    if "%" in environ.get("RAW_URI", "").partition("?")[0]:
        return None  # an encoded slash is refused, and what is written in two ways is cached once
    return (
        environ["wsgi.url_scheme"],
        environ.get("HTTP_HOST", ""),
        environ.get("SCRIPT_NAME", ""),
        environ["PATH_INFO"],
        tuple(sorted(query.split("&"), key=_parameter_name)) if query else (),
        environ.get("HTTP_ACCEPT_ENCODING", ""),
        packs,
    )


def _parameter_name(parameter: str) -> str:
    """The sort key that leaves the values of one parameter in their order, however its name is written."""
    return unquote(parameter.partition("=")[0])


def _store(response: Response) -> Response:
    key: Key | None = request.environ.get(PAGE_KEY)
    if (
        key is not None
        and getattr(current_app.view_functions.get(request.endpoint or ""), "same_for_all", False)
        and response.status_code == HTTPStatus.OK
        and response.mimetype == "text/html"
        and "Set-Cookie" not in response.headers
        and "no-store" not in response.headers.get("Cache-Control", "")
        and not session.modified
    ):
        body = response.get_data()
        headers = [(name, value) for name, value in response.headers if name not in OF_ONE_REQUEST]
        rule = request.url_rule.rule if request.url_rule else "none"
        _put(key, CachedPage((*headers, ("Content-Length", str(len(body)))), body, rule))
    return response
