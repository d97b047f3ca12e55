"""Returns of an order: packs noted as they come back, and the decision which of them are paid back."""

from werkzeug.wrappers import Response

from catalog.orders.models import Purchase
from catalog.orders.payments import claimed_cents, owed_cents, paid_cents
from catalog.orders.recall import RecalledLotError
from catalog.orders.returns import (
    NotExpectedError,
    NotPendingError,
    decide,
    proposed_credit,
    receive,
    undecided_packs,
)
from shop.admin.blueprint import bp
from shop.admin.orders.forms import DecisionForm, decision_form, return_form
from shop.admin.orders.order import (
    ask_if_sure,
    ask_password_for,
    load_order,
    locked,
    refused,
    show_order,
    to_order,
)
from shop.admin.orders.parcels import recalled_words
from shop.admin.permissions import requires
from shop.admin.session import author_of_request
from shop.web.i18n import gettext as _
from shop.web.i18n import ngettext
from shop.web.number_format import euro
from shop.web.services import now, services


@bp.post("/orders/<number>/returned")
@requires("order.pack")
def receive_return(number: str) -> Response:
    """Note packs that came back; the same form again takes nothing back twice."""
    purchase = load_order(number)
    form = return_form(purchase)
    noted = _("The packs are noted as returned.")
    if form.key.data in {parcel.key for parcel in purchase.returns}:
        return to_order(number, noted)
    if form.positions and not form.validate():
        return show_order(purchase, return_form=form)
    try:
        with services().orders.writing() as session:
            purchase = locked(session, number)
            receive(session, purchase, form.lines(), now(), key=form.key.data or "", who=author_of_request())
    except RecalledLotError as error:
        return refused(number, recalled_words(error.lot))
    except NotExpectedError:
        return refused(number, _("These packs are not expected back, or none was filled in."))
    return to_order(number, noted)


@bp.post("/orders/<number>/return-decided")
@requires("order.change")
def decide_return(number: str) -> Response:
    """Pay packs back that came back, and refuse the others."""
    purchase = load_order(number)
    form = decision_form(purchase)
    changed = _("This was decided meanwhile, or other packs came back. Please look at the order again.")
    if not form.positions or form.waiting() != undecided_packs(purchase):
        return refused(number, changed)
    if not form.validate():
        return show_order(purchase, decision_form=form)
    with services().orders.reading() as session:
        kept = paid_cents(session, purchase) - claimed_cents(session, purchase)
    back = max(0, kept - owed_cents(purchase, form.credited()))
    question = _question(purchase, form, back)
    page = ask_if_sure(number, question) or ask_password_for(back)
    if page is not None:
        return page
    try:
        with services().orders.writing() as session:
            decide(session, locked(session, number), form.credited(), form.waiting(), now(), who=author_of_request())
    except NotPendingError:
        return refused(number, changed)
    return to_order(number, _("Decided: %(amount)s goes back.", amount=euro(back)))


def _question(purchase: Purchase, form: DecisionForm, back: int) -> str:
    """The question before a decision; it names sealed packs that are refused."""
    packs = sum(form.credited().values())
    question = _("Pay nothing back for the returned packs?")
    if packs:
        question = _("Pay %(amount)s back for %(packs)d returned packs?", amount=euro(back), packs=packs)
    sealed = sum(max(0, most - form.credited()[place]) for place, most in proposed_credit(purchase).items())
    if not sealed:
        return question
    refusal = ngettext(
        "%(num)d sealed pack is refused, though the law asks for its price.",
        "%(num)d sealed packs are refused, though the law asks for their price.",
        sealed,
    )
    return f"{question} {refusal}"
