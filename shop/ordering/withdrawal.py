"""Withdrawal function (Civil Code 6:230oa): found by number and e-mail or from the order, confirmed in a second step.

Nothing is asked but a name, the order and an e-mail address; answers are alike for orders that do not exist.
"""

import json
import secrets
from http import HTTPStatus
from typing import Any

from cryptography.fernet import InvalidToken
from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import EmailField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from catalog.orders.models import Purchase
from catalog.orders.payments import purchase_for_update
from catalog.orders.withdrawal import NothingLeftError, Statement, WithdrawnLine, is_open, lines_left, withdraw
from shop.ordering.limits import is_allowed
from shop.ordering.lost_link import FindForm, number_of_token, withdrawal_token
from shop.ordering.order_page import purchase_or_404
from shop.web.forms import ShopForm, email_line, printable_line, require_email
from shop.web.i18n import gettext, localized
from shop.web.i18n import lazy_gettext as _
from shop.web.order_links import order_token
from shop.web.owner_settings import owner_settings, seller
from shop.web.security import never_store
from shop.web.services import now, services

bp = Blueprint("withdrawal", __name__)
LIFETIME_SECONDS = 60 * 60


class StatementForm(ShopForm):
    """The statement: who makes it, and where the acknowledgement goes. A reason may be given."""

    name = StringField(
        _("Your name"),
        [InputRequired(), Length(max=80)],
        filters=[printable_line],
        render_kw={"autocomplete": "name", "maxlength": 80},
    )
    email = EmailField(
        _("E-mail address for the acknowledgement"),
        [InputRequired(), Length(max=200), require_email],
        filters=[email_line],
        render_kw={"autocomplete": "email", "maxlength": 200},
    )
    reason = TextAreaField(
        _("Reason (may stay empty)"),
        [Length(max=500)],
        filters=[printable_line],
        description=_("You need not give one. Please write nothing about your health."),
        render_kw={"rows": 2, "maxlength": 500},
    )


@localized(bp, nl="/nl/herroepen", en="/en/withdraw", methods=("GET", "POST"))
def find() -> Response:
    """Ask for the order, and lead to its withdrawal."""
    form = FindForm()
    status = HTTPStatus.OK
    not_found = False
    too_often = request.method == "POST" and not is_allowed("withdrawal")
    if too_often:
        status = HTTPStatus.TOO_MANY_REQUESTS
    elif form.validate_on_submit():
        with services().orders.reading() as session:
            purchase = form.order(session)
        if purchase is not None:
            address = url_for("withdrawal.state", token=withdrawal_token(purchase.number))
            return never_store(redirect(address, HTTPStatus.SEE_OTHER))
        not_found, status = True, HTTPStatus.NOT_FOUND
    elif form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    html = render_template(
        "ordering/withdraw_find.html", form=form, not_found=not_found, too_often=too_often, **_seller()
    )
    return never_store(make_response(html, status))


@localized(bp, nl="/nl/bestelling/<token>/herroepen", en="/en/order/<token>/withdraw", methods=("GET", "POST"))
def state(token: str) -> Response:
    """The statement, then its confirmation as a step of its own, then what was done."""
    purchase = _purchase_of(token)
    confirms = request.method == "POST" and request.form.get("step") == "confirm"
    if not confirms and (not is_open(purchase, now()) or not any(lines_left(purchase).values())):
        return _page("ordering/withdraw_closed.html", purchase, token)
    if request.method == "GET":
        known_by_link = number_of_token(token) is None
        form = StatementForm(name=purchase.name if known_by_link else "", email=purchase.email)
        return _page("ordering/withdraw.html", purchase, token, form=form, chosen=lines_left(purchase), error="")
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(HTTPStatus.FORBIDDEN)
    if confirms:  # also once nothing is left: the same button pressed twice is one statement
        return _confirm(purchase, token)
    return _check(purchase, token)


