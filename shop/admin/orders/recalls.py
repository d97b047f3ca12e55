"""Recalls in the admin: a lot looked up, its orders counted, the mails begun, their state, and the letters by post."""

import secrets
from http import HTTPStatus
from typing import Any

from flask import abort, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from catalog.models import PeopleEventKind
from catalog.orders.models import Recall, RecallDecision
from catalog.orders.recall import (
    LotNotSentError,
    RecalledProduct,
    RecallText,
    begin_recall,
    decide_recall,
    letters_of,
    numbers_of,
    packs_on_shelf,
    products_of_lot,
    state_of,
)
from shop.admin.blueprint import bp
from shop.admin.orders.csv_files import download
from shop.admin.orders.forms import LONGEST_KEY, lot_line
from shop.admin.orders.stock import mark_sold_out
from shop.admin.people_events import log_event_now
from shop.admin.permissions import requires
from shop.admin.products.request import LARGEST_ID
from shop.admin.redirects import carried_fields
from shop.admin.session import author_of_request
from shop.web.forms import ShopForm, one_line
from shop.web.i18n import lazy_gettext as _
from shop.web.i18n import ngettext
from shop.web.security import never_store
from shop.web.services import now, services

SHOWN = 200
"""Orders that the page of a recall links to."""
COLUMNS = ("number", "name", "company", "street", "house_number", "addition", "postcode", "town", "country", "language")


class RecallForm(ShopForm):
    """The words of a recall. They are not judged as advertising: a warning must not be held up."""

    key = HiddenField(validators=[InputRequired(), Length(max=LONGEST_KEY)])
    lot = HiddenField(validators=[InputRequired(), Length(max=40)], filters=[lot_line])
    text_nl = TextAreaField(
        _("Dutch: what is wrong and what to do"),
        [InputRequired(_("Fill in the text in both languages.")), Length(max=2000)],
        filters=[one_line],
        render_kw={"rows": 4, "maxlength": 2000, "lang": "nl"},
    )
    text_en = TextAreaField(
        _("English: what is wrong and what to do"),
        [InputRequired(_("Fill in the text in both languages.")), Length(max=2000)],
        filters=[one_line],
        render_kw={"rows": 4, "maxlength": 2000, "lang": "en"},
    )


class LotForm(ShopForm):
    """The lot to look up."""

    lot = StringField(
        _("Lot"),
        [Length(max=40)],
        filters=[lot_line],
        description=_("As it is on the pack and was typed when the parcels were sent."),
        render_kw={"autocomplete": "off", "maxlength": 40},
    )


@bp.get("/recalls")
@requires("order.recall")
def recalls() -> Response:
    """Look a lot up, and show how many orders it went to; earlier recalls below."""
    lot = lot_line(request.args.get("lot", ""))[:40]
    with services().orders.reading() as session:
        found = products_of_lot(session, lot)
        shelf = packs_on_shelf(session, lot, found) if found else {}
        earlier = session.scalars(select(Recall).order_by(Recall.id.desc()).limit(50)).all()
        session.expunge_all()
    forms = {one.product_id: _new_form(lot, one) for one in found}
    shown: dict[str, Any] = {
        "lot": lot,
        "found": found,
        "shelf": shelf,
        "forms": forms,
        "earlier": earlier,
        "wrong": None,
    }
    return _page("admin/orders/recalls.html", **shown)


def _new_form(lot: str, product: RecalledProduct) -> RecallForm:
    prefix = f"p{product.product_id}-"  # a lot may have been sent of several products, each with its form
    return RecallForm(formdata=None, prefix=prefix, key=secrets.token_urlsafe(16), lot=lot)


def _page(template: str, *, status: int = HTTPStatus.OK, **values: Any) -> Response:
    lot_form = LotForm(formdata=None, lot=values.get("lot", ""))
    return never_store(make_response(render_template(template, **{"lot_form": lot_form, "shelf": {}} | values), status))


@bp.post("/recalls")
@requires("order.recall")
def start_recall() -> Response:
    """Begin the mails of a recall, after the orders were counted once more."""
    asked = request.form.get("product_id", "")
    form = RecallForm(prefix=f"p{asked}-")
    lot = form.lot.data or ""
    with services().orders.reading() as session:
        product = next((one for one in products_of_lot(session, lot) if str(one.product_id) == asked), None)
        known = session.scalar(select(Recall.id).where(Recall.key == form.key.data))
    if known is not None:
        return redirect(url_for("admin.recall", recall_id=known), HTTPStatus.SEE_OTHER)
    if product is None or not product.reachable:
        return _page("admin/orders/recalls.html", lot=lot, found=(), forms={}, earlier=(), wrong=None, status=409)
    if not form.validate():
        forms = {product.product_id: form}
        return _page(
            "admin/orders/recalls.html", lot=lot, found=[product], forms=forms, earlier=(), wrong=form, status=422
        )
    if request.form.get("sure") != "yes":
        return _ask(product)
    text = RecallText(form.text_nl.data or "", form.text_en.data or "")
    try:
        with services().orders.writing() as session:
            who, key = author_of_request(), form.key.data or ""
            found = begin_recall(session, lot, product, text, now(), key=key, who=who)
    except LotNotSentError:
        return redirect(url_for("admin.recalls", lot=lot), HTTPStatus.SEE_OTHER)
    mark_sold_out(found.product_id)
    return redirect(url_for("admin.recall", recall_id=found.id), HTTPStatus.SEE_OTHER)


def _ask(product: RecalledProduct) -> Response:
    """The number of mails, before they are sent."""
    question = ngettext(
        "Send %(num)d mail about this recall?", "Send %(num)d mails about this recall?", product.reachable
    )
    carried = carried_fields()
    return make_response(
        render_template("admin/orders/sure_recall.html", question=question, carried=carried, product=product)
    )


def _recall_or_404(recall_id: int) -> Recall:
    with services().orders.reading() as session:
        found = session.get(Recall, recall_id) if recall_id <= LARGEST_ID else None
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found


@bp.get("/recalls/<int:recall_id>")
@requires("order.recall")
def recall(recall_id: int) -> Response:
    """The state of a recall and its orders."""
    found = _recall_or_404(recall_id)
    log_event_now(PeopleEventKind.ORDERS_LISTED, detail=f"recall-{recall_id}")
    with services().orders.reading() as session:
        state, numbers = state_of(session, found), numbers_of(session, found, SHOWN)
    return _page("admin/orders/recall.html", recall=found, state=state, numbers=numbers)


@bp.post("/recalls/<int:recall_id>/decide")
@requires("order.recall")
def decide(recall_id: int) -> Response:
    """Put the held packs of a recalled lot back into sale, or write them off."""
    found = _recall_or_404(recall_id)
    try:
        decision = RecallDecision(request.form.get("decision", ""))
    except ValueError:
        abort(HTTPStatus.BAD_REQUEST)
    with services().orders.writing() as session:
        decide_recall(session, session.get_one(Recall, recall_id), decision, now(), who=author_of_request())
    mark_sold_out(found.product_id)
    return redirect(url_for("admin.recall", recall_id=recall_id), HTTPStatus.SEE_OTHER)


@bp.get("/recalls/<int:recall_id>/letters.csv")
@requires("order.recall")
def recall_letters(recall_id: int) -> Response:
    """Names and addresses of those whose mail was given up, for letters by post."""
    found = _recall_or_404(recall_id)
    with services().orders.reading() as session:
        rows = [[str(getattr(one, name)) for name in COLUMNS] for one in letters_of(session, found)]
    return download(f"recall-{recall_id}", COLUMNS, rows)
