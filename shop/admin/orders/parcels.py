"""Parcels of an order: sent with lots, noted as arrived, and their packing slips."""

from datetime import date
from http import HTTPStatus

from flask import Response as FlaskResponse
from flask import abort
from werkzeug.wrappers import Response

from catalog.models import PeopleEventKind
from catalog.orders.models import Purchase, PurchaseState, Shipment
from catalog.orders.shipping import NotLeftToShipError, deliver, ship
from catalog.orders.states import ForbiddenArrowError
from shop.admin.blueprint import bp
from shop.admin.orders.forms import parcel_form
from shop.admin.orders.order import load_order, locked, refused, show_order, to_order
from shop.admin.people_events import log_event_now
from shop.admin.permissions import requires
from shop.admin.session import author_of_request
from shop.ordering.packing_slip import packing_slip
from shop.web.i18n import gettext as _
from shop.web.i18n import in_language
from shop.web.security import never_store
from shop.web.services import now, services, today


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
    try:
        with services().orders.writing() as session:
            ship(session, locked(session, number), form.parcel(), now(), who=author_of_request())
    except (ForbiddenArrowError, NotLeftToShipError):
        why = _("This cannot be sent: the order is not confirmed or has ended, or so many packs are not left to send.")
        return refused(number, why)
    return to_order(number, _("The parcel is noted as sent; the shopper gets a mail."))


@bp.post("/orders/<number>/parcels/<int:shipment_id>/delivered")
@requires("order.pack")
def deliver_parcel(number: str, shipment_id: int) -> Response:
    """Note that a parcel arrived; from the last one on, the 14 days of withdrawal count."""
    with services().orders.writing() as session:
        purchase = locked(session, number)
        deliver(session, purchase, _parcel(purchase, shipment_id), now(), who=author_of_request())
    return to_order(number, _("The parcel is noted as arrived."))


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
