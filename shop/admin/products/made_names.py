"""SKU and address that a form leaves to the shop: made from the name, unique, in step with it until public."""

import re

import msgspec

from catalog.edits.products import free_value, was_ever_public
from catalog.exchange.values import made_sku, made_slug
from catalog.models import Product, Status
from catalog.product_state import ProductState
from shop.admin.products.form import ProductForm
from shop.admin.products.form_to_state import slug_of
from shop.web.database import get_session


def with_made_names(
    form: ProductForm, state: ProductState, product: Product | None, base: ProductState | None
) -> ProductState:
    """The product of a form with the SKU and the address that were left empty, or that follow a new name.

    The form shows a SKU that was made here, so that a person may change it before the product is saved.
    """
    if not state.sku and base is None and (name := state.name_nl or state.name_en or state.brand):
        brand = state.brand if state.brand != name else ""
        sku = free_value(get_session(), "sku", made_sku(state.supplier, brand, name))
        form.sku.data = sku
        state = msgspec.structs.replace(state, sku=sku)
    typed = (form.slug.data or "").strip()
    wanted = _made_slug(state)
    follows = product is not None and base is not None and typed == base.slug and _follows_name(product, base)
    if wanted and (not typed or (follows and base is not None and wanted != _made_slug(base))):
        slug = free_value(get_session(), "slug", wanted, product.id if product else None)
        state = msgspec.structs.replace(state, slug=slug)
    return state


def _made_slug(state: ProductState) -> str:
    return slug_of(state.name_nl, state.name_en, state.sku)


def _follows_name(product: Product, base: ProductState) -> bool:
    """Whether an address was made from the name, by form or import, and no shopper can know it."""
    if product.status is not Status.DRAFT:
        return False
    made = re.fullmatch(rf"{re.escape(_made_slug(base))}(-[0-9]+)?", base.slug)
    imported = base.slug == made_slug(base.name_nl or base.name_en, base.sku)
    return bool(made or imported) and not was_ever_public(get_session(), product.id)
