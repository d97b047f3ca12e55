"""Planned changes: publishing, archiving and reductions at a moment to come, in Dutch time."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import abort, flash, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import Field, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired

from catalog.edits.planned import (
    PlanError,
    PlanRefusal,
    Reduction,
    cancel_planned,
    cancel_planned_together,
    plan_reduction,
    plan_status,
)
from catalog.exchange.numbers import cents
from catalog.exchange.row_errors import CellRefusedError
from catalog.models import PlannedChange, PlannedEnd, PlannedKind, Product
from catalog.product_problems import RefusedError
from catalog.queries.planned import ended_changes, planned_of, planned_steps, waiting_changes
from shop.admin.account_words import ZONE
from shop.admin.blueprint import bp
from shop.admin.forms import FILL_IN, add_error
from shop.admin.permissions import requires
from shop.admin.products.labels import field_name
from shop.admin.products.request import LARGEST_ID, author_of_form, load
from shop.web.database import committing, get_ruleset, get_session
from shop.web.forms import ShopForm
from shop.web.i18n import current_language, gettext, ngettext
from shop.web.i18n import lazy_gettext as _
from shop.web.number_format import euro

FORMAT = "%Y-%m-%dT%H:%M"
MOMENT = {"type": "datetime-local", "autocomplete": "off"}


def moment_typed(field: Field) -> datetime:
    """The moment of a field, in UTC. Raises ValidationError for none, and for one that summer time skips."""
    try:
        local = datetime.strptime(field.data or "", FORMAT).replace(tzinfo=ZONE)
        moment = local.astimezone(UTC)
    except (ValueError, OverflowError) as error:  # the first hour of the year 1 is in no year of UTC
        raise ValidationError(gettext("Fill in a date and a time, such as 2026-12-24T09:00.")) from error
    if moment.astimezone(ZONE).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise ValidationError(gettext("This time does not exist: summer time begins and the clock is set forward."))
    return moment


class StatusPlanForm(ShopForm):
    """Publishing or archiving, at a moment."""

    kind = SelectField(_("What"), choices=())
    due = StringField(_("From when on (Dutch time)"), [InputRequired(FILL_IN)], render_kw=MOMENT)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = [(kind.value, kind_name(kind)) for kind in (PlannedKind.PUBLISH, PlannedKind.ARCHIVE)]

    def validate_due(self, field: Field) -> None:
        moment_typed(field)


class ReductionPlanForm(ShopForm):
    """A lower price, from one moment to another."""

    price = StringField(
        _("Price in euro, with VAT"),
        [InputRequired(FILL_IN)],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    begins = StringField(_("Begins (Dutch time)"), [InputRequired(FILL_IN)], render_kw=MOMENT)
    ends = StringField(_("Ends (Dutch time)"), [InputRequired(FILL_IN)], render_kw=MOMENT)

    def validate_price(self, field: Field) -> None:
        price_typed(field)

    def validate_begins(self, field: Field) -> None:
        moment_typed(field)

    def validate_ends(self, field: Field) -> None:
        moment_typed(field)


def price_typed(field: Field) -> int:
    """The cents of a field. Raises ValidationError."""
    try:
        return cents(field.data or "", euro_assumed=True)
    except CellRefusedError as error:
        raise ValidationError(gettext("This is no price, such as 12,95.")) from error


def kind_name(kind: PlannedKind) -> str:
    names = {
        PlannedKind.PUBLISH: _("publish it"),
        PlannedKind.ARCHIVE: _("take it out of the shop (archive)"),
        PlannedKind.PRICE: _("change the price"),
    }
    return str(names[kind])


def plan_words(planned: PlannedChange) -> str:
    """The change, in words."""
    if planned.kind is not PlannedKind.PRICE:
        return kind_name(planned.kind)
    price = euro(planned.price_cents or 0)
    if planned.reduced:
        return str(gettext("reduction to %(price)s", price=price))
    return str(gettext("end of the reduction, back to %(price)s", price=price))


def end_words(planned: PlannedChange) -> str:
    """The state of a plan, and why it failed."""
    names = {
        None: _("waits"),
        PlannedEnd.DONE: _("done"),
        PlannedEnd.FAILED: _("failed"),
        PlannedEnd.CANCELLED: _("cancelled"),
    }
    why = planned.problem_nl if current_language() == "nl" else planned.problem_en
    return f"{names[planned.ended]}: {why}" if why else str(names[planned.ended])


def refusal_words(refusal: PlanRefusal) -> str:
    texts = {
        PlanRefusal.PAST: _("This moment has passed."),
        PlanRefusal.FAR: _("Plan at most two years ahead."),
        PlanRefusal.ENDS_FAR: _("Plan at most two years ahead."),
        PlanRefusal.ORDER: _("The end must be after the begin."),
        PlanRefusal.NOT_LOWER: _("This is not lower than the present price."),
        PlanRefusal.NOT_ON_SALE: _("Only the price of a public product can be reduced."),
        PlanRefusal.ALREADY_SO: _("It is so already."),
        PlanRefusal.ALREADY_PLANNED: _("Such a change is planned already. Cancel that first."),
    }
    return str(texts[refusal])


@bp.get("/planned")
@requires("product.publish")
def planned() -> str:
    """Show all planned changes, and how earlier ones ended."""
    session = get_session()
    return render_template(
        "admin/products/planned.html",
        waiting=waiting_changes(session),
        steps=planned_steps(session),
        ended=ended_changes(session),
        plan_words=plan_words,
        end_words=end_words,
    )


@bp.get("/products/<int:product_id>/planning")
@requires("product.publish")
def product_planning(product_id: int) -> Response:
    return _page(load(product_id))


@bp.post("/products/<int:product_id>/planning/status")
@requires("product.publish")
@committing
def plan_new_status(product_id: int) -> Response:
    """Plan that the product is published or archived."""
    product, form = load(product_id), StatusPlanForm()
    if form.validate():
        try:
            plan_status(
                get_session(),
                product_id,
                PlannedKind(form.kind.data),
                moment_typed(form.due),
                author=author_of_form(),
                ruleset=get_ruleset(),
            )
        except PlanError as error:
            add_error(form.due, refusal_words(error.refusal))
        except RefusedError as error:
            add_error(form.kind, _problems(error))
        else:
            return _planned(product_id)
        get_session().rollback()
        product = load(product_id)
    return _page(product, status_form=form)


@bp.post("/products/<int:product_id>/planning/reduction")
@requires("product.publish")
@committing
def plan_new_reduction(product_id: int) -> Response:
    """Plan the begin and the end of a reduction."""
    product, form = load(product_id), ReductionPlanForm()
    if form.validate():
        reduction = Reduction(price_typed(form.price), moment_typed(form.begins), moment_typed(form.ends))
        try:
            plan_reduction(get_session(), product_id, reduction, author=author_of_form(), ruleset=get_ruleset())
        except PlanError as error:
            add_error(_field_of(error.refusal, form), refusal_words(error.refusal))
        except RefusedError as error:
            add_error(form.price, _problems(error))
        else:
            return _planned(product_id)
        get_session().rollback()
        product = load(product_id)
    return _page(product, reduction_form=form)


def _field_of(refusal: PlanRefusal, form: ReductionPlanForm) -> Field:
    ends = {PlanRefusal.ORDER, PlanRefusal.ENDS_FAR}
    return form.ends if refusal in ends else form.price if refusal is PlanRefusal.NOT_LOWER else form.begins


@bp.post("/planned/<int:planned_id>/cancel-step")
@requires("product.publish")
@committing
def cancel_step(planned_id: int) -> Response:
    """Cancel all plans that were made in one step with this one, and have not begun."""
    if planned_id > LARGEST_ID:
        abort(HTTPStatus.NOT_FOUND)
    if count := cancel_planned_together(get_session(), planned_id, author_of_form()):
        flash(ngettext("Cancelled for %(num)d product.", "Cancelled for %(num)d products.", count), "success")
    else:
        flash(gettext("Nothing was cancelled: it was made or cancelled already."), "warning")
    return redirect(url_for("admin.planned"), HTTPStatus.SEE_OTHER)


@bp.post("/planned/<int:planned_id>/cancel")
@requires("product.publish")
@committing
def cancel_plan(planned_id: int) -> Response:
    """Cancel a plan that waits."""
    found = get_session().get(PlannedChange, planned_id) if planned_id <= LARGEST_ID else None
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    product_id = found.product_id
    if cancel_planned(get_session(), planned_id, author_of_form()):
        flash(gettext("Cancelled."), "success")
    else:
        flash(gettext("Nothing was cancelled: it was made or cancelled already."), "warning")
    return redirect(url_for("admin.product_planning", product_id=product_id), HTTPStatus.SEE_OTHER)


def _planned(product_id: int) -> Response:
    flash(gettext("Planned."), "success")
    return redirect(url_for("admin.product_planning", product_id=product_id), HTTPStatus.SEE_OTHER)


def _problems(error: RefusedError) -> str:
    return "; ".join(f"{field_name(one.field)} {one.text(current_language())}" for one in error.problems)


def _page(
    product: Product, *, status_form: StatusPlanForm | None = None, reduction_form: ReductionPlanForm | None = None
) -> Response:
    """The page of a product's plans; 422 when a form was sent back."""
    refused = status_form or reduction_form
    html = render_template(
        "admin/products/planning.html",
        product=product,
        plans=planned_of(get_session(), product.id),
        status_form=status_form or StatusPlanForm(formdata=None),
        reduction_form=reduction_form or ReductionPlanForm(formdata=None),
        refused=refused,
        plan_words=plan_words,
        end_words=end_words,
    )
    return make_response(html, HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK)
