"""The rows of an edit: product, composition, tags, history, prices and old addresses."""

from collections.abc import Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.orm import Session

from catalog.among import among
from catalog.edits.edit import Author, Placed
from catalog.edits.inserting import insert_rows
from catalog.edits.state import STORED_AS_THEY_ARE, to_json
from catalog.models import Base, Change, Component, FormTag, PricePoint, Product, SlugRedirect, table_of


def write_rows(session: Session, placed: Sequence[Placed], references: Mapping[int, int], author: Author) -> None:
    """Everything that the edits store; `references` are the earlier prices in cents beside a reduction."""
    new = [place for place in placed if place.is_new]
    old = [place for place in placed if not place.is_new]
    insert_rows(session, table_of(Product), _PRODUCT, [_product(place, references) for place in new])
    changed = [{"key": place.id} | dict(zip(_PRODUCT, _product(place, references), strict=True)) for place in old]
    _many(session, update(table_of(Product)).where(table_of(Product).c.id == bindparam("key")), changed)
    recomposed = [place for place in old if "composition" in place.changed]
    for table, places in ((table_of(Component), recomposed), (table_of(FormTag), old)):
        statement = delete(table).where(table.c.product_id == bindparam("key"))
        _many(session, statement, [{"key": place.id} for place in places])
    components = [row for place in (*new, *recomposed) for row in _components(place)]
    insert_rows(session, table_of(Component), _COMPONENT, components)
    # Tags follow from the rules too, which may be others than at the last edit.
    insert_rows(session, table_of(FormTag), _TAG, [row for place in placed for row in _tags(place)])
    insert_rows(session, table_of(Change), _CHANGE, [_change(place, author) for place in placed])
    prices = [row for place in placed for row in _price(place, author)]
    insert_rows(session, table_of(PricePoint), _PRICE, prices)
    _redirect(session, placed)


def _many(session: Session, statement: Any, rows: list[dict[str, Any]]) -> None:
    """One statement for many rows."""
    if rows:
        session.connection().execute(statement, rows)


def _in_table(model: type[Base], *names: str) -> tuple[str, ...]:
    """These columns in the order of their table, as `insert_rows` wants them."""
    return tuple(column.name for column in table_of(model).columns if column.name in names)


_DERIVED = (
    "id",
    "version",
    "brand_id",
    "magnesium_ug",
    "tenth_cents_per_100mg",
    "tenth_cents_per_day",
    "from_cents",
    "blocked_texts",
    "open_warnings",
    "portion_too_small",
    "form_not_permitted",
)
_PRODUCT = _in_table(Product, *STORED_AS_THEY_ARE, *_DERIVED)
_COMPONENT = ("product_id", "position", "form", "salt", "compound_ug", "elemental_ug")
_TAG = ("product_id", "form", "magnesium_ug", "counts_as_form")
_CHANGE = ("product_id", "version", "at", "who", "how", "reason", "batch_id", "fields", "state")
_PRICE = ("product_id", "at", "cents")
_stated = attrgetter(*STORED_AS_THEY_ARE)
_sorted = itemgetter(*((*STORED_AS_THEY_ARE, *_DERIVED).index(name) for name in _PRODUCT))


def _product(place: Placed, references: Mapping[int, int]) -> tuple[Any, ...]:
    after = place.edit.after
    blocked = after.blocked if after.findings else ()
    derived = (
        place.id,
        place.edit.version + 1,
        place.brand_id,
        after.magnesium_ug,
        after.tenth_cents_per_100mg,
        after.tenth_cents_per_day,
        references.get(place.id),
        len(blocked),
        after.open_warnings,
        after.portion_too_small if blocked else False,
        bool(after.not_permitted),
    )
    row: tuple[Any, ...] = _sorted(_stated(after.state) + derived)
    return row


def _components(place: Placed) -> list[tuple[Any, ...]]:
    return [
        (place.id, position, stated.form, stated.salt, stated.compound_ug, stated.elemental_ug)
        for position, stated in enumerate(place.after.composition)
    ]


def _tags(place: Placed) -> list[tuple[Any, ...]]:
    magnesium = place.edit.after.magnesium
    return [(place.id, form, amount, form in magnesium.counts_as) for form, amount in magnesium.by_form.items()]


def _change(place: Placed, author: Author) -> tuple[Any, ...]:
    return (
        place.id,
        place.edit.version + 1,
        author.at,
        author.who,
        author.how,
        author.reason,
        author.batch_id,
        place.changed,
        to_json(place.after),
    )


def _price(place: Placed, author: Author) -> list[tuple[Any, ...]]:
    price = place.price_on_sale
    return [] if price == place.earlier_price_on_sale else [(place.id, author.at, price)]


def _redirect(session: Session, placed: Sequence[Placed]) -> None:
    """An address given up leads to the product; one that a product takes leads nowhere else."""
    table = table_of(SlugRedirect)
    taken = [place.after.slug for place in placed if place.is_new or "slug" in place.changed]
    session.execute(delete(table).where(among(session, table.c.slug, taken)))
    given_up = [
        {"slug": place.edit.before.slug, "product_id": place.id}
        for place in placed
        if place.edit.before and "slug" in place.changed
    ]
    _many(session, insert(table), given_up)
