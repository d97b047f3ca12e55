"""Changing several products at once: choose, look at what would happen, confirm with the count."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import flash, make_response, redirect, render_template, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from catalog.advice.impact import FinderImpact, finder_impact
from catalog.edits import bulk as edits
from catalog.edits.bulk import Planned, Planner, SelectionChangedError, digest_of
from catalog.edits.bulk_actions import Action, PlannedReduction, PriceChange
from catalog.edits.planned import PlanError, PlanRefusal, plan_reductions, previewed_reductions, require_period
from catalog.models import How
from catalog.product_problems import RefusedError
from catalog.queries.admin import Filter, chosen_versions
from shop.admin.blueprint import bp, max_request_bytes
from shop.admin.permissions import requires
from shop.admin.products.bulk_form import BulkForm, read_action
from shop.admin.products.listing import (
    MOST_TICKED,
    AdminListQuery,
    as_word,
    chosen_in_form,
    list_page,
    read_list_query,
)
from shop.admin.products.planning import refusal_words
from shop.admin.products.request import author_of_form, whole_number
from shop.web.database import committing, get_ruleset, get_session
from shop.web.i18n import current_language, ngettext
from shop.web.i18n import gettext as _
from shop.web.services import now

MOST_AT_ONCE = 5000
MOST_FOR_EFFECT = 500
"""Above this number the finder's answer would make other writers wait."""
SHOWN = 500


class Preview(Struct, frozen=True):
    """Preview of a bulk change; only the first products of each kind are listed."""

    action: Action
    versions: Sequence[tuple[int, int]]
    changed: Sequence[Planned]
    refused: Sequence[Planned]
    changes: int
    refusals: int
    unchanged: int
    opposite: int
    """Prices that rounding moves the other way."""

    @property
    def digest(self) -> str:
        return digest_of(self.versions)


@bp.post("/products/select")
@requires("product.view")
@max_request_bytes(256 * 1024)
def select_products() -> Response:
    """Go to another page of the list with the ticks of this one."""
    wanted, chosen = read_list_query(request.form), chosen_in_form(request.form)
    if len(chosen) > MOST_TICKED:
        flash(
            _("At most %(most)d can be ticked; narrow the list and choose all that match.", most=MOST_TICKED), "error"
        )
    go = request.form.get("go", "1")
    query = wanted.query(page=whole_number(go, 1))
    if chosen:
        query["chosen"] = as_word(chosen[:MOST_TICKED])
    return redirect(url_for("admin.products", **query), HTTPStatus.SEE_OTHER)


@bp.post("/products/bulk")
@requires("product.publish")
@max_request_bytes(256 * 1024)
@committing
def bulk() -> Response:
    """Show what would happen, and do it once the same selection is confirmed."""
    wanted, form = read_list_query(request.form), BulkForm()
    action = read_action(form, get_session())
    chosen = _chosen(wanted.filter)
    versions = chosen_versions(get_session(), chosen)
    if not versions or len(versions) > MOST_AT_ONCE:
        form.refuse("which", _too_few_or_many(len(versions)))
    if isinstance(action, PlannedReduction):
        _refuse_period(form, action)
    if action is None or form.errors:
        return list_page(wanted, chosen_in_form(request.form), form, HTTPStatus.UNPROCESSABLE_ENTITY)
    if "confirm" not in request.form:
        return _preview(wanted, versions, action)
    return _apply(wanted, chosen, action)


def _refuse_period(form: BulkForm, action: PlannedReduction) -> None:
    """Refuse a period that has begun, ends before it begins, or is more than two years ahead."""
    try:
        require_period(action.begins, action.ends, now())
    except PlanError as error:
        at_end = error.refusal in {PlanRefusal.ORDER, PlanRefusal.ENDS_FAR}
        form.refuse("ends" if at_end else "begins", refusal_words(error.refusal))


def _list_again(wanted: AdminListQuery) -> Response:
    """The list as it was, with what was ticked."""
    chosen = as_word(chosen_in_form(request.form)[:MOST_TICKED])
    return redirect(url_for("admin.products", **wanted.query(page=1, chosen=chosen)), HTTPStatus.SEE_OTHER)


def _chosen(wanted: Filter) -> Sequence[int] | Filter:
    """All that match, or what is ticked."""
    return wanted if request.form.get("which") == "all" else chosen_in_form(request.form)[:MOST_AT_ONCE]


