"""History of one product, of all products and of batches: readable, undoable, never rewritten."""

from http import HTTPStatus

from flask import abort, flash, redirect, render_template, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from catalog.edits.products import revalidate
from catalog.edits.store import ConflictError
from catalog.edits.undo import AlreadyUndoneError, undo_batch
from catalog.edits.validation import HIGH_DOSE
from catalog.models import AcceptedWarning, Batch, How, Product
from catalog.product_problems import RefusedError
from catalog.queries.admin import acceptances_of, batches, latest_changes, prices_of, versions_of
from catalog.queries.overrides import overrides_of
from shop.admin.blueprint import bp
from shop.admin.permissions import requires
from shop.admin.products.labels import said_of
from shop.admin.products.overrides import override_status_name
from shop.admin.products.request import LARGEST_ID, author_of_form, load, whole_number
from shop.web.database import committing, get_ruleset, get_session
from shop.web.i18n import gettext as _
from shop.web.services import today

MOST_PAGES = 10_000


@bp.get("/products/<int:product_id>/history")
@requires("product.view")
def product_history(product_id: int) -> str:
    """All versions of a product and its prices."""
    product = load(product_id)
    versions, pages = versions_of(get_session(), product_id, _page())
    if _page() > pages:
        abort(HTTPStatus.NOT_FOUND)
    return render_template(
        "admin/products/history.html",
        product=product,
        versions=versions,
        page=_page(),
        pages=pages,
        page_address=lambda number: url_for("admin.product_history", product_id=product_id, page=number),
        prices=prices_of(get_session(), product_id),
        acceptances=_acceptances(product),
        overrides=overrides_of(get_session(), product_id),
        status_name=override_status_name,
        ruleset=get_ruleset(),
    )


class Acceptance(Struct, frozen=True):
    """A reason with what it was given for: a sentence, or a daily portion in micrograms; neither when it is gone."""

    given: AcceptedWarning
    sentence: str = ""
    portion_ug: int = 0


def _acceptances(product: Product) -> list[Acceptance]:
    given = acceptances_of(get_session(), product.id)
    try:
        findings = revalidate(get_session(), product, get_ruleset(), today()).findings if given else ()
    except RefusedError:
        findings = ()
    sentences = {found.identity: found.finding.text.strip() for found in findings}
    return [
        Acceptance(
            each, sentences.get(each.finding, ""), whole_number(each.finding.removeprefix(HIGH_DOSE), 0, digits=9)
        )
        for each in given
    ]


@bp.get("/history")
@requires("product.view")
def history() -> str:
    """The changes of all products, or of one batch."""
    wanted = whole_number(request.args.get("batch", ""), -1, digits=9)
    batch = _batch(wanted) if wanted >= 0 else None
    changes, more = latest_changes(get_session(), _page(), batch_id=batch.id if batch else None)
    return render_template("admin/products/changes.html", changes=changes, more=more, page=_page(), batch=batch)


@bp.get("/batches")
@requires("product.view")
def all_batches() -> str:
    """Batches: the changes made together, each undone together."""
    rows, pages = batches(get_session(), _page())
    return render_template(
        "admin/products/batches.html",
        rows=rows,
        page=_page(),
        pages=pages,
        page_address=lambda number: url_for("admin.all_batches", page=number),
    )


@bp.post("/batches/<int:batch_id>/undo")
@requires("history.restore")
@committing
def undo(batch_id: int) -> Response:
    """Take a batch back, as a batch of its own."""
    batch = _batch(batch_id)
    author = author_of_form(request.form.get("reason", ""), How.UNDO)
    try:
        undo_batch(get_session(), batch_id, author, get_ruleset(), batch.label)
    except AlreadyUndoneError:
        message = _("This batch was undone already.")
    except ConflictError as error:
        count = len(error.product_ids)
        message = _("Not undone: of %(count)d products somebody changed the same fields since.", count=count)
    except RefusedError as error:
        message = _("Not undone: %(why)s", why=said_of(error))
    else:
        flash(_("Undone."), "success")
        return redirect(url_for("admin.all_batches"), HTTPStatus.SEE_OTHER)
    get_session().rollback()
    flash(message, "error")
    return redirect(url_for("admin.all_batches"), HTTPStatus.SEE_OTHER)


def _batch(batch_id: int) -> Batch:
    batch = get_session().get(Batch, batch_id) if batch_id <= LARGEST_ID else None
    if batch is None:
        abort(HTTPStatus.NOT_FOUND)
    return batch


def _page() -> int:
    return min(max(whole_number(request.args.get("page", ""), 1), 1), MOST_PAGES)
