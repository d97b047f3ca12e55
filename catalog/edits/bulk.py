"""Products by the hundred thousand: the rows that `add_product` makes, written without an object for each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from msgspec import Struct
from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.orm import Session

from catalog.composition import Stated, counts_as_form, magnesium_by_form, work_out
from catalog.edits.products import ProductFields
from catalog.models import Component, FormTag, Product, Status
from catalog.pricing import tenth_cents_per_100mg, tenth_cents_per_day
from recommend.knowledge import Ruleset

CHUNK = 2000
"""Products written at a time: what memory the rows take is bounded by this."""


class NewProduct(Struct, frozen=True):
    """A product to publish: what a person states of it, and the id of its brand."""

    fields: ProductFields
    brand_id: int
    composition: tuple[Stated, ...]


class _Rows(NamedTuple):
    products: list[dict[str, Any]]
    components: list[dict[str, Any]]
    tags: list[dict[str, Any]]


def add_products(
    session: Session,
    products: Iterable[NewProduct],
    *,
    ruleset: Ruleset,
    progress: Callable[[int], object] = int,
) -> int:
    """Publish many products in the session's transaction; returns how many. `progress` is called with the count so far.

    Raises CompositionError for a composition that cannot be.
    """
    connection = session.connection()
    first = written = (session.scalar(select(func.max(Product.id))) or 0) + 1
    amounts_in = lru_cache(4096)(lambda composition: magnesium_by_form([work_out(one, ruleset) for one in composition]))
    for chunk in _chunks(products):
        rows = _Rows([], [], [])
        for product in chunk:
            _add_rows(rows, written, product, amounts_in(product.composition))
            written += 1
        for model, found in ((Product, rows.products), (Component, rows.components), (FormTag, rows.tags)):
            connection.execute(insert(model), found)
        progress(written - first)
    _count_on(connection)
    return written - first


def _chunks(products: Iterable[NewProduct]) -> Iterator[Sequence[NewProduct]]:
    left = iter(products)
    while chunk := list(islice(left, CHUNK)):
        yield chunk


def _add_rows(rows: _Rows, product_id: int, product: NewProduct, amounts: dict[str, int]) -> None:
    fields, magnesium_ug = product.fields, sum(amounts.values())
    rows.products.append(
        _columns(fields)
        | {
            "id": product_id,
            "brand_id": product.brand_id,
            "status": Status.PUBLISHED,
            "magnesium_ug": magnesium_ug,
            "tenth_cents_per_100mg": tenth_cents_per_100mg(fields.price_cents, magnesium_ug, fields.units_per_pack),
            "tenth_cents_per_day": tenth_cents_per_day(fields.price_cents, fields.units_per_pack, fields.units_per_day),
        }
    )
    rows.components.extend(
        {
            "product_id": product_id,
            "position": position,
            "form": stated.form,
            "salt": stated.salt,
            "compound_ug": stated.compound_ug,
            "elemental_ug": stated.elemental_ug,
        }
        for position, stated in enumerate(product.composition)
    )
    rows.tags.extend(
        {
            "product_id": product_id,
            "form": form,
            "magnesium_ug": amount,
            "counts_as_form": counts_as_form(form, amounts),
        }
        for form, amount in amounts.items()
    )


_BILINGUAL = ("name", "summary", "ingredients", "directions", "storage")


def _columns(fields: ProductFields) -> dict[str, Any]:
    columns = {name: getattr(fields, name) for name in ProductFields.__struct_fields__}
    for name in _BILINGUAL:
        both = columns.pop(name)
        columns[f"{name}_nl"], columns[f"{name}_en"] = both.nl, both.en
    return columns


def _count_on(connection: Connection) -> None:
    """PostgreSQL hands out ids from a sequence, which has not seen those given here."""
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT setval(pg_get_serial_sequence('product', 'id'), (SELECT max(id) FROM product))")
        )
