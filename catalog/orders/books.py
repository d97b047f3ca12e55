"""Books: VAT by rate and country, the journal of a period by day, and the match against a provider's report.

VAT follows the documents, dated by the calendar of the Netherlands; money follows its ledger.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from catalog.db.bulk import column_in
from catalog.orders.models import Document, DocumentKind, DocumentVat, MoneyMove, Payment, Purchase, Refund

ZONE = ZoneInfo("Europe/Amsterdam")
_BATCH = 1000


class Period(Struct, frozen=True):
    """Days from the first up to and including the last."""

    first: date
    last: date

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """The first moment in the period, and the first after it."""
        begin, end = self.first, self.last + timedelta(days=1)
        return datetime.combine(begin, time(), ZONE), datetime.combine(end, time(), ZONE)


def month_of(year: int, month: int) -> Period:
    """A calendar month."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return Period(date(year, month, 1), following - timedelta(days=1))


def quarter_of(year: int, quarter: int) -> Period:
    """A calendar quarter."""
    return Period(month_of(year, 3 * quarter - 2).first, month_of(year, 3 * quarter).last)


class VatRow(Struct, frozen=True):
    """Turnover and VAT of one country and rate: invoices, and credit notes below 0."""

    trial: bool
    country: str
    percent: int
    invoiced_net_cents: int
    invoiced_vat_cents: int
    credited_net_cents: int
    credited_vat_cents: int

    @property
    def net_cents(self) -> int:
        return self.invoiced_net_cents + self.credited_net_cents

    @property
    def vat_cents(self) -> int:
        return self.invoiced_vat_cents + self.credited_vat_cents


def vat_of_period(session: Session, period: Period) -> list[VatRow]:
    """The VAT of the documents of a period by country and rate, trials apart."""
    query = (
        select(
            Purchase.trial,
            Purchase.country,
            DocumentVat.percent,
            Document.kind,
            func.sum(DocumentVat.net_cents),
            func.sum(DocumentVat.vat_cents),
        )
        .join(Document, Document.id == DocumentVat.document_id)
        .join(Purchase, Purchase.id == Document.purchase_id)
        .where(Document.issued_on >= period.first, Document.issued_on <= period.last)
        .group_by(Purchase.trial, Purchase.country, DocumentVat.percent, Document.kind)
    )
    found: dict[tuple[bool, str, int], dict[DocumentKind, tuple[int, int]]] = {}
    for trial, country, percent, kind, net, vat in session.execute(query):
        found.setdefault((trial, country, percent), {})[kind] = (int(net), int(vat))
    return [
        VatRow(*key, *sums.get(DocumentKind.INVOICE, (0, 0)), *sums.get(DocumentKind.CREDIT, (0, 0)))
        for key, sums in sorted(found.items())
    ]


class JournalRow(Struct, frozen=True, order=True):
    """The sum of one kind of booking on a day: documents by country and rate, money by provider and direction."""

    day: date
    trial: bool
    kind: str
    country: str
    percent: int | None
    provider: str
    count: int
    net_cents: int
    vat_cents: int

    @property
    def gross_cents(self) -> int:
        return self.net_cents + self.vat_cents


def journal(session: Session, period: Period) -> list[JournalRow]:
    """The bookings of a period by day: a few rows a day, however many orders there are."""
    rows = [*_documents_of(session, period), *_money_of(session, period)]
    return sorted(rows, key=lambda row: (row.day, row.trial, row.kind, row.country, row.percent or 0, row.provider))


def _documents_of(session: Session, period: Period) -> Iterable[JournalRow]:
    query = (
        select(
            Document.issued_on,
            Purchase.trial,
            Document.kind,
            Purchase.country,
            DocumentVat.percent,
            func.count(),
            func.sum(DocumentVat.net_cents),
            func.sum(DocumentVat.vat_cents),
        )
        .join(Document, Document.id == DocumentVat.document_id)
        .join(Purchase, Purchase.id == Document.purchase_id)
        .where(Document.issued_on >= period.first, Document.issued_on <= period.last)
        .group_by(Document.issued_on, Purchase.trial, Document.kind, Purchase.country, DocumentVat.percent)
    )
    for day, trial, kind, country, percent, count, net, vat in session.execute(query):
        yield JournalRow(day, trial, kind.value, country, percent, "", count, int(net), int(vat))


