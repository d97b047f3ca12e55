"""Labels: the orders to pack as a file for a label program, and its tracking codes back in.

A carrier learns name and address, no e-mail address and no product. The columns of Sendcloud are those of its help page
on CSV files (read in November 2026); those of PostNL, the shape of its codes, and the columns of a parcel point in
both were not verified at the source: the program may ask which column is which.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from flask import abort, make_response, render_template, request
from flask_wtf.file import FileField, FileRequired
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import RadioField
from wtforms.validators import InputRequired

from catalog.db.bulk import column_in
from catalog.orders.finding import orders_to_pack
from catalog.orders.models import DeliveryKind, Purchase, Shipment
from catalog.orders.payments import purchase_for_update
from catalog.orders.shipping import add_tracking
from shop.admin.blueprint import bp, max_request_bytes
from shop.admin.forms import add_error
from shop.admin.orders.csv_files import MAX_BYTES, FileError, cell, column, download, rows_of
from shop.admin.permissions import requires
from shop.admin.session import author_of_request
from shop.ordering.lost_link import as_number
from shop.settings import PaymentsSetting
from shop.web.forms import ShopForm
from shop.web.i18n import gettext
from shop.web.i18n import lazy_gettext as _
from shop.web.security import never_store
from shop.web.services import now, services

MOST_LABELS = 1000
"""Sendcloud takes no more rows in a file."""
LONGEST_CODE = 60


class LabelProgram(StrEnum):
    """A program that prints labels from a file."""

    POSTNL = "postnl"
    SENDCLOUD = "sendcloud"


NAMES: Mapping[LabelProgram, str] = {LabelProgram.POSTNL: "PostNL", LabelProgram.SENDCLOUD: "Sendcloud"}
_COLUMNS: Mapping[LabelProgram, Mapping[str, Callable[[Purchase], str]]] = {
    LabelProgram.SENDCLOUD: {
        "Customer name": lambda one: one.name,
        "Company name": lambda one: one.company,
        "Country code": lambda one: one.country,
        "Postal code": lambda one: one.postcode,
        "Street name": lambda one: one.street,
        "House number": lambda one: f"{one.house_number} {one.addition}".strip(),
        "City": lambda one: one.town,
        "Order reference": lambda one: one.number,
        "Parcel point": lambda one: one.point_code,
        "Parcel point address": lambda one: one.point,
    },
    LabelProgram.POSTNL: {
        "Naam": lambda one: one.name,
        "Bedrijfsnaam": lambda one: one.company,
        "Straat": lambda one: one.street,
        "Huisnummer": lambda one: one.house_number,
        "Toevoeging": lambda one: one.addition,
        "Postcode": lambda one: one.postcode,
        "Plaats": lambda one: one.town,
        "Land": lambda one: one.country,
        "Referentie": lambda one: one.number,
        "Product": lambda one: _POSTNL_KINDS[one.delivery],
        "Pakketpunt": lambda one: one.point_code,
        "Adres pakketpunt": lambda one: one.point,
    },
}
_POSTNL_KINDS: Mapping[DeliveryKind, str] = {
    DeliveryKind.HOME: "Pakket",
    DeliveryKind.LETTERBOX: "Brievenbuspakje",
    DeliveryKind.PICKUP: "PostNL-punt",
}
_REFERENCES = ("order reference", "order number", "reference", "referentie", "ordernummer", "kenmerk", "number")
_CODES = ("tracking number", "tracking code", "tracking", "barcode", "track & trace", "trackingnummer")
_CARRIERS = ("carrier", "vervoerder", "carrier name")
_POSTNL_CODE = re.compile(r"3S[A-Z0-9]{6,14}|[A-Z]{2}[0-9]{9}NL", re.ASCII)


class TrackingForm(ShopForm):
    """A file of tracking codes, and the program that it is from."""

    program = RadioField(
        _("From"),
        [InputRequired(_("Choose the program that the file is from."))],
    )
    file = FileField(
        _("CSV file with tracking codes"),
        [FileRequired(_("Choose a file."))],
        description=_(
            "A column with the order number and one with the tracking code; from Sendcloud one with the carrier."
        ),
        render_kw={"accept": ".csv,text/csv"},
    )

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.program.choices = [(one.value, NAMES[one]) for one in LabelProgram]


@bp.get("/orders/labels")
@requires("order.pack")
def labels() -> Response:
    """The files for label programs, and the form for their codes."""
    return _page(TrackingForm(formdata=None))


def _page(form: TrackingForm, *, added: int | None = None) -> Response:
    html = render_template("admin/orders/labels.html", form=form, names=NAMES, added=added, most=MOST_LABELS)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return never_store(make_response(html, status))


@bp.get("/orders/labels.csv")
@requires("order.pack")
def label_file() -> Response:
    """The oldest orders to pack, one a row; trial ones only in a shop that sells nothing else."""
    asked = request.args.get("for", "")
    if asked not in list(LabelProgram):
        abort(HTTPStatus.NOT_FOUND)
    program = LabelProgram(asked)
    trial = services().settings.payments is not PaymentsSetting.MOLLIE
    with services().orders.reading() as session:
        found = orders_to_pack(session, MOST_LABELS, trial=trial)
        rows = [[value(one) for value in _COLUMNS[program].values()] for one in found]
    return download(f"labels-{program}", list(_COLUMNS[program]), rows)


class TrackedParcel(Struct, frozen=True):
    """A row of a file: an order's number with carrier and code."""

    row: int
    number: str
    carrier: str
    code: str


