"""Parcels of an order: sent with lots, noted as arrived, undone or corrected, and their packing slips."""

from collections.abc import Sequence
from datetime import date
from http import HTTPStatus

from flask import Response as FlaskResponse
from flask import abort, flash, request
from werkzeug.wrappers import Response

from catalog.models import PeopleEventKind
from catalog.orders.models import Purchase, PurchaseState, Shipment
from catalog.orders.payments import CannotUndoError
from catalog.orders.recall import RecalledLotError, standing_recall
from catalog.orders.shipping import (
    NotLeftToShipError,
    ParcelLine,
    correct_lot,
    deliver,
    received_lots,
    ship,
    undo_delivery,
    undo_shipment,
)
from catalog.orders.states import ForbiddenArrowError
from shop.admin.blueprint import bp
from shop.admin.orders.forms import lots_form, parcel_form
from shop.admin.orders.order import ask_if_sure, load_order, locked, refused, show_order, to_order
from shop.admin.people_events import log_event_now
from shop.admin.permissions import requires
from shop.admin.session import author_of_request
from shop.ordering.packing_slip import packing_slip
from shop.web.forms import render_form
from shop.web.i18n import gettext as _
from shop.web.i18n import in_language
from shop.web.security import never_store
from shop.web.services import now, services, today

MOST_LOTS_NAMED = 10
"""Lots that a question names, of those that a product was received in."""


@bp.post("/orders/<number>/ship")
@requires("order.pack")
def ship_order(number: str) -> Response:
    """Send a parcel; the same form again sends nothing more."""
    purchase = load_order(number)
    form = parcel_form(purchase)
    if form.key.data in {parcel.key for parcel in purchase.shipments}:
        return to_order(number, _("The parcel is noted as sent; the shopper gets a mail."))
    if purchase.state is PurchaseState.CONFIRMED and form.positions and not form.validate():
        return show_order(purchase, ship_form=form)
    page = _ask_about_lots(purchase, form.parcel().lines)
    if page is not None:
        return page
    try:
        with services().orders.writing() as session:
            ship(session, locked(session, number), form.parcel(), now(), who=author_of_request())
    except RecalledLotError as error:
        return refused(number, recalled_words(error.lot))
    except (ForbiddenArrowError, NotLeftToShipError):
        why = _("This cannot be sent: the order is not confirmed or has ended, or so many packs are not left to send.")
        return refused(number, why)
    return to_order(number, _("The parcel is noted as sent; the shopper gets a mail."))


def recalled_words(lot: str) -> str:
    """Why packs of a recalled lot are neither sent nor put on the shelf."""
    return _("Lot %(lot)s has a product recall. Its packs stay out of sale until somebody decides about it.", lot=lot)


def _ask_about_lots(purchase: Purchase, lines: Sequence[ParcelLine]) -> Response | None:
    """The question whether lots are right that were never received; None where all were, or none of a product."""
    products = {line.position: line for line in purchase.lines}
    with services().orders.reading() as session:
        known = received_lots(session, [line.product_id for line in purchase.lines])
    unknown = [
        _(
            "Lot %(lot)s of %(product)s was never received here; received were: %(lots)s.",
            lot=one.lot,
            product=products[one.position].name,
            lots=", ".join(sorted(lots)[-MOST_LOTS_NAMED:]),
        )
        for one in lines
        if one.lot and one.position in products
        for lots in [known.get(products[one.position].product_id, set())]
        if lots and one.lot not in lots
    ]
    return ask_if_sure(purchase.number, " ".join((*unknown, _("Is it right as typed?")))) if unknown else None


@bp.post("/orders/<number>/parcels/<int:shipment_id>/delivered")
@requires("order.pack")
def deliver_parcel(number: str, shipment_id: int) -> Response:
    """Note that a parcel arrived; from the last one on, the 14 days of withdrawal count."""
    with services().orders.writing() as session:
        purchase = locked(session, number)
        deliver(session, purchase, _parcel(purchase, shipment_id), now(), who=author_of_request())
    return to_order(number, _("The parcel is noted as arrived."))


