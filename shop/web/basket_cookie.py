"""The basket lives in a cookie of its own, encrypted: product ids and quantities, and nothing else.

Its number of packs stands before it in the clear, so that a cached page can be chosen by it without decrypting: who
changes that number sees a wrong number and nothing more.
"""

import json
import re
from collections.abc import Mapping

from cryptography.fernet import InvalidToken
from flask import Flask, Request, Response, g, request

from catalog.orders.basket import MOST_LINES, MOST_PACKS
from shop.web.security import cookie_name
from shop.web.services import services

COOKIE = "basket"
LIFETIME_SECONDS = 30 * 24 * 60 * 60
_COUNTED = re.compile(r"([1-9][0-9]{0,2})\.[A-Za-z0-9_=-]+", re.ASCII)
_ALONE = {
    scheme: re.compile(rf"{name}=\"?{_COUNTED.pattern}\"?", re.ASCII)
    for scheme, name in (("http", COOKIE), ("https", f"__Host-{COOKIE}"))
}


def init_app(app: Flask) -> None:
    """Write or delete the cookie at the end of a request that changed the basket."""
    app.after_request(_write_cookie)
    app.jinja_env.globals["basket_count"] = lambda: basket_count(request)


def basket_count(asked: Request) -> int:
    """The number of packs in the visitor's basket, from the clear part of the cookie."""
    if "basket" in g:
        return sum(g.basket.values())
    match = _COUNTED.fullmatch(asked.cookies.get(cookie_name(COOKIE), ""))
    return min(int(match[1]), MOST_LINES * MOST_PACKS) if match else 0


def count_of_lone_basket(cookies: str | None, scheme: str) -> int | None:
    """The number of packs where the Cookie header holds a basket and nothing else; 0 without one, else None."""
    if cookies is None:
        return 0
    alone = _ALONE.get(scheme)
    match = alone.fullmatch(cookies) if alone else None
    return min(int(match[1]), MOST_LINES * MOST_PACKS) if match else None


def stored_basket() -> dict[int, int]:
    """Quantities by product id, in the order in which they were added; empty without a cookie, or with a forged one."""
    if "basket" not in g:
        cookie = request.cookies.get(cookie_name(COOKIE), "")
        g.basket = _read(cookie)
        g.basket_changed = bool(cookie and not g.basket)  # one that cannot be read is deleted
    basket: dict[int, int] = g.basket
    return dict(basket)


def _read(cookie: str) -> dict[int, int]:
    _count, _dot, token = cookie.partition(".")
    try:
        given = json.loads(services().basket_cipher.decrypt(token.encode(), ttl=LIFETIME_SECONDS))
        return {int(product_id): int(quantity) for product_id, quantity in given}
    except (InvalidToken, ValueError, TypeError):
        return {}


def store_basket(quantities: Mapping[int, int]) -> None:
    """Replace the basket; the cookie is written with the answer, and deleted for an empty basket."""
    g.basket = dict(quantities)
    g.basket_changed = True


def _write_cookie(response: Response) -> Response:
    if not g.get("basket_changed"):
        return response
    if g.basket:
        token = services().basket_cipher.encrypt(json.dumps(list(g.basket.items())).encode()).decode()
        value = f"{sum(g.basket.values())}.{token}"
        response.set_cookie(
            cookie_name(COOKIE),
            value,
            max_age=LIFETIME_SECONDS,
            secure=request.is_secure,
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(cookie_name(COOKIE), secure=request.is_secure, httponly=True, samesite="Lax")
    return response
