"""Overrides of blocked sentences in the admin: proposed by an owner, confirmed by a second person, withdrawn by any."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from msgspec import Struct
from sqlalchemy.exc import NoResultFound
from werkzeug.wrappers import Response
from wtforms import DateField, HiddenField, StringField
from wtforms.validators import InputRequired

from catalog.edits.overrides import (
    DEFAULT_MONTHS,
    MOST_MONTHS,
    confirm_override,
    end_override,
    months_after,
    override_to_edit,
    propose_override,
)
from catalog.edits.products import revalidate
from catalog.edits.validation import field_of, may_be_overridden, place_of
from catalog.models import ClaimOverride, OverrideEnd, OverrideStatus, Product
from catalog.product_problems import RefusedError
from catalog.queries.overrides import OverrideTrouble, override_rows, overrides_of
from recommend.claims.product import ProductFinding
from shop.admin.blueprint import bp
from shop.admin.forms import FILL_IN, add_error
from shop.admin.permissions import requires
from shop.admin.products.request import LARGEST_ID, author_of_form, load
from shop.admin.session import author_of_request
from shop.web.database import committing, get_ruleset, get_session
from shop.web.forms import ShopForm
from shop.web.i18n import current_language, gettext
from shop.web.i18n import lazy_gettext as _
from shop.web.services import today


class ProposalForm(ShopForm):
    """The reason for an override, and its last day."""

    finding = HiddenField()
    why = StringField(
        _("Why this sentence may stay"),
        [InputRequired(FILL_IN)],
        description=_("For the history, such as: the authority approved this wording in a letter of 3 May."),
        render_kw={"maxlength": "500", "autocomplete": "off"},
    )
    until = DateField(
        _("Last day"),
        [InputRequired(FILL_IN)],
        description=_("At most twelve months from now. After this day no shopper sees the sentence any more."),
    )


class BlockedSentence(Struct, frozen=True):
    """A blocked sentence of the saved product, its newest override that has not ended, and a form for a new one."""

    found: ProductFinding
    field: str
    may_be_overridden: bool
    override: ClaimOverride | None
    status: OverrideStatus | None
    form: ProposalForm


_FIELDS = {"reason": "why", "until": "until"}
"""Fields of ProposalForm by the field of a problem; any other problem is about the sentence."""


def override_trouble_name(trouble: OverrideTrouble) -> str:
    names = {
        OverrideTrouble.PENDING: gettext("waiting for a second person"),
        OverrideTrouble.EXPIRED: gettext("expired: the sentence is no longer shown"),
        OverrideTrouble.EXPIRES_SOON: gettext("expiring within 30 days"),
    }
    return names[trouble]


def override_status_name(override: ClaimOverride) -> str:
    """The state of an override today, in words."""
    ends = {
        OverrideEnd.DECLINED: gettext("declined"),
        OverrideEnd.WITHDRAWN: gettext("withdrawn"),
        OverrideEnd.CHANGED: gettext("ended: the sentence changed"),
        OverrideEnd.REPLACED: gettext("replaced by a later one"),
    }
    if override.ended is not None:
        return ends[OverrideEnd(override.ended)]
    statuses = {
        OverrideStatus.PENDING: gettext("waits for a second person"),
        OverrideStatus.IN_FORCE: gettext("in force"),
        OverrideStatus.EXPIRED: gettext("expired"),
    }
    return statuses[override.status_on(today())]


@bp.get("/overrides")
@requires("product.view")
def overrides() -> str:
    """The overrides of all products that have not ended, or those that need attention."""
    shown = request.args.get("show", "")
    trouble = OverrideTrouble(shown) if shown in list(OverrideTrouble) else None
    return render_template(
        "admin/products/overrides_list.html",
        rows=override_rows(get_session(), trouble, today()),
        trouble=trouble,
        troubles=list(OverrideTrouble),
        trouble_name=override_trouble_name,
        status_name=override_status_name,
    )


@bp.get("/products/<int:product_id>/overrides")
@requires("product.view")
def product_overrides(product_id: int) -> Response:
    """The blocked sentences of a product as saved, with their overrides."""
    return _page(load(product_id))


@bp.post("/products/<int:product_id>/overrides")
@requires("claim.override")
@committing
def propose(product_id: int) -> Response:
    """Propose that a sentence may stand."""
    product, form = load(product_id), ProposalForm()
    if not form.validate():
        return _page(product, form)
    author = author_of_form(form.why.data or "")
    try:
        propose_override(
            get_session(), product_id, form.finding.data or "", form.until.data, author=author, ruleset=get_ruleset()
        )
    except RefusedError as error:
        get_session().rollback()
        for problem in error.problems:
            text = problem.text(current_language())
            add_error(form[_FIELDS.get(problem.field, "why")], text[0].upper() + text[1:])
        return _page(load(product_id), form)
    return _done(gettext("Proposed. A second person has to confirm it before the sentence passes."), product_id)


@bp.post("/products/<int:product_id>/overrides/<int:override_id>/confirm")
@requires("claim.confirm")
@committing
def confirm_proposal(product_id: int, override_id: int) -> Response:
    """Confirm the proposal of somebody else."""
    override = _load(product_id, override_id)
    author = author_of_form(override.reason)
    try:
        confirm_override(get_session(), override_id, author=author, ruleset=get_ruleset())
    except RefusedError as error:
        return _refused(error, product_id)
    return _done(gettext("Confirmed: the sentence passes until its last day."), product_id)


@bp.post("/products/<int:product_id>/overrides/<int:override_id>/end")
@requires("claim.withdraw")
@committing
def withdraw(product_id: int, override_id: int) -> Response:
    """Decline a proposal, or withdraw an override at once."""
    _load(product_id, override_id)
    author = author_of_form(request.form.get("reason", ""))
    try:
        end = end_override(get_session(), override_id, author=author, ruleset=get_ruleset())
    except RefusedError as error:
        return _refused(error, product_id)
    if end is OverrideEnd.DECLINED:
        return _done(gettext("Declined."), product_id)
    return _done(gettext("Withdrawn: no shopper sees the sentence any more."), product_id)


def _load(product_id: int, override_id: int) -> ClaimOverride:
    """An override of this product, or 404."""
    try:
        override = override_to_edit(get_session(), override_id if override_id <= LARGEST_ID else 0)
    except NoResultFound:
        abort(HTTPStatus.NOT_FOUND)
    if override.product_id != product_id:
        abort(HTTPStatus.NOT_FOUND)
    return override


def _refused(error: RefusedError, product_id: int) -> Response:
    get_session().rollback()
    flash("; ".join(problem.text(current_language()) for problem in error.problems), "error")
    return redirect(url_for("admin.product_overrides", product_id=product_id), HTTPStatus.SEE_OTHER)


def _done(message: str, product_id: int) -> Response:
    flash(message, "success")
    return redirect(url_for("admin.product_overrides", product_id=product_id), HTTPStatus.SEE_OTHER)


def _page(product: Product, sent: ProposalForm | None = None) -> Response:
    known = overrides_of(get_session(), product.id)
    blocked = _blocked_sentences(product, known, sent)
    html = render_template(
        "admin/products/overrides.html",
        product=product,
        blocked=blocked,
        sent=sent,
        overrides=known,
        status_name=override_status_name,
        me=author_of_request(),
        latest=months_after(today(), MOST_MONTHS),
    )
    return make_response(html, HTTPStatus.UNPROCESSABLE_ENTITY if sent is not None else HTTPStatus.OK)


def _blocked_sentences(
    product: Product, known: Sequence[ClaimOverride], sent: ProposalForm | None
) -> list[BlockedSentence]:
    try:
        findings = revalidate(get_session(), product, get_ruleset(), today()).findings
    except RefusedError:
        return []
    alive: dict[tuple[str, str], ClaimOverride] = {}
    for each in known:  # newest first
        if each.ended is None:
            alive.setdefault((each.field, each.sentence), each)
    rows = []
    for found in findings:
        if found.blocks and found.field != "brand":
            override = alive.get(place_of(found))
            status = override.status_on(today()) if override else None
            form = _form_for(found.identity, sent)
            rows.append(BlockedSentence(found, field_of(found), may_be_overridden(found), override, status, form))
    return rows


def _form_for(finding: str, sent: ProposalForm | None) -> ProposalForm:
    """The form of one sentence, as it was sent or empty; the page has several, so their fields have own ids."""
    form = sent
    if form is None or form.finding.data != finding:
        form = ProposalForm(formdata=None, finding=finding, until=months_after(today(), DEFAULT_MONTHS))
    for field in form:
        field.id = f"{field.name}-{finding}"
    return form
