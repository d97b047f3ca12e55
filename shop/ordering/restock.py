"""Mails to shoppers who asked to hear when a sold-out product is back: asked for, confirmed and declined.

Nobody is mailed more than a question before the address was confirmed by the link in it. A page that a mail program
opens by itself changes nothing: each answer is a button.
"""

from http import HTTPStatus

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import EmailField, HiddenField
from wtforms.validators import InputRequired, Length

from catalog.models import Product
from catalog.orders import restock
from catalog.orders.models import RestockWish
from catalog.queries.products import published_products
from shop.ordering.limits import is_allowed
from shop.web.database import get_session
from shop.web.forms import ShopForm, email_line, require_email
from shop.web.i18n import current_language, localized
from shop.web.i18n import lazy_gettext as _
from shop.web.order_links import restock_token, token_hash
from shop.web.security import never_store
from shop.web.services import now, services

bp = Blueprint("restock", __name__)
MOST_ASKED = 5
"""Questions that one network address may have mailed in a quarter of an hour."""
LARGEST_ID = 2**31 - 1


class RestockForm(ShopForm):
    """An e-mail address, and the product that is waited for.

    It has no token against forgery, which would need a cookie on cached pages: forms of other sites are refused.
    """

    class Meta(ShopForm.Meta):
        csrf = False

    product = HiddenField()
    email = EmailField(
        _("Your e-mail address"),
        [InputRequired(_("Fill in your e-mail address.")), Length(max=200), require_email],
        filters=[email_line],
        render_kw={"autocomplete": "email", "maxlength": 200},
    )


@localized(bp, nl="/nl/weer-op-voorraad", en="/en/back-in-stock", methods=("GET", "POST"))
def ask() -> Response:
    """Take an address for a sold-out product; the answer is the same for every address."""
    product = _product(request.values.get("product", ""))
    form = RestockForm()
    if request.method == "GET" or product.in_stock:
        return _page(form, product)
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(HTTPStatus.FORBIDDEN)
    if not form.validate():
        return _page(form, product, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if not is_allowed("restock", MOST_ASKED):
        return _page(form, product, too_often=True, status=HTTPStatus.TOO_MANY_REQUESTS)
    shared, email = services(), form.email.data or ""
    asked = restock.AskedWish(
        product.id,
        email,
        shared.vault.fingerprint(f"restock {email}"),
        current_language(),
        lambda link_key: token_hash(restock_token(shared, link_key)),
    )
    with shared.orders.writing() as session:
        restock.ask(session, asked, now())
    return _page(form, product, asked=True)


def _product(given: str) -> Product:
    """The published product with this id, or 404."""
    if not (given.isascii() and given.isdigit()) or int(given) > LARGEST_ID:
        abort(HTTPStatus.NOT_FOUND)
    product = published_products(get_session(), [int(given)]).get(int(given))
    if product is None:
        abort(HTTPStatus.NOT_FOUND)
    return product


def _page(
    form: RestockForm, product: Product, *, asked: bool = False, too_often: bool = False, status: int = HTTPStatus.OK
) -> Response:
    days = restock.UNCONFIRMED.days
    html = render_template(
        "ordering/restock.html", form=form, product=product, asked=asked, too_often=too_often, days=days
    )
    return never_store(make_response(html, status))


@localized(bp, nl="/nl/weer-op-voorraad/<token>", en="/en/back-in-stock/<token>", methods=("GET", "POST"))
def answer(token: str) -> Response:
    """Let the owner of an address confirm a wish or erase it, by the buttons behind the link in a mail."""
    said = request.form.get("answer", "") if request.method == "POST" else ""
    if said in ("yes", "no"):
        with services().orders.writing() as session:
            wish = restock.wish_by_hash(session, token_hash(token), lock=True)
            if wish is not None and said == "yes":
                restock.confirm(wish, now())
            elif wish is not None:
                restock.decline(session, wish)
        return never_store(redirect(url_for("restock.answer", token=token), HTTPStatus.SEE_OTHER))
    with services().orders.reading() as session:
        wish = restock.wish_by_hash(session, token_hash(token))
        session.expunge_all()
    html = render_template(
        "ordering/restock_answer.html", token=token, wish=wish, product=_awaited(wish), days=restock.LONGEST.days
    )
    status = HTTPStatus.OK if wish is not None else HTTPStatus.GONE
    return never_store(make_response(html, status))


def _awaited(wish: RestockWish | None) -> Product | None:
    """The product of a wish, while it is in the shop."""
    return published_products(get_session(), [wish.product_id]).get(wish.product_id) if wish is not None else None
