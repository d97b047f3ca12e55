"""What the page of one product shows."""

from collections.abc import Sequence

from msgspec import Struct

from catalog.composition import Line, worked_out
from catalog.edits import stated_of
from catalog.models import DosageForm, Product
from catalog.pricing import cents_per_measure
from recommend.knowledge import SEVERITIES, Note, Ruleset
from shop.seller import Seller


class ProductPage(Struct, frozen=True):
    """A product with what follows from it. `unit_price_cents` is None where the law asks for no unit price.

    In a preview of a draft, lines without an amount yet are left out.
    """

    product: Product
    lines: Sequence[Line]
    notes: Sequence[Note]
    unit_price_cents: int | None
    seller: Seller


def product_page(product: Product, ruleset: Ruleset, seller: Seller) -> ProductPage:
    return ProductPage(
        product=product,
        lines=worked_out(map(stated_of, product.components), ruleset),
        notes=notes_for(product, ruleset),
        unit_price_cents=unit_price_cents(product),
        seller=seller,
    )


def notes_for(product: Product, ruleset: Ruleset) -> list[Note]:
    """The notes of a product page: by severity, those that always apply before those of its forms."""
    own = [note for tag in product.tags for note in ruleset.form_notes(tag.form)]
    notes = dict.fromkeys([*ruleset.product_notes, *own])
    return sorted(notes, key=lambda note: SEVERITIES.index(note.severity))


def unit_price_cents(product: Product) -> int | None:
    """Cents per 100 g or 100 ml where the law asks for a unit price: not for goods sold by number."""
    if product.dosage_form in (DosageForm.POWDER, DosageForm.LIQUID) and product.net_quantity:
        return cents_per_measure(product.price_cents, product.net_quantity)
    return None
