"""One product's form: new, check, take a suggestion over, save."""

from http import HTTPStatus

import msgspec
from flask import flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from catalog.edits.brands import add_brand, address_problems
from catalog.edits.products import add_draft, save_with_reasons, state_at
from catalog.edits.store import ConflictError
from catalog.edits.validation import LONGEST_NAME, validate_named
from catalog.models import Product
from catalog.product_problems import ProductProblem, RefusedError
from catalog.product_state import ProductState, state_of_product
from catalog.queries.brands import KnownBrands
from shop.admin.blueprint import bp, max_request_bytes
from shop.admin.permissions import requires
from shop.admin.products.conflicts import conflict_page, merged_form
from shop.admin.products.form import ProductForm, form_from_state
from shop.admin.products.form_to_state import Refusals, read_state, refusals_of
from shop.admin.products.made_names import with_made_names
from shop.admin.products.page import edit_page, take_over
from shop.admin.products.proposals import may_propose, propose_form
from shop.admin.products.request import author_of_form, load, posted_reasons, read_version, require_right_to_change
from shop.admin.products.unsaved import FORM_BYTES, discard_own_form, form_of_unsaved, own_unsaved_form
from shop.web.database import committing, get_ruleset, get_session
from shop.web.i18n import current_language
from shop.web.i18n import gettext as _
from shop.web.owner_settings import owner_settings

NOTHING_TYPED = ProductState(sku="new", slug="new")
"""Behind an empty form: it passes for a product, since nobody made a mistake yet."""


@bp.route("/products/new", methods=["GET", "POST"])
@requires("product.edit")
@max_request_bytes(FORM_BYTES)
@committing
def new_product() -> Response:
    ruleset = get_ruleset()
    if request.method == "GET":
        defaults = owner_settings().default_texts
        form = form_from_state(None, 0, ruleset, current_language())
        for name, text in defaults.items():
            form[name].data = text
        if taken_back := _taken_back(None):
            return taken_back
        return edit_page(form, msgspec.structs.replace(NOTHING_TYPED, **defaults), None)
    form = ProductForm(ruleset, current_language())
    return _pressed(form, None, None)


@bp.route("/products/<int:product_id>", methods=["GET", "POST"])
@requires("product.edit")
@max_request_bytes(FORM_BYTES)
@committing
def edit_product(product_id: int) -> Response:
    product = load(product_id)
    if request.method == "GET":
        if taken_back := _taken_back(product):
            return taken_back
        state = state_of_product(product)
        return edit_page(form_from_state(state, product.version, get_ruleset(), current_language()), state, product)
    version = read_version(request.form.get("version", ""), product)
    base = state_at(get_session(), product_id, version)
    if request.form.get("press") == "merge":
        form, unsettled = merged_form(product, base)
        if unsettled:
            return unsettled
        base = state_of_product(product)
    else:
        form = ProductForm(get_ruleset(), current_language())
    return _pressed(form, product, base)


def _taken_back(product: Product | None) -> Response | None:
    """The form with what the user typed earlier and did not save, where the address asks for it."""
    unsaved = own_unsaved_form(product) if "unsaved" in request.args else None
    if unsaved is None:
        return None
    form = form_of_unsaved(unsaved)
    base = state_at(get_session(), product.id, read_version(form.version.data or "", product)) if product else None
    state, refusals = read_state(form, base)
    page = edit_page(form, state, product, refusals)
    page.status_code = HTTPStatus.OK
    return page


def _pressed(form: ProductForm, product: Product | None, base: ProductState | None) -> Response:
    state, refusals = read_state(form, base)
    state = with_made_names(form, state, product, base)
    press, take = request.form.get("press", "check"), request.form.get("take")
    if take:
        return _taken_over(form, state, product, take)
    if press == "propose" and product is not None and may_propose(product):
        return _propose(form, state, product, refusals)
    if press in {"save", "publish", "merge"}:
        return _save(form, state, product, refusals)
    form.add_spare_lines(3 if press == "lines" else 1)
    return edit_page(form, state, product, refusals, posted_reasons())


def _propose(form: ProductForm, state: ProductState, product: Product, refusals: Refusals) -> Response:
    if refusals:
        return edit_page(form, state, product, refusals, posted_reasons())
    try:
        started = read_version(form.version.data or "", product)
        answer = propose_form(product, started, state, form.reason.data or "")
    except RefusedError as error:
        get_session().rollback()
        return edit_page(form, state, load(product.id), refusals_of(error.problems), posted_reasons())
    discard_own_form(product)
    return answer


def _taken_over(form: ProductForm, state: ProductState, product: Product | None, identity: str) -> Response:
    """Show the form with a suggestion in its text; nothing is saved yet."""
    try:
        changed = take_over(state, validate_named(state, get_ruleset(), KnownBrands(get_session())).findings, identity)
    except RefusedError:
        changed = state
    for name in (name for name in changed.__struct_fields__ if getattr(changed, name) != getattr(state, name)):
        form[name].data = getattr(changed, name)
    form.add_spare_lines()
    return edit_page(form, changed, product, None, posted_reasons())


def _save(form: ProductForm, state: ProductState, product: Product | None, refusals: Refusals) -> Response:
    if product is not None:
        require_right_to_change(product)
    address, problems = _brand_address(form, state)
    refusals = refusals_of(problems, refusals)
    if refusals:
        return edit_page(form, state, product, refusals, posted_reasons())
    try:
        product_id = _write(form, state, product, address)
    except ConflictError:
        get_session().rollback()
        return make_response(conflict_page(load(product.id if product else 0)), 409)
    except RefusedError as error:
        get_session().rollback()
        saved = load(product.id) if product else None
        return edit_page(form, state, saved, refusals_of(error.problems), posted_reasons())
    discard_own_form(product)
    if request.form.get("press") == "publish":
        return redirect(url_for("admin.publish_product", product_id=product_id), HTTPStatus.SEE_OTHER)
    flash(_("Saved."), "success")
    return redirect(url_for("admin.edit_product", product_id=product_id), HTTPStatus.SEE_OTHER)


def _write(form: ProductForm, state: ProductState, product: Product | None, address: str) -> int:
    session, ruleset = get_session(), get_ruleset()
    author = author_of_form(form.reason.data or "")
    if address:
        add_brand(session, state.brand, address, author=author, directory=ruleset.directory)
    if product is None:
        return add_draft(session, state, posted_reasons(), author, ruleset)
    started = read_version(form.version.data or "", product)
    save_with_reasons(session, product.id, started, state, posted_reasons(), author=author, ruleset=ruleset)
    return product.id


def _brand_address(form: ProductForm, state: ProductState) -> tuple[str, tuple[ProductProblem, ...]]:
    """The address for a brand that has none yet, empty when there is nothing to write; or why it cannot be taken."""
    address = (form.brand_address.data or "").replace("\r\n", "\n").strip()
    if not address or not state.brand or len(state.brand) > LONGEST_NAME or "\0" in state.brand:  # refused elsewhere
        return "", ()
    brand = KnownBrands(get_session()).find(state.brand)
    known = brand.address if brand else ""
    problems = tuple(address_problems(address, known, get_ruleset().directory, brand.name if brand else state.brand))
    return "" if known.strip() or problems else address, problems
