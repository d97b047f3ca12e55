"""Conflict of two edits of one product: both shown field by field, merged by choice."""

from http import HTTPStatus
from typing import Any

import msgspec
from flask import make_response, render_template, request
from msgspec import Struct
from werkzeug.wrappers import Response

from catalog.edits.products import merge, state_at
from catalog.models import Product
from catalog.product_state import FIELDS, ProductState, state_of_product
from catalog.queries.admin import changes_after
from shop.admin.products.form import ProductForm, form_from_state
from shop.admin.products.form_to_state import read_state
from shop.admin.products.request import carried_values, read_version
from shop.web.database import get_ruleset, get_session
from shop.web.i18n import current_language


class Difference(Struct, frozen=True):
    """A field that somebody changed. `choose` when both did, differently."""

    field: str
    base: Any
    mine: Any
    theirs: Any
    choose: bool
    chosen: str = ""


def conflict_page(product: Product) -> str:
    """Base, mine and theirs, from what was posted; the product as it is now is theirs."""
    started = read_version(request.form.get("version", ""), product)
    base, theirs = state_at(get_session(), product.id, started), state_of_product(product)
    mine, _refusals = read_state(ProductForm(get_ruleset(), current_language()), base)
    return render_template(
        "admin/products/conflict.html",
        product=product,
        started=started,
        changes=changes_after(get_session(), product.id, started),
        differences=_differences(base, mine, theirs),
        asked=request.form.get("press") == "merge" and request.form.get("seen") == str(product.version),
        carried=carried_values(),
        ruleset=get_ruleset(),
    )


def _differences(base: ProductState, mine: ProductState, theirs: ProductState) -> list[Difference]:
    both = merge(base, mine, theirs).overlapping
    found = []
    for name in FIELDS:
        was, own, other = (getattr(each, name) for each in (base, mine, theirs))
        if was not in (own, other) or own != other:
            chosen = request.form.get(f"choose-{name}", "")
            found.append(Difference(name, was, own, other, choose=name in both, chosen=chosen))
    return found


def merged_form(product: Product, base: ProductState) -> tuple[ProductForm, Response | None]:
    """Both edits in one form, or the page again while a field has not been chosen or somebody saved once more."""
    ruleset, language = get_ruleset(), current_language()
    typed = ProductForm(ruleset, language)
    mine, refusals = read_state(typed, base)
    theirs = state_of_product(product)
    both = merge(base, mine, theirs)
    chosen = {name: request.form.get(f"choose-{name}") for name in both.overlapping}
    seen = request.form.get("seen") == str(product.version)
    if refusals or not seen or not set(chosen.values()) <= {"mine", "theirs"}:
        return typed, make_response(conflict_page(product), HTTPStatus.CONFLICT)
    taken = {name: getattr(theirs, name) for name, choice in chosen.items() if choice == "theirs"}
    form = form_from_state(msgspec.structs.replace(both.state, **taken), product.version, ruleset, language)
    form.reason.data, form.brand_address.data = typed.reason.data, typed.brand_address.data
    return form, None
