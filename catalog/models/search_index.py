"""Tables of the search index, derived from products by `catalog.search.update` and verified by `shop catalog check`.

They contain published products only. There are no foreign keys: a rebuild may write them in any order.
"""

from enum import StrEnum
from typing import Any

from pyroaring import BitMap
from sqlalchemy import BigInteger, Dialect, Index, LargeBinary, String, TypeDecorator, false
from sqlalchemy.orm import Mapped, mapped_column

from catalog.models.base import Base, choice

BLOCK_BITS = 16
"""The ids of a block differ in these last bits only."""
STAMP = "catalogue stamp"
"""A key of `session.info`: the stamp read on the session's own connection; a write removes it."""
UNCOMMITTED = "catalogue index changed"
"""A key of `session.info` while its transaction has index changes that other sessions cannot see."""

Sortable = String().with_variant(String(collation="C"), "postgresql")
"""Text that every database sorts by code point."""


class ProductSet(TypeDecorator[BitMap]):
    """A set of product ids as a compressed bitmap (Roaring, portable format). The signatures are SQLAlchemy's."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: BitMap | None, dialect: Dialect) -> bytes:
        return (value or BitMap()).serialize()

    def process_result_value(self, value: Any | None, dialect: Dialect) -> BitMap:
        return BitMap.deserialize(value) if value else BitMap()


class Posting:
    """The products of a term, in blocks of 65,536 ids, so that an edit writes a few kB in a catalogue of any size."""

    term: Mapped[str] = mapped_column(Sortable, primary_key=True)
    block: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    products: Mapped[BitMap] = mapped_column(ProductSet)


class FacetPosting(Posting, Base):
    """The products of a facet value. `term` is that of `search.terms`, `revision` that of the last change."""

    __tablename__ = "facet_posting"
    revision: Mapped[int] = mapped_column(index=True)


class WordPosting(Posting, Base):
    """The products of a word; `term` is one of `catalog.search.tokens`."""

    __tablename__ = "word_posting"


class Word(Base):
    """A word term, as first written, and the number of products that have it (0: none any more)."""

    __tablename__ = "word"

    term: Mapped[str] = mapped_column(Sortable, primary_key=True)
    shown: Mapped[str]
    products: Mapped[int]
    revision: Mapped[int] = mapped_column(index=True)


class IndexState(Base):
    """One row: `revision` counts the changes of the index; a new `epoch` means a rebuild or a restored backup."""

    __tablename__ = "index_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int]
    epoch: Mapped[str]


class _Ranked:
    """The sort columns of the default orders."""

    product_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    grade: Mapped[int] = mapped_column(server_default="0")
    """Place in our order before the price, 0 first (`SearchDocument.grade`)."""
    tenth_cents_per_100mg: Mapped[int]
    sku: Mapped[str] = mapped_column(Sortable)


class ListingRow(_Ranked, Base):
    """A published product with every sort column; each order has an index that answers it alone."""

    __tablename__ = "listing_row"

    price_cents: Mapped[int]
    magnesium_per_day_ug: Mapped[int]
    name_nl: Mapped[str] = mapped_column(Sortable)
    """Lower case without accents, as is `name_en`."""
    name_en: Mapped[str] = mapped_column(Sortable)

    __table_args__ = (
        Index("ix_listing_row_recommended", "grade", "tenth_cents_per_100mg", "sku", "product_id"),
        Index("ix_listing_row_price_per_100mg", "tenth_cents_per_100mg", "sku", "product_id"),
        Index("ix_listing_row_price", "price_cents", "sku", "product_id"),
        Index("ix_listing_row_magnesium_per_day", "magnesium_per_day_ug", "sku", "product_id"),
        Index("ix_listing_row_name_nl", "name_nl", "sku", "product_id"),
        Index("ix_listing_row_name_en", "name_en", "sku", "product_id"),
    )


class ListingRowByForm(_Ranked, Base):
    """A listing row for each form in the product, for the commonest filter in the commonest orders."""

    __tablename__ = "listing_row_by_form"

    form: Mapped[str] = mapped_column(Sortable, primary_key=True)

    __table_args__ = (
        Index("ix_listing_row_by_form_recommended", "form", "grade", "tenth_cents_per_100mg", "sku", "product_id"),
        Index("ix_listing_row_by_form_price_per_100mg", "form", "tenth_cents_per_100mg", "sku", "product_id"),
    )


class Beside(StrEnum):
    """Kind of a product by its substances beside magnesium: to whom it may be suggested."""

    NOTHING = "nothing"
    ORDINARY = "ordinary"
    """Substances that may be suggested, all within their limits."""
    NEVER = "never"
    """Some substance that is never suggested, or more of one than its limit."""
    UNKNOWN = "unknown"


class AdviceRow(Base):
    """A published product in stock, under each form that it counts as, cheapest first.

    It has every column that a wish compares, so that a form without a fitting product is decided without reading
    products. The primary key is the order of a low budget; SQLite stores the rows in that order. The index of the order
    by fit has the same columns, and answers alone.
    """

    __tablename__ = "advice_row"

    form: Mapped[str] = mapped_column(Sortable, primary_key=True)
    tenth_cents_per_100mg: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    sku: Mapped[str] = mapped_column(Sortable, primary_key=True)
    product_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    magnesium_ug: Mapped[int]
    """Elemental, per unit."""
    tenth_cents_per_day: Mapped[int] = mapped_column(BigInteger)
    vegan: Mapped[bool]
    dosage_form: Mapped[str]
    beside: Mapped[Beside] = mapped_column(choice(Beside), server_default=Beside.UNKNOWN.value)
    also: Mapped[str]
    """The other forms in the product, each between spaces; empty without others."""
    is_blend: Mapped[bool] = mapped_column(server_default=false())
    """Whether the product has other forms."""
    short_ug: Mapped[int] = mapped_column(server_default="0")
    """Distance of the daily portion, in whole units, below the most that an advice suggests."""

    __table_args__ = (
        Index("ix_advice_row_product_id", "product_id"),
        Index(
            "ix_advice_row_fit",
            *("form", "is_blend", "short_ug", "tenth_cents_per_100mg", "sku", "product_id"),
            *("magnesium_ug", "tenth_cents_per_day", "vegan", "dosage_form", "beside", "also"),
        ),
        {"sqlite_with_rowid": False},
    )