def _too_few_or_many(count: int) -> str:
    if not count:
        return str(_("Tick at least one product, or choose all that match."))
    return str(_("%(count)d products are too many at once: at most %(most)d.", count=count, most=MOST_AT_ONCE))


def _preview(
    wanted: AdminListQuery, versions: Sequence[tuple[int, int]], action: Action, status: int = 200
) -> Response:
    author = author_of_form(how=How.BULK)
    if isinstance(action, PlannedReduction):
        planned = previewed_reductions(get_session(), versions, action, author, get_ruleset())
    else:
        planned = Planner(get_session(), action, author, get_ruleset()).plan_all(versions)
    changed = [each for each in planned if each.changes]
    refused = [each for each in planned if each.refused]
    preview = Preview(
        action=action,
        versions=versions,
        changed=changed[:SHOWN],
        refused=refused[:SHOWN],
        changes=len(changed),
        refusals=len(refused),
        unchanged=len(planned) - len(changed) - len(refused),
        opposite=sum(_is_opposite(action, each) for each in changed),
    )
    is_now = not isinstance(action, PlannedReduction)
    carried = [
        (name, value) for name, value in request.form.items(multi=True) if name not in {"csrf_token", "shown", "reason"}
    ]
    page = render_template(
        "admin/products/bulk.html",
        preview=preview,
        wanted=wanted,
        carried=[pair for pair in carried if pair[0] != "confirm"],
        is_opposite=_is_opposite,
        kind=request.form["action"],
        effect=_effect(action, versions) if 0 < len(changed) <= MOST_FOR_EFFECT and is_now else None,
        is_now=is_now,
        changed_meanwhile=status == HTTPStatus.CONFLICT,
        language=current_language(),
    )
    return make_response(page, status)


def _is_opposite(action: Action, planned: Planned) -> bool:
    """Whether rounding turns a cut of this product's price into a rise, or a rise into a cut."""
    return isinstance(action, PriceChange) and action.is_opposite(planned.before, planned.after)


def _apply(wanted: AdminListQuery, chosen: Sequence[int] | Filter, action: Action) -> Response:
    session = get_session()
    author = author_of_form(request.form.get("reason", ""), How.BULK)
    shown = request.form.get("shown", "")
    if isinstance(action, PlannedReduction):
        return _plan(wanted, chosen, action)
    try:
        _batch, changed = edits.apply(
            session, chosen, action, shown=shown, author=author, label=action.label, ruleset=get_ruleset()
        )
    except SelectionChangedError:
        session.rollback()
        return _preview(wanted, chosen_versions(session, chosen), action, HTTPStatus.CONFLICT)
    except RefusedError as error:
        session.rollback()
        said = "; ".join(problem.text(current_language()) for problem in error.problems)
        flash(_("Nothing was changed. %(sku)s %(why)s", sku=error.sku, why=said), "error")
        return _list_again(wanted)
    flash(_("%(count)d products changed. You can undo this under “Batches”.", count=changed), "success")
    return redirect(url_for("admin.products", **wanted.query()), HTTPStatus.SEE_OTHER)


def _plan(wanted: AdminListQuery, chosen: Sequence[int] | Filter, action: PlannedReduction) -> Response:
    """Plan a reduction for the products of the preview."""
    session, author, shown = get_session(), author_of_form(how=How.BULK), request.form.get("shown", "")
    try:
        count = plan_reductions(session, chosen, action, shown=shown, author=author, ruleset=get_ruleset())
    except SelectionChangedError:
        session.rollback()
        return _preview(wanted, chosen_versions(session, chosen), action, HTTPStatus.CONFLICT)
    flash(ngettext("Planned for %(num)d product.", "Planned for %(num)d products.", count), "success")
    return redirect(url_for("admin.planned"), HTTPStatus.SEE_OTHER)


def _effect(action: Action, versions: Sequence[tuple[int, int]]) -> FinderImpact | None:
    """The change's impact on the finder, None when it cannot be made; nothing is written."""
    session, ruleset, author = get_session(), get_ruleset(), author_of_form(how=How.BULK)
    try:
        return finder_impact(session, lambda: edits.change(session, versions, action, author, ruleset), ruleset)
    except RefusedError:
        return None
