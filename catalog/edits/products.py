"""The one write path: everything that changes the catalogue goes through here. Callers commit."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy.orm import Session

from catalog.composition import CompositionError, Stated, counts_as_form, magnesium_by_form, work_out
from catalog.edits.indexing import index_products
from catalog.indexed import indexed_products
from catalog.models import Allergen, Brand, Component, DosageForm, FormTag, Product, Status, Unit
from catalog.pricing import tenth_cents_per_100mg, tenth_cents_per_day
from recommend.knowledge import Ruleset
from recommend.text import Text


class ProductFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything about a product that a person states; the rest is derived. Money in cents, VAT included."""

    sku: str
    slug: str
    name: Text
    summary: Text
    ingredients: Text
    directions: Text
    storage: Text
    dosage_form: DosageForm
    unit: Unit
    units_per_pack: int
    units_per_day: int
    net_quantity: int
    vegan: bool
    allergens: tuple[Allergen, ...] = ()
    price_cents: int
    stock: int


def add_product(
    session: Session,
    fields: ProductFields,
    *,
    brand: Brand,
    composition: Sequence[Stated],
    ruleset: Ruleset,
    status: Status = Status.DRAFT,
) -> Product:
    """Add a product with all that follows from its composition and price.

    Raises CompositionError when the chemistry cannot be, or a published product holds a form that the law
    does not allow in supplements.
    """
    product = Product(
        brand=brand,
        status=status,
        **{name: getattr(fields, name) for name in ProductFields.__struct_fields__},
    )
    set_composition(product, composition, ruleset)
    session.add(product)
    session.flush()
    index_products(session, [], list(indexed_products(session, [product.id])))
    return product


def set_composition(product: Product, composition: Sequence[Stated], ruleset: Ruleset) -> None:
    """Replace the composition and derive the rest. Raises CompositionError."""
    if not composition:
        raise CompositionError(product.sku, "has no composition")
    if product.status is Status.PUBLISHED:
        _require_permitted_forms(composition, ruleset)
    product.components = [
        Component(
            position=position,
            form=stated.form,
            salt=stated.salt,
            compound_ug=stated.compound_ug,
            elemental_ug=stated.elemental_ug,
        )
        for position, stated in enumerate(composition)
    ]
    derive(product, ruleset)


def _require_permitted_forms(composition: Sequence[Stated], ruleset: Ruleset) -> None:
    for stated in composition:
        form = ruleset.forms.get(stated.form)
        if form is not None and ruleset.forms[form.record].annex_ii is None:
            raise CompositionError(stated.form, "is not allowed in food supplements (Directive 2002/46/EC, Annex II)")


def derive(product: Product, ruleset: Ruleset) -> None:
    """Compute the derived columns and tags from composition, price and pack. Raises CompositionError."""
    lines = [work_out(stated_of(component), ruleset) for component in product.components]
    amounts = magnesium_by_form(lines)
    product.magnesium_ug = sum(amounts.values())
    product.tags = [
        FormTag(form=form, magnesium_ug=amount, counts_as_form=counts_as_form(form, amounts))
        for form, amount in amounts.items()
    ]
    product.tenth_cents_per_100mg = tenth_cents_per_100mg(
        product.price_cents, product.magnesium_ug, product.units_per_pack
    )
    product.tenth_cents_per_day = tenth_cents_per_day(
        product.price_cents, product.units_per_pack, product.units_per_day
    )


def stated_of(component: Component) -> Stated:
    """A stored line as the label states it."""
    return Stated(component.form, component.salt, component.compound_ug, component.elemental_ug)
