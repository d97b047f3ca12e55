"""Proposed changes of public products: the queue, a proposal field by field, its decision."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from catalog.edits.proposals import (
    Choice,
    ProposalEndedError,
    Proposed,
    approve,
    propose,
    read_proposal,
    refuse,
    withdraw_proposal,
)
from catalog.edits.store import ConflictError
from catalog.models import Change, Product, Proposal, ProposalEnd, Status
from catalog.product_problems import ProductProblem, RefusedError
from catalog.product_state import ProductState, from_json
from catalog.queries.admin import changes_after
from catalog.queries.proposals import ended_proposals, open_proposal_of, open_proposals
from shop.admin.blueprint import bp
from shop.admin.permissions import may, requires
from shop.admin.products.request import LARGEST_ID, author_of_form, one_line, posted_reasons, whole_number
from shop.admin.session import author_of_request, role_of_request
from shop.web.database import committing, get_ruleset, get_session
from shop.web.i18n import gettext as _


def may_propose(product: Product) -> bool:
    """Whether the signed-in user changes a product by a proposal: it is or was public, and they do not publish."""
    role = role_of_request()
    return product.status is not Status.DRAFT and may(role, "proposal.make") and not may(role, "product.publish")


def own_proposal(product: Product) -> Proposal | None:
    """The signed-in user's own proposal for a product that waits for a publisher; none where they need none."""
    return open_proposal_of(get_session(), product.id, author_of_request()) if may_propose(product) else None


def propose_pictures(product: Product, version: int, state: ProductState) -> Response:
    """Store other pictures as a proposal, with what the user proposed already, and lead back. Raises RefusedError."""
    earlier = own_proposal(product)
    reasons = (earlier.reasons_given if earlier else {}) | posted_reasons()
    author = author_of_form(earlier.note if earlier else "")
    proposal = propose(get_session(), product.id, version, state, reasons=reasons, author=author, ruleset=get_ruleset())
    if proposal is None:
        if earlier:  # its pictures are again those that shoppers see, and it had nothing else
            withdraw_proposal(get_session(), earlier.id, author)
        flash(_("Nothing differs from what shoppers see, so there is nothing to propose."), "warning")
    else:
        flash(_("Your proposal waits for a publisher. Shoppers see nothing of it yet."), "success")
    return redirect(url_for("admin.product_pictures", product_id=product.id), HTTPStatus.SEE_OTHER)


def propose_form(product: Product, version: int, state: ProductState, reason: str) -> Response:
    """Store what was typed as a proposal, and lead to it. Raises RefusedError."""
    if earlier := own_proposal(product):  # the form has no pictures
        state = state.with_pictures(from_json(earlier.state).pictures)
    proposal = propose(
        get_session(),
        product.id,
        version,
        state,
        reasons=posted_reasons(),
        author=author_of_form(reason),
        ruleset=get_ruleset(),
    )
    if proposal is None:
        flash(_("Nothing differs from what shoppers see, so there is nothing to propose."), "warning")
        return redirect(url_for("admin.edit_product", product_id=product.id), HTTPStatus.SEE_OTHER)
    flash(_("Your proposal waits for a publisher. Shoppers see nothing of it yet."), "success")
    return redirect(url_for("admin.proposal", proposal_id=proposal.id), HTTPStatus.SEE_OTHER)


def end_name(end: ProposalEnd | None) -> str:
    names = {
        None: _("waits for a publisher"),
        ProposalEnd.APPROVED: _("approved"),
        ProposalEnd.REFUSED: _("refused"),
        ProposalEnd.WITHDRAWN: _("withdrawn"),
    }
    return str(names[end])


class FieldProposed(Struct, frozen=True):
    """A field of a proposal. `choose` when somebody else has given it another value since."""

    name: str
    base: Any
    mine: Any
    theirs: Any
    choose: bool
    chosen: str


@bp.get("/proposals")
@requires("proposal.make")
def proposals() -> str:
    """Show what waits for a decision, and what was decided."""
    session = get_session()
    return render_template(
        "admin/products/proposals.html", waiting=open_proposals(session), ended=ended_proposals(session), end=end_name
    )


@bp.get("/proposals/<int:proposal_id>")
@requires("proposal.make")
def proposal(proposal_id: int) -> Response:
    return _page(_load(proposal_id))