def _money_of(session: Session, period: Period) -> Iterable[JournalRow]:
    """The movements of money by the day that it was in the Netherlands, whose clock is whole hours ahead of UTC."""
    begin, end = period.moments
    hour = func.substr(cast(MoneyMove.at, String), 1, 13)
    query = (
        select(hour, Purchase.trial, MoneyMove.kind, Payment.provider, func.count(), func.sum(MoneyMove.cents))
        .join(Payment, Payment.id == MoneyMove.payment_id)
        .join(Purchase, Purchase.id == MoneyMove.purchase_id)
        .where(MoneyMove.at >= begin, MoneyMove.at < end)
        .group_by(hour, Purchase.trial, MoneyMove.kind, Payment.provider)
    )
    sums: dict[tuple[date, bool, str, str], tuple[int, int]] = {}
    for of_hour, trial, kind, provider, number, cents in session.execute(query):
        at = datetime.strptime(of_hour, "%Y-%m-%d %H").replace(tzinfo=UTC)
        key = (at.astimezone(ZONE).date(), trial, kind.value, provider)
        count, total = sums.get(key, (0, 0))
        sums[key] = (count + number, total + int(cents))
    for (day, of_trial, name, way), (count, total) in sums.items():
        yield JournalRow(day, of_trial, name, "", None, way, count, total, 0)


class ReportedAmount(Struct, frozen=True):
    """A payment or refund as a provider's report has it; refunds are below 0."""

    provider_id: str
    cents: int


class MatchedAmount(Struct, frozen=True):
    """A reported amount beside the shop's own, with the order that it belongs to; `own_cents` None: unknown here."""

    provider_id: str
    cents: int
    own_cents: int | None = None
    number: str = ""


class Settlement(Struct, frozen=True):
    """A provider's report against the shop's payments and refunds."""

    known: Sequence[MatchedAmount]
    differing: Sequence[MatchedAmount]
    unknown: Sequence[MatchedAmount]

    @property
    def known_cents(self) -> int:
        return sum(one.cents for one in self.known)


def match_settlement(session: Session, reported: Iterable[ReportedAmount]) -> Settlement:
    """Match a provider's report; one id in several rows counts with their sum. Nothing is stored."""
    sums: dict[str, int] = {}
    for one in reported:
        sums[one.provider_id] = sums.get(one.provider_id, 0) + one.cents
    own = _own_amounts(session, list(sums))
    known: list[MatchedAmount] = []
    differing: list[MatchedAmount] = []
    unknown: list[MatchedAmount] = []
    for provider_id, cents in sums.items():
        if provider_id not in own:
            unknown.append(MatchedAmount(provider_id, cents))
            continue
        number, own_cents = own[provider_id]
        (known if own_cents == cents else differing).append(MatchedAmount(provider_id, cents, own_cents, number))
    return Settlement(known, differing, unknown)


def _own_amounts(session: Session, ids: Sequence[str]) -> dict[str, tuple[str, int]]:
    """The order's number and the moved cents of each payment and refund that the shop knows."""
    found: dict[str, tuple[str, int]] = {}
    for start in range(0, len(ids), _BATCH):
        some = ids[start : start + _BATCH]
        for owner, is_of, only in (
            (Payment, MoneyMove.payment_id == Payment.id, MoneyMove.refund_id.is_(None)),
            (Refund, MoneyMove.refund_id == Refund.id, MoneyMove.refund_id.is_not(None)),
        ):
            query = (
                select(owner.provider_id, Purchase.number, func.coalesce(func.sum(MoneyMove.cents), 0))
                .join(Purchase, Purchase.id == owner.purchase_id)
                .outerjoin(MoneyMove, is_of & only)
                .where(column_in(session, owner.provider_id, some))
                .group_by(owner.provider_id, Purchase.number)
            )
            found |= {id_: (number, int(cents)) for id_, number, cents in session.execute(query) if id_ is not None}
    return found
