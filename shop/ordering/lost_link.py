"""Ways to an order for somebody who has its number and e-mail address and not its link.

They open the steps of withdrawal alone, under a sealed address of two hours; the page of the order, with name and
address, only opens by the link in the shopper's own mailbox, which is mailed again on request.
"""

import re
from http import HTTPStatus

from cryptography.fernet import InvalidToken
from flask import Blueprint, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import EmailField, StringField
from wtforms.validators import InputRequired, Length

from catalog.orders import outbox
from catalog.orders.models import Purchase
from shop.ordering.limits import is_allowed
from shop.web.forms import ShopForm, email_line, printable_line
from shop.web.i18n import lazy_gettext as _
from shop.web.i18n import localized
from shop.web.owner_settings import seller
from shop.web.security import never_store
from shop.web.services import now, services

bp = Blueprint("lost_link", __name__)
LIFETIME_SECONDS = 2 * 60 * 60
MAIL_AGAIN_SECONDS = 15 * 60
"""The time in which the link of an order is mailed once, however often it is asked for."""


class FindForm(ShopForm):
    """An order, by its number and the e-mail address that it was placed with."""

    number = StringField(
        _("Order number"),
        [InputRequired(), Length(max=20)],
        filters=[printable_line],
        description=_("It is in the confirmation, such as M26-7KQ4-2XB."),
        render_kw={"autocomplete": "off", "maxlength": 20},
    )
    email = EmailField(
        _("E-mail address of the order"),
        [InputRequired(), Length(max=200)],
        filters=[printable_line],
        render_kw={"autocomplete": "email", "maxlength": 200},
    )

    def order(self, session: Session) -> Purchase | None:
        """The order that was asked for, if there is one with that address."""
        found = session.scalars(select(Purchase).where(Purchase.number == as_number(self.number.data or ""))).first()
        known = found is not None and bool(found.email) and email_line(found.email) == email_line(self.email.data)
        return found if known else None

    def fingerprint(self) -> str:
        """A keyed hash of what was asked for: a job is written for anybody's, since a write takes time that tells."""
        asked = f"{as_number(self.number.data or '')} {email_line(self.email.data)}"
        return services().vault.fingerprint(f"order link {asked}")


def _span() -> int:
    return int(now().timestamp()) // MAIL_AGAIN_SECONDS


def as_number(typed: str) -> str:
    """The number of an order, however its letters and dashes were typed."""
    signs = re.sub(r"[^0-9A-Z]", "", typed.upper())
    return f"{signs[:3]}-{signs[3:7]}-{signs[7:]}"


def withdrawal_token(number: str) -> str:
    """A token that opens the withdrawal from an order for a while, and nothing else."""
    return services().checkout_cipher.encrypt(f"withdrawal {number}".encode()).decode()


def number_of_token(token: str) -> str | None:
    """The number in a token of `withdrawal_token`; None for any other token, or one that is too old."""
    try:
        text = services().checkout_cipher.decrypt(token.encode(), ttl=LIFETIME_SECONDS).decode()
    except (InvalidToken, ValueError):
        return None
    purpose, _blank, number = text.partition(" ")
    return number if purpose == "withdrawal" else None


@localized(bp, nl="/nl/bestelling-kwijt", en="/en/lost-order-link", methods=("GET", "POST"))
def mail_link() -> Response:
    """Mail the link of an order to its own address; the answer is the same whether there is such an order or not."""
    form, status, sent = FindForm(), HTTPStatus.OK, False
    too_often = request.method == "POST" and not is_allowed("link")
    if too_often:
        status = HTTPStatus.TOO_MANY_REQUESTS
    elif form.validate_on_submit():
        sent = True
        with services().orders.writing() as session:
            purchase = form.order(session)
            row_id = purchase.id if purchase is not None else outbox.NOBODY
            outbox.enqueue(session, "mail_link", row_id, now(), key=f"mail_link:{form.fingerprint()}:{_span()}")
    elif form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    html = render_template("ordering/lost_link.html", form=form, sent=sent, too_often=too_often, seller=seller())
    return never_store(Response(html, status, mimetype="text/html"))