@bp.post("/proposals/<int:proposal_id>/approve")
@requires("proposal.decide")
@committing
def approve_proposal(proposal_id: int) -> Response:
    found = _load(proposal_id)
    seen = whole_number(request.form.get("seen", ""), 0, digits=9)
    try:
        approve(get_session(), proposal_id, seen, _choices(found), author=author_of_form(), ruleset=get_ruleset())
    except ProposalEndedError:
        return _ended_already(proposal_id)
    except ConflictError:
        get_session().rollback()
        return _page(_load(proposal_id), HTTPStatus.CONFLICT, is_open=True)
    except RefusedError as error:
        get_session().rollback()
        return _page(_load(proposal_id), HTTPStatus.UNPROCESSABLE_ENTITY, problems=error.problems)
    flash(_("Approved: shoppers see the change from now on."), "success")
    return redirect(url_for("admin.proposals"), HTTPStatus.SEE_OTHER)


@bp.post("/proposals/<int:proposal_id>/refuse")
@requires("proposal.decide")
@committing
def refuse_proposal(proposal_id: int) -> Response:
    """Refuse a proposal; its author is told why."""
    found = _load(proposal_id)
    reason = one_line(request.form.get("reason", ""))
    if not reason:
        return _page(found, HTTPStatus.UNPROCESSABLE_ENTITY, lacks_reason=True)
    try:
        refuse(get_session(), proposal_id, author_of_form(reason))
    except ProposalEndedError:
        return _ended_already(proposal_id)
    flash(_("Refused. Whoever proposed it sees your reason."), "success")
    return redirect(url_for("admin.proposals"), HTTPStatus.SEE_OTHER)


@bp.post("/proposals/<int:proposal_id>/withdraw")
@requires("proposal.make")
@committing
def withdraw_own_proposal(proposal_id: int) -> Response:
    """Withdraw one's own proposal."""
    _load(proposal_id)
    try:
        withdraw_proposal(get_session(), proposal_id, author_of_form())
    except ProposalEndedError:
        return _ended_already(proposal_id)
    flash(_("Withdrawn."), "success")
    return redirect(url_for("admin.proposals"), HTTPStatus.SEE_OTHER)


def _load(proposal_id: int) -> Proposed:
    found = read_proposal(get_session(), proposal_id) if proposal_id <= LARGEST_ID else None
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found


def _ended_already(proposal_id: int) -> Response:
    get_session().rollback()
    flash(_("Nothing was changed: this proposal is decided already, or somebody else's."), "warning")
    return redirect(url_for("admin.proposal", proposal_id=proposal_id), HTTPStatus.SEE_OTHER)


def _choices(found: Proposed) -> dict[str, Choice]:
    given = {name: request.form.get(f"choose-{name}") for name in found.overlapping}
    return {name: "mine" if choice == "mine" else "theirs" for name, choice in given.items() if choice in SIDES}


SIDES = ("mine", "theirs")


def _page(
    found: Proposed,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    problems: Sequence[ProductProblem] = (),
    lacks_reason: bool = False,
    is_open: bool = False,
) -> Response:
    one, both = found.proposal, found.overlapping
    rows = [
        FieldProposed(
            name=name,
            base=getattr(found.base, name),
            mine=getattr(found.mine, name),
            theirs=getattr(found.theirs, name),
            choose=name in both,
            chosen=request.form.get(f"choose-{name}", ""),
        )
        for name in one.fields
    ]
    html = render_template(
        "admin/products/proposal.html",
        proposal=one,
        product=found.product,
        rows=rows,
        reasons=list(found.reasons.values()),
        since=_changes_since(found) if one.ended is None else [],
        problems=problems,
        lacks_reason=lacks_reason,
        lacks_choice=is_open,
        end=end_name,
        is_own=one.proposed_by == author_of_request(),
        ruleset=get_ruleset(),
    )
    return make_response(html, status)


def _changes_since(found: Proposed) -> list[Change]:
    """The changes by others of the fields that the proposal changes too."""
    changes = changes_after(get_session(), found.product.id, found.proposal.base_version)
    return [change for change in changes if set(change.fields) & set(found.overlapping)]
