"""Books in the admin: VAT of a period, its journal by day, the match against a provider's report; no persons."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from http import HTTPStatus

from flask import abort, make_response, render_template, request
from flask_wtf.file import FileField, FileRequired
from msgspec import Struct
from werkzeug.wrappers import Response

from catalog.orders.books import (
    Period,
    ReportedAmount,
    Settlement,
    VatRow,
    journal,
    match_settlement,
    month_of,
    quarter_of,
    vat_of_period,
)
from shop.admin.account_words import ZONE
from shop.admin.blueprint import bp, max_request_bytes
from shop.admin.forms import add_error
from shop.admin.orders.csv_files import MAX_BYTES, FileError, cell, column, download, rows_of
from shop.admin.permissions import requires
from shop.web.forms import ShopForm
from shop.web.i18n import gettext
from shop.web.i18n import lazy_gettext as _
from shop.web.security import never_store
from shop.web.services import now, services

VAT_COLUMNS = (
    *("trial", "country", "vat_percent", "invoiced_net_eur", "invoiced_vat_eur"),
    *("credited_net_eur", "credited_vat_eur", "net_eur", "vat_eur"),
)
JOURNAL_COLUMNS = (
    *("day", "trial", "kind", "country", "vat_percent", "provider", "count", "net_eur", "vat_eur", "gross_eur"),
)
SHOWN = 200
"""Rows of a report that the page shows of each kind; it says how many there are."""
_PERIOD = re.compile(r"(20[0-9]{2})-(?:(0[1-9]|1[0-2])|Q([1-4]))", re.ASCII)
_ID = re.compile(r"(?:tr|re|trial|trial_refund)_[A-Za-z0-9._-]{1,80}", re.ASCII)
_AMOUNT_NAMES = ("amount", "bedrag", "amount (eur)", "bedrag (eur)", "value", "waarde")


class SettlementForm(ShopForm):
    """A report of the payment provider."""

    file = FileField(
        _("CSV file of the payment provider"),
        [FileRequired(_("Choose a file."))],
        description=_("A column with the ids of payments and refunds (tr_…, re_…), and one named amount or bedrag."),
        render_kw={"accept": ".csv,text/csv"},
    )


@bp.get("/books")
@requires("order.export")
def books() -> Response:
    """The reports of the books."""
    return _page(SettlementForm(formdata=None))


class MoneySum(Struct):
    """Money of a period by way and direction: how often, and the sum in cents."""

    count: int = 0
    cents: int = 0


def _page(form: SettlementForm, found: Settlement | None = None) -> Response:
    day = now().astimezone(ZONE).date()
    quarters = [f"{year}-Q{quarter}" for year in (day.year, day.year - 1) for quarter in (4, 3, 2, 1)]
    begun = [one for one in quarters if period_named(one).first <= day]
    months = [f"{year}-{month:02}" for year in (day.year, day.year - 1) for month in range(12, 0, -1)]
    name = request.args.get("period") or f"{day:%Y-%m}"
    vat, money = _sums(period_named(name))
    shown = {"form": form, "quarters": begun, "month": f"{day:%Y-%m}", "settlement": found, "shown": SHOWN}
    shown |= {"period": name, "vat": vat, "money": money}
    shown["periods"] = [*(one for one in months if period_named(one).first <= day), *begun]
    html = render_template("admin/orders/books.html", **shown)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return never_store(make_response(html, status))


def _sums(period: Period) -> tuple[list[VatRow], dict[tuple[bool, str, str], MoneySum]]:
    """The VAT of a period by country and rate, and its money by trial, way and direction."""
    with services().orders.reading() as session:
        vat, rows = vat_of_period(session, period), journal(session, period)
    money: dict[tuple[bool, str, str], MoneySum] = {}
    for row in rows:
        if row.provider:
            one = money.setdefault((row.trial, row.provider, row.kind), MoneySum())
            one.count += row.count
            one.cents += row.gross_cents
    return vat, dict(sorted(money.items()))


def period_named(text: str) -> Period:
    """A month such as 2026-11 or a quarter such as 2026-Q4; else 404."""
    read = _PERIOD.fullmatch(text)
    if read is None:
        abort(HTTPStatus.NOT_FOUND)
    year = int(read[1])
    return month_of(year, int(read[2])) if read[2] else quarter_of(year, int(read[3]))


@bp.get("/books/vat.csv")
@requires("order.export")
def vat_report() -> Response:
    """The VAT of a period by country and rate; rows at another country's own rate are those of the OSS return."""
    name = request.args.get("period", "")
    period = period_named(name)
    with services().orders.reading() as session:
        rows = vat_of_period(session, period)
    cells = [
        (
            _yes(row.trial),
            row.country,
            str(row.percent),
            *(_euros(cents) for cents in (row.invoiced_net_cents, row.invoiced_vat_cents)),
            *(_euros(cents) for cents in (row.credited_net_cents, row.credited_vat_cents)),
            *(_euros(cents) for cents in (row.net_cents, row.vat_cents)),
        )
        for row in rows
    ]
    return download(f"vat-{name}", VAT_COLUMNS, cells)