def _check(purchase: Purchase, token: str) -> Response:
    form, left = StatementForm(), lines_left(purchase)
    chosen = {position: _quantity(request.form.get(f"quantity-{position}", "0")) for position in left}
    error = ""
    if any(quantity is None or quantity > left[position] for position, quantity in chosen.items()):
        error = gettext("Enter how many packs, at most as many as you ordered.")
    elif not any(chosen.values()):
        error = gettext("Choose at least one pack.")
    if not form.validate_on_submit() or error:
        shown = {position: left[position] if quantity is None else quantity for position, quantity in chosen.items()}
        page = _page("ordering/withdraw.html", purchase, token, form=form, chosen=shown, error=error)
        page.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return page
    lines = [[position, quantity] for position, quantity in chosen.items() if quantity]
    content = [secrets.token_urlsafe(24), form.name.data, form.email.data, form.reason.data, lines]
    sealed = services().checkout_cipher.encrypt(json.dumps([purchase.number, content]).encode()).decode()
    return _page(
        "ordering/withdraw_confirm.html", purchase, token, form=form, lines=_shown(purchase, lines), statement=sealed
    )


def _quantity(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None  # noqa: PLR2004 - three digits


def _shown(purchase: Purchase, lines: list[list[int]]) -> list[tuple[str, int]]:
    names = {line.position: line.name for line in purchase.lines}
    return [(names[position], quantity) for position, quantity in lines]


def _confirm(purchase: Purchase, token: str) -> Response:
    statement = _sealed_statement(purchase)
    if statement is None:
        return redirect(url_for("withdrawal.state", token=token), HTTPStatus.SEE_OTHER)
    try:
        with services().orders.writing() as session:
            withdraw(session, purchase_for_update(session, purchase.id), statement, now())
    except NothingLeftError:
        return redirect(url_for("withdrawal.state", token=token), HTTPStatus.SEE_OTHER)
    return redirect(url_for("withdrawal.done", token=token), HTTPStatus.SEE_OTHER)


def _sealed_statement(purchase: Purchase) -> Statement | None:
    try:
        sealed = request.form.get("statement", "").encode()
        number, content = json.loads(services().checkout_cipher.decrypt(sealed, ttl=LIFETIME_SECONDS))
    except (InvalidToken, ValueError, TypeError):
        return None
    if number != purchase.number:
        return None
    key, name, email, reason, lines = content
    withdrawn = tuple(WithdrawnLine(position, quantity) for position, quantity in lines)
    return Statement(key=key, name=name, email=email, lines=withdrawn, reason=reason)


@localized(bp, nl="/nl/bestelling/<token>/herroepen/klaar", en="/en/order/<token>/withdraw/done")
def done(token: str) -> Response:
    """The effect of a withdrawal, and the address of its acknowledgement."""
    purchase = _purchase_of(token)
    if not purchase.withdrawals:
        return redirect(url_for("withdrawal.state", token=token), HTTPStatus.SEE_OTHER)
    return _page("ordering/withdraw_done.html", purchase, token, withdrawal=purchase.withdrawals[-1])


def _purchase_of(token: str) -> Purchase:
    """The order of its secret link, or of a token that opens its withdrawal alone; else 404."""
    number = number_of_token(token)
    if number is None:
        return purchase_or_404(token)
    return purchase_or_404(order_token(services(), number))


def _page(template: str, purchase: Purchase, token: str, **values: Any) -> Response:
    """A page of the steps; only who came by the secret link is led to the page of the order."""
    found = number_of_token(token) is not None
    order = url_for("lost_link.mail_link") if found else url_for("orders.order", token=token)
    shown = {"purchase": purchase, "token": token, "left": lines_left(purchase), "found": found, "order": order}
    html = render_template(template, **shown, **_seller(), **values)
    return never_store(make_response(html))


def _seller() -> dict[str, Any]:
    return {"seller": seller(), "settings": owner_settings()}
