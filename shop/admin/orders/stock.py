"""Stock in the admin: what is low, the ledger of a product, and counting, receiving and writing off by hand."""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from flask import abort, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import Field, HiddenField, IntegerField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from catalog.db.bulk import column_in
from catalog.edits.availability import set_sold_out
from catalog.edits.products import product_to_edit, save_product
from catalog.edits.store import ConflictError
from catalog.models import Product
from catalog.orders.delivery import note_weight
from catalog.orders.models import PackWeight, StockLevel
from catalog.orders.restock import count_waiting
from catalog.orders.stock import Count, NotThereError, StockChange, count_packs, receive_packs, write_off
from catalog.orders.stock_list import PAGE, ledger_of, low_levels
from catalog.product_problems import RefusedError
from catalog.product_state import state_of_product
from shop.admin.blueprint import bp
from shop.admin.orders.forms import LONGEST_KEY, lot_line
from shop.admin.permissions import requires
from shop.admin.products.request import LARGEST_ID, author_of_form
from shop.admin.session import author_of_request
from shop.ordering.availability import marks_of
from shop.web.database import get_ruleset, get_session
from shop.web.forms import ShopForm, one_line
from shop.web.i18n import gettext
from shop.web.i18n import lazy_gettext as _
from shop.web.security import never_store
from shop.web.services import now, services

MOST_PACKS = 100_000
MOST_GRAMS = 30_000
_ACTS = {"count": count_packs, "receive": receive_packs, "write-off": write_off}


def _readable(_form: ShopForm, field: Field) -> None:
    if field.data and not field.data.isprintable():
        raise ValidationError(gettext("Use letters, digits and usual punctuation only."))


def text_field(label: Any, most: int, *validators: Any, clean: Any = one_line) -> StringField:
    """A line of readable text of at most so many characters."""
    return StringField(
        label,
        [*validators, Length(max=most), _readable],
        filters=[clean],
        render_kw={"autocomplete": "off", "maxlength": most},
    )


def lot_field() -> StringField:
    """The lot of received packs, as the pack has it."""
    missing = _("Fill in the lot that is on the pack; a recall finds the order by it.")
    return text_field(_("Lot"), 40, InputRequired(missing), clean=lot_line)


class StockForm(ShopForm):
    """A number of packs. The key makes a second press of the same form harmless."""

    key = HiddenField(validators=[InputRequired(), Length(max=LONGEST_KEY)])
    packs = IntegerField(
        _("Packs"),
        [InputRequired(_("Fill in a number of packs.")), NumberRange(min=1, max=MOST_PACKS)],
        render_kw={"inputmode": "numeric", "min": 1, "max": MOST_PACKS},
    )

    def change(self) -> StockChange:
        """The change of a form that is in order."""
        lot = self["lot"].data if "lot" in self else ""
        reason = self["reason"].data if "reason" in self else ""
        return StockChange(self.key.data or "", author_of_request(), lot or "", reason or "")


class CountForm(StockForm):
    """The packs that were found on the shelf."""

    packs = IntegerField(
        _("Packs on the shelf"),
        [InputRequired(_("Fill in a number; 0 for none.")), NumberRange(min=0, max=MOST_PACKS)],
        description=_("All of them, those of unsent orders included."),
        render_kw={"inputmode": "numeric", "min": 0, "max": MOST_PACKS},
    )


class ReceiveForm(StockForm):
    """Packs that came in, with their lot, so that a recall finds where they went."""

    lot = lot_field()
    reason = text_field(_("Supplier or delivery note (may stay empty)"), 100)


class WriteOffForm(StockForm):
    """Packs that nobody may buy any more."""

    lot = text_field(_("Lot (may stay empty)"), 40, clean=lot_line)
    reason = text_field(_("Reason"), 100, InputRequired(_("Fill in a reason.")))


class WeightForm(ShopForm):
    """The weight of a pack on the scales."""

    grams = IntegerField(
        _("Grams of a pack as it is sent (may stay empty)"),
        [Optional(), NumberRange(min=1, max=MOST_GRAMS)],
        description=_("With jar and box. Without it, delivery is reckoned with the contents and 45 g."),
        render_kw={"inputmode": "numeric", "min": 1, "max": MOST_GRAMS},
    )


class LowForm(ShopForm):
    """The number of packs from which on stock is low."""

    low_at = IntegerField(
        _("Low at this many packs"),
        [InputRequired(_("Fill in a number; 0 for none.")), NumberRange(min=0, max=MOST_PACKS)],
        render_kw={"inputmode": "numeric", "min": 0, "max": MOST_PACKS},
    )


_FORMS: Mapping[str, type[StockForm]] = {"count": CountForm, "receive": ReceiveForm, "write-off": WriteOffForm}


@bp.get("/stock")
@requires("stock.view")
def stock() -> Response:
    """The products that are low, the lowest first; a search by name or SKU finds the others."""
    text = one_line(request.args.get("q", ""))[:100]
    start = request.args.get("start", default=0, type=int)
    start = start if 0 <= start <= MOST_PACKS else 0
    session = get_session()
    with services().orders.reading() as orders:
        if text:
            like = text.replace("\\", "").replace("%", "").replace("_", "")
            named = or_(Product.sku.ilike(f"{like}%"), Product.name_nl.ilike(f"%{like}%"))
            products = list(session.scalars(select(Product).where(named).order_by(Product.id).limit(PAGE)))
            levels = {one.product_id: one for one in _levels(orders, [product.id for product in products])}
            more = False
        else:
            low = low_levels(orders, start)
            more = len(low) > PAGE
            levels = {one.product_id: one for one in low[:PAGE]}
            products = _in_order(session, list(levels))
        orders.expunge_all()
    rows = [(product, levels.get(product.id)) for product in products]
    following = url_for("admin.stock", start=start + PAGE) if more else None
    return never_store(
        make_response(render_template("admin/orders/stock_list.html", rows=rows, text=text, following=following))
    )


