"""Addresses of payments: the provider's report, the shopper's return, and the trial provider's page."""

import re
from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from catalog.orders.models import Payment, Purchase, TrialPayment
from shop.payments import steps
from shop.payments.providers import UNANSWERED
from shop.payments.trial import Play, play
from shop.web.i18n import gettext as _
from shop.web.order_links import order_token
from shop.web.security import never_store
from shop.web.services import services

bp = Blueprint("payments", __name__)
LONGEST_REPORT = 1024
_PROVIDER_ID = re.compile(r"(tr|trial)_[A-Za-z0-9]{1,60}", re.ASCII)


@bp.post("/betaling/<token>")
def report(token: str) -> Response:
    """Take a report of the provider: never believed, only a reason to ask. The answer is the same for any id."""
    if (request.content_length or 0) > LONGEST_REPORT:
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    provider_id = request.form.get("id", "")
    if _PROVIDER_ID.fullmatch(provider_id):
        steps.report(services(), token, provider_id)
    return never_store(make_response("", HTTPStatus.OK))


@bp.get("/betaling/<token>/terug")
def returned(token: str) -> Response:
    """Bring the shopper back to the order; whether it is paid, only the provider says."""
    shared = services()
    with shared.orders.reading() as session:
        payment = session.scalars(select(Payment).where(Payment.token == token)).first()
        purchase = session.get(Purchase, payment.purchase_id) if payment else None
    if payment is None or purchase is None:
        abort(HTTPStatus.NOT_FOUND)
    try:
        steps.ask(shared, payment.id)
    except UNANSWERED:
        steps.report(shared, token, None)  # the worker asks until it is answered
    address = url_for("orders.order", token=order_token(shared, purchase.number), lang=purchase.language)
    return never_store(redirect(address, HTTPStatus.SEE_OTHER))


@bp.route("/proefbetaling/<provider_id>", methods=["GET", "POST"])
def trial(provider_id: str) -> Response:
    """The page of the trial provider, on which a tester chooses how the payment ends."""
    shared = services()
    if request.method == "GET":
        with shared.orders.reading() as session:
            row = session.get(TrialPayment, provider_id)
        if row is None:
            abort(HTTPStatus.NOT_FOUND)
        return never_store(make_response(render_template("payments/trial.html", row=row, plays=_plays(row))))
    try:
        played = Play(request.form.get("play", ""))
    except ValueError:
        abort(HTTPStatus.BAD_REQUEST)
    with shared.orders.writing() as session:
        row = play(session, provider_id, played)
    if row is None:
        abort(HTTPStatus.NOT_FOUND)
    token = row.webhook_path.removeprefix("/betaling/")
    for _report in range(5 if played is Play.TWICE else 1):
        steps.report(shared, token, provider_id)
    return redirect(row.return_path, HTTPStatus.SEE_OTHER)


def _plays(row: TrialPayment) -> Mapping[Play, str]:
    """The outcomes to choose from: once it is paid, only that the bank takes it back."""
    if row.paid_cents >= row.cents:
        return {Play.CHARGED_BACK: _("The bank takes the money back (chargeback)")}
    return {
        Play.PAID: _("Paid"),
        Play.PENDING: _("The bank takes its time"),
        Play.FAILED: _("Failed"),
        Play.CANCELED: _("Cancelled"),
        Play.EXPIRED: _("Expired"),
        Play.PARTIAL: _("Half of it paid"),
        Play.TWICE: _("Paid, and reported five times"),
    }