@bp.get("/books/journal.csv")
@requires("order.export")
def journal_report() -> Response:
    """The bookings of a period by day: documents by country and rate, money by provider."""
    name = request.args.get("period", "")
    period = period_named(name)
    with services().orders.reading() as session:
        rows = journal(session, period)
    cells = [
        (
            row.day.isoformat(),
            _yes(row.trial),
            row.kind,
            row.country,
            "" if row.percent is None else str(row.percent),
            row.provider,
            str(row.count),
            *(_euros(cents) for cents in (row.net_cents, row.vat_cents, row.gross_cents)),
        )
        for row in rows
    ]
    return download(f"journal-{name}", JOURNAL_COLUMNS, cells)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _euros(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


@bp.post("/books/settlement")
@requires("order.export")
@max_request_bytes(MAX_BYTES + 64 * 1024)
def settlement() -> Response:
    """Match a provider's report against the shop's payments and refunds; nothing of it is stored."""
    form = SettlementForm()
    if not form.validate():
        return _page(form)
    try:
        reported = list(read_report(form.file.data.read()))
    except FileError as error:
        add_error(form.file, str(error))
        return _page(form)
    with services().orders.reading() as session:
        found = match_settlement(session, reported)
    return _page(form, found)


def read_report(content: bytes) -> Iterator[ReportedAmount]:
    """The payments and refunds of a report. Raises FileError, which names the row."""
    rows = rows_of(content)
    amount = column(rows[0], _AMOUNT_NAMES)
    if amount is None:
        raise FileError(gettext("No column is named amount or bedrag."))
    count = 0
    for number, row in enumerate(rows[1:], start=2):
        found = next((one.strip() for one in row if _ID.fullmatch(one.strip())), None)
        if found is None:
            continue  # fees, payouts and the like have no payment
        cents = _cents(cell(row, amount))
        if cents is None:
            raise FileError(gettext("Row %(row)d: %(id)s has no amount that can be read.", row=number, id=found))
        count += 1
        yield ReportedAmount(found, cents)
    if not count:
        raise FileError(gettext("No row has the id of a payment (tr_…) or refund (re_…)."))


def _cents(text: str) -> int | None:
    """An amount in cents: 12.50, 1.234,50, -3,00 or € 7; None for anything else."""
    plain = re.sub(r"[€\s\u202f\xa0]|EUR", "", text)
    if "," in plain and plain.rfind(",") > plain.rfind("."):
        plain = plain.replace(".", "").replace(",", ".")
    plain = plain.replace(",", "")
    if not re.fullmatch(r"[+-]?[0-9]{1,9}(\.[0-9]{1,2})?", plain, re.ASCII):
        return None
    try:
        return int(Decimal(plain) * 100)
    except InvalidOperation:
        return None
