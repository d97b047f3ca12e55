"""Money of a purchase: integer cents, VAT per rate over the whole purchase, shares that lose no cent.

VAT is computed once, over the sum of a rate, and stored; lines get shares of it, so that no sum drifts.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from recommend.chemistry import rounded


class VatSum(Struct, frozen=True):
    """The VAT of one rate: net and VAT add up to gross."""

    percent: int
    gross_cents: int
    vat_cents: int

    @property
    def net_cents(self) -> int:
        return self.gross_cents - self.vat_cents


class Amount(Struct, frozen=True):
    """A price in cents with VAT at a rate."""

    cents: int
    percent: int


def vat_within(gross_cents: int, percent: int) -> int:
    """The VAT in a price, rounded half up."""
    return rounded(gross_cents * percent, 100 + percent)


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """A total split in proportion to weights: whole cents that add up, the largest remainders rounded up first."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts = [divmod(total * weight, whole) for weight in weights]
    left = total - sum(quotient for quotient, _rest in parts)
    first = sorted(range(len(weights)), key=lambda place: (-parts[place][1], place))[:left]
    return [quotient + (place in first) for place, (quotient, _rest) in enumerate(parts)]


def vat_sums(lines: Sequence[Amount], delivery_cents: int) -> list[VatSum]:
    """The VAT of each rate; delivery follows the goods, in proportion to their prices where rates are mixed."""
    gross: dict[int, int] = {}
    for line in lines:
        gross[line.percent] = gross.get(line.percent, 0) + line.cents
    rates = sorted(gross)
    delivery = shares(delivery_cents, [gross[rate] for rate in rates])
    return [
        VatSum(rate, gross[rate] + part, vat_within(gross[rate] + part, rate))
        for rate, part in zip(rates, delivery, strict=True)
    ]


def vat_of_lines(lines: Sequence[Amount], percents: Iterable[int]) -> list[int]:
    """Each line's share of the VAT on the goods of its rate; `percents` are the rates."""
    found = [0] * len(lines)
    for percent in percents:
        places = [place for place, line in enumerate(lines) if line.percent == percent]
        goods = sum(lines[place].cents for place in places)
        split = shares(vat_within(goods, percent), [lines[place].cents for place in places])
        for place, cents in zip(places, split, strict=True):
            found[place] = cents
    return found


def vat_of_part(sums: Sequence[VatSum], refunded_before: int, refunded_now: int) -> Mapping[int, int]:
    """The VAT in a refund, by rate: what all refunds hold after it, less what they held before.

    So refunds in whatever parts give back exactly the VAT of the purchase.
    """
    weights = [one.gross_cents for one in sums]
    before, after = shares(refunded_before, weights), shares(refunded_before + refunded_now, weights)
    return {
        one.percent: _vat_of_share(one, last) - _vat_of_share(one, first)
        for one, first, last in zip(sums, before, after, strict=True)
    }


def _vat_of_share(one: VatSum, cents: int) -> int:
    return one.vat_cents if cents == one.gross_cents else vat_within(cents, one.percent)