@bp.post("/orders/<number>/parcels/<int:shipment_id>/arrival-undone")
@requires("order.pack")
def undo_arrival(number: str, shipment_id: int) -> Response:
    """Note that a parcel did not arrive after all."""
    page = ask_if_sure(
        number, _("Did this parcel not arrive? The days of withdrawal then count from its real arrival.")
    )
    if page is not None:
        return page
    with services().orders.writing() as session:
        purchase = locked(session, number)
        undo_delivery(session, purchase, _parcel(purchase, shipment_id), now(), who=author_of_request())
    return to_order(number, _("The arrival is undone."))


@bp.post("/orders/<number>/parcels/<int:shipment_id>/undone")
@requires("order.pack")
def undo_parcel(number: str, shipment_id: int) -> Response:
    """Take a parcel back that never left, or that came back undelivered."""
    came_back = request.form.get("came_back") == "yes"
    never_left = _("Did this parcel not leave? Its packs are then to be sent again, and the shopper gets a mail.")
    returned = _(
        "Did this parcel come back undelivered? Its packs go on the shelf and are to be sent again: correct the "
        "address first, or cancel the order. Write damaged packs off. The shopper gets a mail."
    )
    page = ask_if_sure(number, returned if came_back else never_left)
    if page is not None:
        return page
    try:
        with services().orders.writing() as session:
            purchase = locked(session, number)
            parcel = _parcel(purchase, shipment_id)
            undo_shipment(session, purchase, parcel, now(), who=author_of_request(), came_back=came_back)
    except (CannotUndoError, ForbiddenArrowError):
        return refused(number, _("This parcel arrived, or packs of it came back as a return, so it cannot be undone."))
    return to_order(number, _("The parcel is undone; its packs are to be sent again."))


@bp.route("/orders/<number>/parcels/<int:shipment_id>/lots", methods=["GET", "POST"])
@requires("order.pack")
def correct_lots(number: str, shipment_id: int) -> Response:
    """Correct the lots of a parcel that were typed wrong; the ledger keeps both."""
    purchase = load_order(number)
    shipment = _parcel(purchase, shipment_id)
    form = lots_form(purchase, shipment)
    if not form.validate_on_submit():
        if request.method == "GET":
            log_event_now(PeopleEventKind.ORDER_VIEWED, detail=purchase.number)
        return never_store(render_form("admin/orders/lots.html", form, purchase=purchase, shipment=shipment))
    page = _ask_about_lots(purchase, form.lines())
    if page is not None:
        return page
    with services().orders.writing() as session:
        row = locked(session, number)
        parcel, names = _parcel(row, shipment_id), {line.position: line for line in row.lines}
        for line in form.lines():
            if standing_recall(session, names[line.position].product_id, line.lot) is not None:
                flash(
                    _(
                        "Lot %(lot)s has a product recall: begin it again, so that this order gets the notice.",
                        lot=line.lot,
                    ),
                    "warning",
                )
            correct_lot(session, row, parcel, line, now(), who=author_of_request())
    return to_order(number, _("The lots are corrected."))


def _parcel(purchase: Purchase, shipment_id: int) -> Shipment:
    found = next((one for one in purchase.shipments if one.id == shipment_id), None)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found


@bp.get("/orders/<number>/packing-slip.pdf")
@requires("order.pack")
def slip_of_order(number: str) -> Response:
    """The packing slip of all that is left to send."""
    purchase = load_order(number)
    if not any(line.unsent for line in purchase.lines):
        abort(HTTPStatus.NOT_FOUND)
    return _slip(purchase, None, today())


@bp.get("/orders/<number>/parcels/<int:shipment_id>/packing-slip.pdf")
@requires("order.pack")
def slip_of_parcel(number: str, shipment_id: int) -> Response:
    """The packing slip of a parcel, with its lots."""
    purchase = load_order(number)
    shipment = _parcel(purchase, shipment_id)
    return _slip(purchase, shipment, shipment.at.date())


def _slip(purchase: Purchase, shipment: Shipment | None, day: date) -> Response:
    """The PDF in the language of the order."""
    log_event_now(PeopleEventKind.ORDER_VIEWED, detail=purchase.number)
    with in_language(purchase.language):
        pdf = packing_slip(purchase, shipment, day)
    answer = FlaskResponse(pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{purchase.number}.pdf"'
    return never_store(answer)
