"""Parcel points: the owner's file of them, which replaces the one before as a whole, or changes nothing."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus

from flask import flash, redirect, url_for
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response

from catalog.orders.delivery import COUNTRIES
from catalog.orders.parcel_points import Point, replace_points
from shop.admin.blueprint import bp, max_request_bytes
from shop.admin.forms import add_error
from shop.admin.orders.csv_files import MAX_BYTES, FileError, cell, column, rows_of
from shop.admin.orders.running import show_rates
from shop.admin.permissions import requires
from shop.ordering.checkout_form import POSTCODES
from shop.web.forms import ShopForm, one_line
from shop.web.i18n import gettext, ngettext
from shop.web.i18n import lazy_gettext as _
from shop.web.services import services

MOST_POINTS = 30_000
_LONGEST = 60
_LONGEST_HOURS = 300
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "country": ("country", "land", "country code", "landcode"),
    "code": ("id", "code", "nummer", "locatiecode", "location code"),
    "carrier": ("carrier", "vervoerder"),
    "name": ("name", "naam"),
    "street": ("street", "straat"),
    "house_number": ("number", "huisnummer", "house number"),
    "postcode": ("postcode", "postal code", "zip"),
    "town": ("city", "town", "plaats", "woonplaats"),
    "hours": ("opening hours", "hours", "openingstijden"),
}
"""The columns of a file, by the names that its heading may have."""


class PointsForm(ShopForm):
    """A file of parcel points."""

    file = FileField(
        _("CSV file of parcel points"),
        [FileRequired(_("Choose a file."))],
        description=_("Columns: id, carrier, name, street, number, postcode, city, country (NL or BE), opening hours."),
        render_kw={"accept": ".csv,text/csv"},
    )


@bp.get("/delivery-rates")
@requires("order.view")
def delivery_rates() -> Response:
    """The rates of delivery that hold, read only, and the parcel points on file."""
    return show_rates(PointsForm(formdata=None))


@bp.post("/delivery-rates/points")
@requires("settings.manage")
@max_request_bytes(2 * MAX_BYTES)
def take_points() -> Response:
    """Put the points of a file in place of those before: all of them, or none and the reason."""
    form = PointsForm()
    if not form.validate():
        return show_rates(form)
    try:
        points = list(read_points(form.file.data.read()))
    except FileError as error:
        unchanged = gettext("Nothing was changed.")
        add_error(form.file, f"{error} {unchanged}")
        return show_rates(form)
    with services().orders.writing() as session:
        count = replace_points(session, points)
    flash(ngettext("%(num)d parcel point is on file.", "%(num)d parcel points are on file.", count), "success")
    return redirect(url_for("admin.delivery_rates"), HTTPStatus.SEE_OTHER)


@bp.post("/delivery-rates/points/removed")
@requires("settings.manage")
def remove_points() -> Response:
    """Take all parcel points off file: the carrier takes the nearest one again."""
    with services().orders.writing() as session:
        replace_points(session, ())
    flash(gettext("No parcel point is on file."), "success")
    return redirect(url_for("admin.delivery_rates"), HTTPStatus.SEE_OTHER)


def read_points(content: bytes) -> Iterator[Point]:
    """The points of a file. Raises FileError, which names the row."""
    rows = rows_of(content)
    places = {name: column(rows[0], names) for name, names in _HEADINGS.items()}
    missing = [names[0] for name, names in _HEADINGS.items() if places[name] is None and name != "hours"]
    if missing:
        raise FileError(gettext("No column is named: %(names)s.", names=", ".join(missing)))
    if not 0 < len(rows) - 1 <= MOST_POINTS:
        raise FileError(gettext("A file has 1 to %(most)d parcel points.", most=MOST_POINTS))
    seen: set[tuple[str, str]] = set()
    for number, row in enumerate(rows[1:], start=2):
        point = _checked({name: one_line(cell(row, place)) for name, place in places.items()}, number)
        if (point.country, point.code) in seen:
            raise FileError(gettext("Row %(row)d: point %(code)s is in the file twice.", row=number, code=point.code))
        seen.add((point.country, point.code))
        yield point


def _checked(texts: Mapping[str, str], row: int) -> Point:
    """A point with its country and postcode as the shop writes them. Raises FileError."""
    for name, text in texts.items():
        most = _LONGEST_HOURS if name == "hours" else _LONGEST
        if (not text and name != "hours") or len(text) > most or not text.isprintable():
            wrong = {"row": row, "column": _HEADINGS[name][0]}
            raise FileError(gettext("Row %(row)d: “%(column)s” is empty, too long or not readable.") % wrong)
    country, postcode = texts["country"].upper(), texts["postcode"].replace(" ", "").upper()
    if country not in COUNTRIES:
        raise FileError(gettext("Row %(row)d: the country is NL or BE.", row=row))
    if not POSTCODES[country].fullmatch(postcode):
        wrong = {"row": row, "postcode": texts["postcode"]}
        raise FileError(gettext("Row %(row)d: %(postcode)s is no postcode of that country.") % wrong)
    return Point(**{**texts, "country": country, "postcode": f"{postcode[:4]} {postcode[4:]}".strip()})
