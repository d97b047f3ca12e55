"""Running of ordering: the state of the outbox, jobs that were given up, and the page of rates and parcel points."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import flash, make_response, redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from catalog.orders import outbox
from catalog.orders.delivery import PACKAGING_GRAMS, rates
from catalog.orders.parcel_points import counts_of_points
from shop.admin.blueprint import bp
from shop.admin.permissions import requires
from shop.admin.products.request import LARGEST_ID
from shop.web.i18n import gettext
from shop.web.i18n import lazy_gettext as _
from shop.web.security import never_store
from shop.web.services import now, services

MOST_SHOWN = 50
MONTHS = 12
KINDS: Mapping[str, str] = {
    "mail_receipt": _("Mail: order received"),
    "mail_confirmation": _("Mail: confirmation"),
    "mail_confirmation_again": _("Mail: confirmation again"),
    "mail_expired": _("Mail: expired unpaid"),
    "mail_paid_too_late": _("Mail: paid too late"),
    "mail_link": _("Mail: link to an order"),
    "mail_shipment": _("Mail: parcel on its way"),
    "mail_shipment_undone": _("Mail: parcel undone"),
    "mail_tracking": _("Mail: tracking code"),
    "mail_return_decided": _("Mail: return decided"),
    "mail_recall": _("Mail: recall"),
    "mail_withdrawal": _("Mail: withdrawal received"),
    "mail_refund": _("Mail: refund"),
    "mail_restock_question": _("Mail: confirm an address"),
    "mail_restocked": _("Mail: product is back"),
    "mail_low_stock": _("Mail: low stock"),
    "issue_invoice": _("Invoice issued"),
    "issue_credit": _("Credit note issued"),
    "make_pdf": _("PDF made"),
    "start_payment": _("Payment begun"),
    "see_payment": _("Payment asked about"),
    "send_refund": _("Refund sent"),
    "check_availability": _("Mark of sold out checked"),
}


def kind_words(kind: str) -> str:
    """The kind of a job."""
    return str(KINDS.get(kind, kind))


@bp.get("/outbox")
@requires("order.view")
def outbox_state() -> Response:
    """The jobs that wait, those that were given up, and how many of each kind were done by month."""
    with services().orders.reading() as session:
        waiting = outbox.waiting(session, now())
        failed = outbox.given_up(session, MOST_SHOWN)
        done = dict(list(outbox.done_by_month(session).items())[:MONTHS])
        session.expunge_all()
    kinds = sorted({kind for sums in done.values() for kind in sums}, key=kind_words)
    html = render_template(
        "admin/orders/outbox.html",
        waiting=waiting,
        failed=failed,
        done=done,
        kinds=kinds,
        words=kind_words,
        days=services().settings.outbox_days,
        held=services().settings.hold_outbox,
    )
    return never_store(make_response(html))


@bp.post("/outbox/<int:job_id>/again")
@requires("order.change")
def try_job_again(job_id: int) -> Response:
    """Let the worker try a job that was given up once more."""
    with services().orders.writing() as session:
        is_planned = job_id <= LARGEST_ID and outbox.try_again(session, job_id, now())
    if is_planned:
        flash(gettext("The job is tried again."), "success")
    return redirect(url_for("admin.outbox_state"), HTTPStatus.SEE_OTHER)


def show_rates(form: FlaskForm) -> Response:
    """The page of the rates of delivery that hold, read only, and of the parcel points on file."""
    with services().orders.reading() as session:
        found, points = rates(session), counts_of_points(session)
        session.expunge_all()
    html = render_template("admin/orders/rates.html", rates=found, packaging=PACKAGING_GRAMS, points=points, form=form)
    return never_store(make_response(html, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK))
