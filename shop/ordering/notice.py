"""Notice of the last change of a basket: shown on the next page, once, from a cookie that lives for a minute.

So that page is not taken from the page cache and all others still are.
"""

import re
from contextlib import suppress
from typing import Literal

from flask import Flask, Response, g, request
from msgspec import Struct
from sqlalchemy.exc import SQLAlchemyError

from catalog.models import Product
from catalog.queries.products import published_products
from shop.web.database import get_session
from shop.web.security import cookie_name, never_store

COOKIE = "basket_notice"
LIFETIME_SECONDS = 60
_NOTICE = re.compile(r"(added|removed)\.([1-9][0-9]{0,8})\.([0-9]{1,2})", re.ASCII)
Kind = Literal["added", "removed"]


class BasketNotice(Struct, frozen=True):
    """A product that was added to the basket, or taken out with so many packs."""

    kind: Kind
    product: Product
    quantity: int


def init_app(app: Flask) -> None:
    """Show the notice to templates, and forget it once shown."""
    app.jinja_env.globals["basket_notice"] = basket_notice
    app.after_request(_write_cookie)


def announce(kind: Kind, product_id: int, quantity: int) -> None:
    """Have the next page say what changed."""
    g.next_basket_notice = f"{kind}.{product_id}.{quantity}"


def basket_notice() -> BasketNotice | None:
    """The notice for this page; None without a change just before it, or while the catalogue cannot be read."""
    told = _NOTICE.fullmatch(request.cookies.get(cookie_name(COOKIE), ""))
    if told is None:
        return None
    g.basket_notice_shown = True
    product_id = int(told[2])
    with suppress(SQLAlchemyError):
        product = published_products(get_session(), [product_id]).get(product_id)
        return BasketNotice("added" if told[1] == "added" else "removed", product, int(told[3])) if product else None
    return None


def _write_cookie(response: Response) -> Response:
    name = cookie_name(COOKIE)
    told = g.get("next_basket_notice")
    if told:
        response.set_cookie(
            name, told, max_age=LIFETIME_SECONDS, secure=request.is_secure, httponly=True, samesite="Lax"
        )
    elif g.get("basket_notice_shown"):
        never_store(response).delete_cookie(name, secure=request.is_secure, httponly=True, samesite="Lax")
    return response