def _levels(orders: Session, ids: list[int]) -> list[StockLevel]:
    return list(orders.scalars(select(StockLevel).where(column_in(orders, StockLevel.product_id, ids)))) if ids else []


def _in_order(session: Session, ids: list[int]) -> list[Product]:
    """Products by their ids, in that order; deleted ones are left out."""
    found = {one.id: one for one in session.scalars(select(Product).where(column_in(session, Product.id, ids)))}
    return [found[id_] for id_ in ids if id_ in found]


@bp.get("/stock/<int:product_id>")
@requires("stock.view")
def stock_of_product(product_id: int) -> Response:
    """The levels and the ledger of a product."""
    return _page(product_or_404(product_id))


def product_or_404(product_id: int) -> Product:
    """The product of a page on its stock."""
    product = get_session().get(Product, product_id) if product_id <= LARGEST_ID else None
    if product is None:
        abort(HTTPStatus.NOT_FOUND)
    return product


def _page(product: Product, **forms: Any) -> Response:
    before = request.args.get("before", type=int)
    with services().orders.reading() as session:
        level = session.get(StockLevel, product.id)
        rows = ledger_of(session, product.id, before if before and before <= LARGEST_ID else None)
        waiting, weight = count_waiting(session, product.id), session.get(PackWeight, product.id)
        session.expunge_all()
    wrong = next((form for form in forms.values() if form.errors), None)
    shown: dict[str, Any] = {
        name: form(formdata=None, prefix=f"{name}-", key=secrets.token_urlsafe(16)) for name, form in _FORMS.items()
    }
    shown["weight"] = WeightForm(formdata=None, grams=weight.grams if weight else None)
    shown["low"] = LowForm(formdata=None, low_at=level.low_at if level else 5)
    html = render_template(
        "admin/orders/stock.html",
        product=product,
        level=level,
        rows=rows[:PAGE],
        waiting=waiting,
        before=rows[PAGE - 1].id if len(rows) > PAGE else None,
        forms=shown | forms,
        wrong=wrong,
    )
    return never_store(make_response(html, HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK))


@bp.post("/stock/<int:product_id>/<act>")
@requires("stock.change")
def change_stock(product_id: int, act: str) -> Response:
    """Count, receive or write off packs; the same form again changes nothing."""
    if act not in _FORMS:
        abort(HTTPStatus.NOT_FOUND)
    product = product_or_404(product_id)
    form = _FORMS[act](prefix=f"{act}-")
    if not form.validate():
        return _page(product, **{act: form})
    try:
        with services().orders.writing() as session:
            level = _ACTS[act](session, Count.of(product), form.packs.data or 0, form.change(), now())
    except NotThereError:
        form.packs.errors = [gettext("So many packs are not on the shelf.")]
        return _page(product, **{act: form})
    if not product.stock and level.available > 0 and not _offer_received(product_id, level.found):
        flash(gettext("The catalogue counts none of this product. Fill in its stock on its own form too."), "warning")
    mark_sold_out(product_id)
    flash(gettext("The stock is changed."), "success")
    return redirect(url_for("admin.stock_of_product", product_id=product_id), HTTPStatus.SEE_OTHER)


def mark_sold_out(product_id: int) -> None:
    """Mark a product as sold out, or not, in the session of this request, which has the catalogue's lock already."""
    session = get_session()
    set_sold_out(session, marks_of(services(), [product_id]))
    session.commit()


def _offer_received(product_id: int, packs: int) -> bool:
    """Count packs in the catalogue too, where it has none and so offers none. Returns whether it let that be."""
    session = get_session()
    try:
        product = product_to_edit(session, product_id)
        state = msgspec.structs.replace(state_of_product(product), stock=packs)
        save_product(session, product_id, product.version, state, author=author_of_form(), ruleset=get_ruleset())
        session.commit()
    except (RefusedError, ConflictError):
        session.rollback()
        return False
    return True


@bp.post("/stock/<int:product_id>/weight")
@requires("stock.change")
def weigh(product_id: int) -> Response:
    """Note the weight of a pack as it is sent, or forget it."""
    product, form = product_or_404(product_id), WeightForm()
    if not form.validate():
        return _page(product, weight=form)
    with services().orders.writing() as session:
        note_weight(session, product_id, form.grams.data)
    return redirect(url_for("admin.stock_of_product", product_id=product_id), HTTPStatus.SEE_OTHER)


@bp.post("/stock/<int:product_id>/low")
@requires("stock.change")
def change_low(product_id: int) -> Response:
    """Set the number of packs from which on stock is low."""
    product, form = product_or_404(product_id), LowForm()
    if not form.validate():
        return _page(product, low=form)
    with services().orders.writing() as session:
        level = session.get(StockLevel, product_id, with_for_update=True)
        if level is None:
            flash(gettext("Count this product first."), "warning")
        else:
            level.low_at = form.low_at.data or 0
    return redirect(url_for("admin.stock_of_product", product_id=product_id), HTTPStatus.SEE_OTHER)
