"""The rows of an edit: product, composition, tags, history, prices and old addresses."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.orm import Session

from catalog.composition import counts_as_form
from catalog.edits.edit import Author, Placed
from catalog.edits.state import STORED_AS_THEY_ARE, to_json
from catalog.models import Change, Component, FormTag, PricePoint, Product, SlugRedirect, table_of


def write_rows(session: Session, placed: Sequence[Placed], references: Mapping[int, int], author: Author) -> None:
    """Everything that the edits store; `references` are the earlier prices in cents beside a reduction."""
    new = [place for place in placed if place.is_new]
    old = [place for place in placed if not place.is_new]
    _many(session, insert(table_of(Product)), [_product(place, references) for place in new])
    changed = [{"key": place.id} | _product(place, references) for place in old]
    _many(session, update(table_of(Product)).where(table_of(Product).c.id == bindparam("key")), changed)
    recomposed = [place for place in old if "composition" in place.changed]
    for table in map(table_of, (Component, FormTag)):
        statement = delete(table).where(table.c.product_id == bindparam("key"))
        _many(session, statement, [{"key": place.id} for place in recomposed])
    composed = [*new, *recomposed]
    _many(session, insert(table_of(Component)), [row for place in composed for row in _components(place)])
    _many(session, insert(table_of(FormTag)), [row for place in composed for row in _tags(place)])
    _many(session, insert(table_of(Change)), [_change(place, author) for place in placed])
    _many(session, insert(table_of(PricePoint)), [row for place in placed for row in _price(place, author)])
    _redirect(session, placed)


def _many(session: Session, statement: Any, rows: list[dict[str, Any]]) -> None:
    """One statement for many rows, straight to the driver's executemany."""
    if rows:
        session.connection().execute(statement, rows)


def _product(place: Placed, references: Mapping[int, int]) -> dict[str, Any]:
    after = place.edit.after
    stated = {name: getattr(after.state, name) for name in STORED_AS_THEY_ARE}
    return stated | {
        "id": place.id,
        "version": place.edit.version + 1,
        "brand_id": place.brand_id,
        "magnesium_ug": after.magnesium_ug,
        "tenth_cents_per_100mg": after.tenth_cents_per_100mg,
        "tenth_cents_per_day": after.tenth_cents_per_day,
        "from_cents": references.get(place.id),
        "blocked_texts": len(after.blocked),
        "open_warnings": after.open_warnings,
        "portion_too_small": after.portion_too_small,
        "form_not_permitted": bool(after.not_permitted),
    }


def _components(place: Placed) -> list[dict[str, Any]]:
    return [
        {
            "product_id": place.id,
            "position": position,
            "form": stated.form,
            "salt": stated.salt,
            "compound_ug": stated.compound_ug,
            "elemental_ug": stated.elemental_ug,
        }
        for position, stated in enumerate(place.after.composition)
    ]


def _tags(place: Placed) -> list[dict[str, Any]]:
    amounts = place.edit.after.amounts
    return [
        {
            "product_id": place.id,
            "form": form,
            "magnesium_ug": amount,
            "counts_as_form": amount > 0 and counts_as_form(form, amounts),
        }
        for form, amount in amounts.items()
    ]


def _change(place: Placed, author: Author) -> dict[str, Any]:
    return {
        "product_id": place.id,
        "version": place.edit.version + 1,
        "at": author.at,
        "who": author.who,
        "how": author.how,
        "reason": author.reason,
        "batch_id": author.batch_id,
        "fields": place.changed,
        "state": to_json(place.after),
    }


def _price(place: Placed, author: Author) -> list[dict[str, Any]]:
    if place.price_on_sale == place.earlier_price_on_sale:
        return []
    return [{"product_id": place.id, "at": author.at, "cents": place.price_on_sale}]


def _redirect(session: Session, placed: Sequence[Placed]) -> None:
    """An address given up leads to the product; one that a product takes leads nowhere else."""
    table = table_of(SlugRedirect)
    taken = [{"key": place.after.slug} for place in placed if place.is_new or "slug" in place.changed]
    _many(session, delete(table).where(table.c.slug == bindparam("key")), taken)
    given_up = [
        {"slug": place.edit.before.slug, "product_id": place.id}
        for place in placed
        if place.edit.before and "slug" in place.changed
    ]
    _many(session, insert(table), given_up)
