"""SearchDocument: the fields of a product from which facets, sort rows and words are derived."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from msgspec import Struct, structs
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.models import Beside, Brand, FormTag, Product, Status
from catalog.other_actives import beside_magnesium
from recommend.chemistry import UG_PER_MG
from recommend.text import Text

UPPER_LIMIT_UG = 250 * UG_PER_MG
"""The EU's upper limit for supplements a day (`manifest.yaml`, which a test compares)."""
GRADES_IN_STOCK = (0, 2, 4, 6)
"""The grades of `SearchDocument.grade` without sold-out products."""
OWN_LIMIT_UG = 200 * UG_PER_MG
"""The most that an advice suggests a day (likewise)."""


class SearchDocument(Struct, frozen=True, kw_only=True, gc=False):
    """A product's searchable fields. Money in cents and tenths of a cent, magnesium in ug elemental."""

    product_id: int
    status: Status
    sku: str
    brand: str
    forms: tuple[str, ...]
    counts_as: tuple[str, ...]
    """The forms that supply at least half of the magnesium."""
    dosage_form: str
    vegan: bool | None
    allergens: tuple[str, ...]
    allergens_stated: bool
    other_actives: tuple[str, ...]
    """Ids of the substances."""
    beside: Beside
    price_cents: int
    stock: int
    tenth_cents_per_100mg: int
    tenth_cents_per_day: int
    magnesium_ug: int
    magnesium_per_day_ug: int
    days_supply: int
    """Whole days that a pack lasts at the label's daily portion."""
    name: Text
    summary: Text
    ingredients: Text
    """Like `name` and `summary` without English while that is not complete."""

    @property
    def is_listed(self) -> bool:
        return self.status is Status.PUBLISHED

    @property
    def is_blend(self) -> bool:
        """Whether its magnesium comes from more than one form; a buffered compound does."""
        return len(self.forms) > 1

    @property
    def grade(self) -> int:
        """The place in our order before the price: above the limit last, then blends, then what is sold out."""
        above_limit = self.magnesium_per_day_ug > UPPER_LIMIT_UG
        return above_limit << 2 | self.is_blend << 1 | (self.stock == 0)

    @property
    def short_ug(self) -> int:
        """The most that an advice suggests, less the whole units of the label's portion that fit in it."""
        units = min(self.magnesium_per_day_ug, OWN_LIMIT_UG) // self.magnesium_ug if self.magnesium_ug else 0
        return OWN_LIMIT_UG - units * self.magnesium_ug

    @property
    def word_sources(self) -> tuple[object, ...]:
        """The fields from which words are derived; equal sources mean unchanged words."""
        return (
            self.is_listed,
            self.brand,
            self.forms,
            self.allergens,
            self.vegan,
            self.other_actives,
            self.name,
            self.summary,
            self.ingredients,
        )


def search_documents(session: Session, product_ids: Sequence[int] | None = None) -> Iterator[SearchDocument]:
    """The products with these ids, or all, as now stored, in the order of ids; streamed from the database."""
    columns = [getattr(Product, name) for name in _COLUMNS]
    query = select(*columns, Brand.name.label("brand")).join(Brand, Brand.id == Product.brand_id).order_by(Product.id)
    tags = select(FormTag.product_id, FormTag.form, FormTag.counts_as_form).order_by(FormTag.product_id)
    if product_ids is not None:
        query, tags = query.where(Product.id.in_(product_ids)), tags.where(FormTag.product_id.in_(product_ids))
    tagged = iter(session.execute(tags.execution_options(yield_per=5000)))
    next_tag = next(tagged, None)
    for row in session.execute(query.execution_options(yield_per=1000)):
        forms: dict[str, bool] = {}
        while next_tag is not None and next_tag[0] <= row.id:
            if next_tag[0] == row.id:
                forms[next_tag[1]] = next_tag[2]
            next_tag = next(tagged, None)
        yield _document(row, dict(sorted(forms.items())))


_COLUMNS = (
    *("id", "status", "sku", "dosage_form", "vegan", "allergens", "price_cents", "stock", "sold_out", "magnesium_ug"),
    *("allergens_stated", "other_actives", "other_actives_stated", "label_faults"),
    *("units_per_pack", "units_per_day", "tenth_cents_per_100mg", "tenth_cents_per_day"),
    *("name_nl", "name_en", "summary_nl", "summary_en", "ingredients_nl", "ingredients_en", "english_complete"),
)


def of_label(document: SearchDocument, label_faults: int) -> SearchDocument:
    """A document as the label allows: one that contradicts its ingredients is vegan, free and alone of nothing."""
    if not label_faults:
        return document
    return structs.replace(document, vegan=None, allergens_stated=False, beside=Beside.UNKNOWN)


def days_supply(units_per_pack: int, units_per_day: int) -> int:
    """The whole days that a pack lasts; 0 while the portion is not filled in."""
    return units_per_pack // units_per_day if units_per_day else 0


def searched_text(product: Any, name: str, english_complete: bool) -> Text:
    """A text as the pages show it: the English is empty while it is not whole, for then no page shows it."""
    return Text(getattr(product, f"{name}_nl"), getattr(product, f"{name}_en") if english_complete else "")


def _document(row: Any, forms: Mapping[str, bool]) -> SearchDocument:
    """Build a document from a row; `forms` by name in alphabetical order, True where the product counts as the form."""
    document = SearchDocument(
        product_id=row.id,
        status=row.status,
        sku=row.sku,
        brand=row.brand,
        forms=tuple(forms),
        counts_as=tuple(form for form, counts in forms.items() if counts),
        dosage_form=row.dosage_form.value,
        vegan=row.vegan,
        allergens=row.allergens,
        allergens_stated=row.allergens_stated,
        other_actives=tuple(active.substance for active in row.other_actives),
        beside=beside_magnesium(row),
        price_cents=row.price_cents,
        stock=0 if row.sold_out else row.stock,
        tenth_cents_per_100mg=row.tenth_cents_per_100mg,
        tenth_cents_per_day=row.tenth_cents_per_day,
        magnesium_ug=row.magnesium_ug,
        magnesium_per_day_ug=row.magnesium_ug * row.units_per_day,
        days_supply=days_supply(row.units_per_pack, row.units_per_day),
        name=searched_text(row, "name", row.english_complete),
        summary=searched_text(row, "summary", row.english_complete),
        ingredients=searched_text(row, "ingredients", row.english_complete),
    )
    return of_label(document, row.label_faults)


def in_chunks(products: Iterator[SearchDocument], size: int) -> Iterator[list[SearchDocument]]:
    """Cut the documents into lists of at most `size`."""
    while chunk := list(islice(products, size)):
        yield chunk
