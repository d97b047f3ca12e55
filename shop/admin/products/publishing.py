"""From draft to shop and back: what publishing still lacks, what it would change, and a look beforehand."""

from http import HTTPStatus

import msgspec
from flask import abort, flash, g, make_response, redirect, render_template, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from catalog.advice.impact import FinderImpact, finder_impact
from catalog.db.engine import fail_fast_on_lock
from catalog.db.faults import DatabaseFault, fault_of
from catalog.edits.products import accepted_reasons, revalidate, save_with_reasons
from catalog.edits.store import ConflictError, publishing_problems
from catalog.edits.validation import ValidatedProduct, missing_fields, missing_texts
from catalog.models import Product, Status
from catalog.product_problems import ProductProblem, RefusedError
from catalog.product_state import state_of_product
from recommend.text import LANGUAGES
from shop.admin.blueprint import bp
from shop.admin.permissions import requires
from shop.admin.products.labels import field_name, status_name
from shop.admin.products.page import reduction_of
from shop.admin.products.request import author_of_form, load, posted_reasons, read_version
from shop.product.page import render_product
from shop.web.database import committing, get_ruleset, get_session
from shop.web.i18n import current_language
from shop.web.i18n import gettext as _
from shop.web.services import today


@bp.route("/products/<int:product_id>/publish", methods=["GET", "POST"])
@requires("product.publish")
@committing
def publish_product(product_id: int) -> Response:
    """The blockers and the changes of publishing; the button makes the product public."""
    product = load(product_id)
    if request.method == "GET":
        return _publish_page(product)
    return _set_status(product, Status.PUBLISHED)


@bp.post("/products/<int:product_id>/status")
@requires("product.publish")
@committing
def change_status(product_id: int) -> Response:
    """Archive a product, or make it a draft again."""
    wanted = request.form.get("status")
    if wanted not in (Status.DRAFT, Status.ARCHIVED):
        abort(HTTPStatus.UNPROCESSABLE_ENTITY)
    return _set_status(load(product_id), Status(wanted))


def _set_status(product: Product, status: Status) -> Response:
    session, product_id = get_session(), product.id
    version = read_version(request.form.get("version", ""), product)
    state = msgspec.structs.replace(state_of_product(product), status=status)
    author = author_of_form(request.form.get("reason", ""))
    try:
        save_with_reasons(session, product_id, version, state, posted_reasons(), author=author, ruleset=get_ruleset())
    except ConflictError:
        session.rollback()
        flash(_("Somebody changed this product meanwhile. Look at it before you go on."), "error")
        return redirect(url_for("admin.edit_product", product_id=product_id), HTTPStatus.SEE_OTHER)
    except RefusedError as error:
        session.rollback()
        return _publish_page(load(product_id), error.problems)
    flash(_("This product is now: %(status)s.", status=status_name(status)), "success")
    return redirect(url_for("admin.edit_product", product_id=product_id), HTTPStatus.SEE_OTHER)


def _publish_page(product: Product, refused: tuple[ProductProblem, ...] = ()) -> Response:
    prepared = revalidate(get_session(), product, get_ruleset(), today())
    reduction = reduction_of(prepared.state, product)
    false_reduction = (reduction,) if isinstance(reduction, ProductProblem) else ()
    lacking = refused or (*publishing_problems(prepared, product.brand), *false_reduction)
    only_reason = [problem.code for problem in lacking] == ["high-dose"]
    may_publish = product.status is not Status.PUBLISHED and (only_reason or not lacking)
    page = render_template(
        "admin/products/publish.html",
        product=product,
        lacking=() if only_reason else lacking,
        lacking_english=tuple(missing_texts(prepared.state, "en")),
        high_dose=prepared.high_dose,
        dose_reason=accepted_reasons(get_session(), product.id).get(prepared.high_dose, ""),
        reason_lacks=bool(refused) and only_reason,
        effect=_effect(product, prepared) if may_publish else None,
        language=current_language(),
    )
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if refused else 200)


@bp.get("/products/<int:product_id>/preview/<language>")
@requires("product.view")
def preview_product(product_id: int, language: str) -> Response:
    """The product's page as shoppers would see it, for any status; what a draft lacks is left out and named."""
    if language not in LANGUAGES:
        abort(HTTPStatus.NOT_FOUND)
    product = load(product_id)
    g.lang = language
    state = state_of_product(product)
    left_out = [field_name(problem.field) for problem in missing_fields(state)]
    if state.composition and not product.magnesium_ug:
        left_out.append(_("Magnesium per day"))
    if state.brand and not product.brand.address.strip():
        left_out.append(_("Address of the brand"))
    return make_response(render_product(product, robots="noindex", stops=(), left_out=left_out))


def _effect(product: Product, prepared: ValidatedProduct) -> FinderImpact | None:
    """The impact of publishing on the finder, None when it is refused or others are writing; nothing is written."""
    reasons = {prepared.high_dose: "-"} if prepared.high_dose else {}
    session, ruleset = get_session(), get_ruleset()
    state = msgspec.structs.replace(state_of_product(product), status=Status.PUBLISHED)
    product_id, version, author = product.id, product.version, author_of_form()

    def publish() -> None:
        save_with_reasons(session, product_id, version, state, reasons, author=author, ruleset=ruleset)

    try:
        with fail_fast_on_lock(session):
            return finder_impact(session, publish, ruleset)
    except (RefusedError, ConflictError):
        return None
    except SQLAlchemyError as error:  # the page is of use without it, also while an import is under way
        if fault_of(error) is not DatabaseFault.BUSY:
            raise
        return None