@bp.post("/orders/tracking")
@requires("order.pack")
@max_request_bytes(MAX_BYTES + 64 * 1024)
def take_tracking() -> Response:
    """Take the tracking codes of a file over: all of them, or none and the reason."""
    form = TrackingForm()
    if not form.validate():
        return _page(form)
    try:
        parcels = list(read_tracking(form.file.data.read(), LabelProgram(form.program.data)))
        with services().orders.writing() as session:
            _require_unused(session, parcels)
            added = sum(_add(session, one) for one in parcels)
    except FileError as error:
        unchanged = gettext("Nothing was changed.")
        add_error(form.file, f"{error} {unchanged}")
        return _page(form)
    return _page(TrackingForm(formdata=None), added=added)


def read_tracking(content: bytes, program: LabelProgram) -> Iterator[TrackedParcel]:
    """The codes of a file. Raises FileError, which names the row, also for a file of another carrier."""
    rows = rows_of(content)
    reference, code, carrier = (column(rows[0], names) for names in (_REFERENCES, _CODES, _CARRIERS))
    if reference is None or code is None:
        raise FileError(gettext("No column has the order number, or none the tracking code."))
    if program is LabelProgram.SENDCLOUD and carrier is None:
        raise FileError(gettext("No column has the carrier, so this is no file of Sendcloud."))
    seen: set[str] = set()
    for number, row in enumerate(rows[1:], start=2):
        own = TrackedParcel(number, as_number(cell(row, reference)), cell(row, carrier), cell(row, code).upper())
        if not own.code:
            continue  # no label was printed yet
        _require_code(own, program)
        if own.number in seen:
            raise FileError(
                gettext("Row %(row)d: order %(number)s is in the file twice.", row=number, number=own.number)
            )
        if own.code in seen:  # a shopper would follow somebody else's parcel
            raise FileError(gettext("Row %(row)d: %(code)s is in the file twice.", row=number, code=own.code))
        seen |= {own.number, own.code}
        yield own
    if not seen:
        raise FileError(gettext("No row has a tracking code."))


def _require_code(own: TrackedParcel, program: LabelProgram) -> None:
    """Refuse what is no code, and in a file of PostNL what is another carrier's."""
    if len(own.code) > LONGEST_CODE or not own.code.isprintable() or len(own.carrier) > LONGEST_CODE:
        raise FileError(gettext("Row %(row)d: this is no tracking code.", row=own.row))
    postnl = program is LabelProgram.POSTNL
    if postnl and own.carrier and "postnl" not in own.carrier.casefold().replace(" ", ""):
        raise FileError(
            gettext("Row %(row)d is a parcel of %(carrier)s, not of PostNL.", row=own.row, carrier=own.carrier)
        )
    if postnl and not _POSTNL_CODE.fullmatch(own.code):
        raise FileError(
            gettext("Row %(row)d: %(code)s is no code of PostNL, which begin with 3S.", row=own.row, code=own.code)
        )


def _require_unused(session: Session, parcels: Sequence[TrackedParcel]) -> None:
    """Refuse codes that another order's parcel has: its shopper would follow this one. One query for all of them."""
    used = select(Shipment.tracking, Purchase.number).join(Purchase, Purchase.id == Shipment.purchase_id)
    found = used.where(column_in(session, Shipment.tracking, [one.code for one in parcels]))
    numbers = {row.tracking: row.number for row in session.execute(found)}
    for own in parcels:
        known = numbers.get(own.code, own.number)
        if known != own.number:
            named = {"row": own.row, "code": own.code, "number": known}
            raise FileError(gettext("Row %(row)d: %(code)s belongs to order %(number)s already.") % named)


def _add(session: Session, own: TrackedParcel) -> bool:
    """Add a code to the parcel that waits for it; returns whether it was new. Raises FileError."""
    id_ = session.scalar(select(Purchase.id).where(Purchase.number == own.number))
    if id_ is None:
        raise FileError(gettext("Row %(row)d: there is no order %(number)s.", row=own.row, number=own.number))
    purchase = purchase_for_update(session, id_)
    if any(parcel.tracking == own.code for parcel in purchase.shipments):
        return False
    waiting: Sequence[Shipment] = [parcel for parcel in purchase.shipments if not parcel.tracking]
    if len(waiting) != 1:
        none = gettext("Row %(row)d: no parcel of order %(number)s waits for a code. Note it as sent first.")
        many = gettext("Row %(row)d: several parcels of order %(number)s wait for a code. Fill it in by hand.")
        raise FileError((many if waiting else none) % {"row": own.row, "number": own.number})
    carrier, who = own.carrier or NAMES[LabelProgram.POSTNL], author_of_request()
    add_tracking(session, waiting[0], now(), carrier=carrier, tracking=own.code, who=who)
    return True
