"""Parcel points: the list that the owner put on file, and those nearest to a postcode.

Neighbouring postcodes have neighbouring numbers, in the Netherlands and in Belgium, so no outside service is asked;
near the borders of regions the order is a guess.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import compress

from msgspec import Struct, structs
from sqlalchemy import delete, exists, func, insert, select
from sqlalchemy.orm import Session

from catalog.models import table_of
from catalog.orders.delivery import COUNTRIES
from catalog.orders.models import ParcelPoint

NEAREST = 8
"""Points that a shopper chooses from."""
_NUMBER = re.compile(r"[1-9][0-9]{3}", re.ASCII)
_BATCH = 1000


class Point(Struct, frozen=True):
    """A parcel point of a carrier; `code` is the carrier's own."""

    country: str
    code: str
    carrier: str
    name: str
    street: str
    house_number: str
    postcode: str
    town: str
    hours: str = ""

    @property
    def address(self) -> str:
        """The address on one line."""
        return f"{self.street} {self.house_number}, {self.postcode} {self.town}"

    @property
    def line(self) -> str:
        """The point as orders, mails and slips name it."""
        return f"{self.carrier} {self.code}: {self.name}, {self.address}"


def postcode_number(postcode: str) -> int | None:
    """The number that a Dutch or Belgian postcode begins with; None for anything else."""
    found = _NUMBER.match(postcode.strip())
    return int(found[0]) if found else None


def _as_point(row: ParcelPoint) -> Point:
    return Point(*(getattr(row, name) for name in Point.__struct_fields__))


def countries_with_points(session: Session) -> frozenset[str]:
    """The countries that points are on file in; one look at the index for each."""
    there = [exists().where(ParcelPoint.country == country) for country in COUNTRIES]
    return frozenset(compress(COUNTRIES, session.execute(select(*there)).one()))


def counts_of_points(session: Session) -> Sequence[tuple[str, str, int]]:
    """Country, carrier and number of the points on file."""
    query = select(ParcelPoint.country, ParcelPoint.carrier, func.count())
    rows = session.execute(
        query.group_by(ParcelPoint.country, ParcelPoint.carrier).order_by(ParcelPoint.country.desc())
    )
    return [(row[0], row[1], row[2]) for row in rows]


def point_with(session: Session, country: str, code: str) -> Point | None:
    """The point of a country with this code."""
    row = session.get(ParcelPoint, (country, code)) if code else None
    return None if row is None else _as_point(row)


def nearest_points(session: Session, country: str, postcode: str, most: int = NEAREST) -> list[Point]:
    """The points of a country nearest to a postcode, the nearest first; none for what is no postcode."""
    number = postcode_number(postcode)
    if number is None:
        return []
    there, of = ParcelPoint.postcode_number, select(ParcelPoint).where(ParcelPoint.country == country)
    above = of.where(there >= number).order_by(there, ParcelPoint.code).limit(4 * most)
    below = of.where(there < number).order_by(there.desc(), ParcelPoint.code).limit(4 * most)
    rows = [*session.scalars(above), *session.scalars(below)]
    plain = postcode.replace(" ", "").upper()
    return [_as_point(row) for row in sorted(rows, key=lambda row: _distance(row, number, plain))[:most]]


def _distance(row: ParcelPoint, number: int, plain: str) -> tuple[int, int, str]:
    """The distance of numbers, and of letters where the numbers are the same."""
    own = row.postcode.replace(" ", "").upper()
    letters = sum(
        abs(ord(one) - ord(other)) * 26 ** (5 - place)
        for place, (one, other) in enumerate(
            zip(own[4:6].ljust(2, "A"), plain[4:6].ljust(2, "A"), strict=True), start=4
        )
    )
    return abs(row.postcode_number - number), letters, row.code


def replace_points(session: Session, points: Iterable[Point]) -> int:
    """Put a list on file in place of the one before; returns how many points it has."""
    session.execute(delete(ParcelPoint))
    rows = [structs.asdict(one) | {"postcode_number": postcode_number(one.postcode) or 0} for one in points]
    for start in range(0, len(rows), _BATCH):
        session.execute(insert(table_of(ParcelPoint)), rows[start : start + _BATCH])
    return len(rows)
