"""Received packs that were typed wrong: given another lot, or undone, as long as none of them left the shelf."""

from collections.abc import Callable
from http import HTTPStatus

from flask import abort, flash, make_response, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from catalog.models import Product
from catalog.orders.models import StockMove
from catalog.orders.receipts import (
    CountedSinceError,
    Receipt,
    ReceiptUsedError,
    correct_receipt,
    receipt_of,
    undo_receipt,
)
from catalog.orders.stock import Count
from shop.admin.blueprint import bp
from shop.admin.orders.stock import lot_field, mark_sold_out, product_or_404
from shop.admin.permissions import requires
from shop.admin.products.request import LARGEST_ID
from shop.admin.session import author_of_request
from shop.web.forms import ShopForm
from shop.web.i18n import gettext, ngettext
from shop.web.security import never_store
from shop.web.services import now, services


class LotForm(ShopForm):
    """The lot that received packs really have."""

    lot = lot_field()


@bp.get("/stock/<int:product_id>/received/<int:move_id>")
@requires("stock.change")
def correct_receipt_page(product_id: int, move_id: int) -> Response:
    """The page that corrects or undoes received packs."""
    product, move = product_or_404(product_id), _receipt(product_id, move_id)
    return _page(product, move, LotForm(formdata=None, lot=move.lot))


@bp.post("/stock/<int:product_id>/received/<int:move_id>/lot")
@requires("stock.change")
def correct_receipt_lot(product_id: int, move_id: int) -> Response:
    """Give received packs the lot that they really have."""
    product, form = product_or_404(product_id), LotForm()
    if not form.validate():
        return _page(product, _receipt(product_id, move_id), form)
    lot, who = form.lot.data or "", author_of_request()
    return _change(
        product,
        move_id,
        lambda session, receipt: correct_receipt(session, receipt, lot, now(), who=who),
        gettext("The lot is corrected."),
    )


@bp.post("/stock/<int:product_id>/received/<int:move_id>/undone")
@requires("stock.change")
def undo_receipt_entry(product_id: int, move_id: int) -> Response:
    """Undo packs that were noted as received and did not come in."""
    who = author_of_request()
    return _change(
        product_or_404(product_id),
        move_id,
        lambda session, receipt: undo_receipt(session, receipt, now(), who=who),
        gettext("What was received is undone."),
    )


def _change(product: Product, move_id: int, change: Callable[[Session, Receipt], bool], done: str) -> Response:
    """Change received packs and go to the stock of their product; the same change again changes nothing."""
    if move_id > LARGEST_ID:
        abort(HTTPStatus.NOT_FOUND)
    try:
        with services().orders.writing() as session:
            is_changed = change(session, Receipt(move_id, Count.of(product)))
    except ReceiptUsedError as error:
        there = ngettext("%(num)d pack of this lot is there", "%(num)d packs of this lot are there", error.left)
        return _refused(
            product,
            gettext(
                "Only %(there)s: others were sent, written off or held meanwhile. Correct the lot of the parcel first, "
                "or count what is on the shelf.",
                there=there,
            ),
        )
    except CountedSinceError:
        return _refused(
            product, gettext("The packs on the shelf were counted since, so their number is right already.")
        )
    if is_changed:
        mark_sold_out(product.id)
        flash(done, "success")
    return redirect(url_for("admin.stock_of_product", product_id=product.id), HTTPStatus.SEE_OTHER)


def _receipt(product_id: int, move_id: int) -> StockMove:
    with services().orders.reading() as session:
        move = receipt_of(session, product_id, move_id) if move_id <= LARGEST_ID else None
        session.expunge_all()
    if move is None:
        abort(HTTPStatus.NOT_FOUND)
    return move


def _page(product: Product, move: StockMove, form: LotForm) -> Response:
    html = render_template("admin/orders/receipt.html", product=product, move=move, form=form, wrong=bool(form.errors))
    return never_store(make_response(html, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK))


def _refused(product: Product, why: str) -> Response:
    html = render_template("admin/orders/refused.html", product_id=product.id, why=why)
    return never_store(make_response(html, HTTPStatus.CONFLICT))
