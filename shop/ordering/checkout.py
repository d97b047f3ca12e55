"""Checkout: contact and delivery, then a summary with the order button; nothing is stored before that is pressed.

What was entered travels within the summary, encrypted, with the key that lets it be ordered once.
"""

import json
import secrets
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import msgspec
from cryptography.fernet import InvalidToken
from flask import Blueprint, abort, g, make_response, redirect, render_template, request, url_for
from msgspec import Struct
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from catalog.orders.basket import Basket
from catalog.orders.delivery import COUNTRIES, DeliveryOption, delivery_options
from catalog.orders.models import DeliveryKind, PaymentMethod
from catalog.orders.parcel_points import countries_with_points, nearest_points, point_with
from catalog.orders.placing import (
    Agreement,
    PlacedPurchase,
    Placing,
    Quote,
    TooManyUnpaidError,
    find_placed,
    make_quote,
    place,
    seal,
)
from catalog.orders.stock import SoldOutError
from shop.finder.answers_cookie import partial_answers, visitor_stops
from shop.ordering.availability import mark_last_packs
from shop.ordering.basket_page import available_basket, basket_page
from shop.ordering.checkout_form import CheckoutForm
from shop.ordering.limits import is_allowed_in
from shop.ordering.order_words import delivery_words, method_words
from shop.ordering.readiness import can_order, is_trial, missing_facts, terms_text
from shop.payments import steps
from shop.payments.providers import UNANSWERED, payments_for
from shop.web.absolute_urls import base_url
from shop.web.basket_cookie import store_basket, stored_basket
from shop.web.database import get_ruleset
from shop.web.forms import one_line
from shop.web.i18n import current_language, localized
from shop.web.i18n import gettext as _
from shop.web.number_format import euro
from shop.web.order_links import order_token, token_hash
from shop.web.owner_settings import owner_settings, seller, vat_percent
from shop.web.security import never_store
from shop.web.services import now, services

bp = Blueprint("checkout", __name__)
LIFETIME_SECONDS = 2 * 60 * 60
"""The time that a summary may stand open."""


class Entered(Struct, frozen=True):
    """A checkout as entered, with the key of its summary."""

    key: str
    fields: dict[str, str]


@localized(bp, nl="/nl/bestellen", en="/en/checkout", methods=("GET", "POST"))
def checkout() -> Response:
    """Ask for contact and delivery; show the summary; place the order."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(HTTPStatus.FORBIDDEN)
    entered = _entered() if request.method == "POST" else None
    step = request.form.get("step", "")
    with services().orders.reading() as orders:
        placed = find_placed(orders, entered.key) if step == "order" and entered is not None else None
        ordered = {line.product_id: line.quantity for line in placed.purchase.lines} if placed else {}
        basket = available_basket(stored_basket())
        g.delivery_options = delivery_options(services().orders, basket) if basket.lines else {}
        g.point_countries = countries_with_points(orders) if basket.lines else frozenset()
    if placed is not None:  # pressed twice: the basket is empty by now, unless the first answer was lost
        if stored_basket() == ordered:
            store_basket({})
        return _after_placing(placed)
    if not basket.lines:
        return redirect(url_for("ordering.basket"), HTTPStatus.SEE_OTHER)
    if not can_order(basket.products):
        return _page("ordering/not_yet.html", basket, missing=missing_facts(), status=HTTPStatus.SERVICE_UNAVAILABLE)
    if visitor_stops(get_ruleset()) and "stop_seen" not in request.form:
        return _page("ordering/stop.html", basket, stops=visitor_stops(get_ruleset()))
    return _steps(basket, step, entered)


def _steps(basket: Basket, step: str, entered: Entered | None) -> Response:
    form = _form(basket, entered)
    if step == "translate":
        return _translated(basket, form, entered)
    if step == "point" and entered is not None and form.validate():
        return _choose_point(basket, form)
    if step == "order" and entered is not None:
        return _order(basket, form, entered)
    if step == "order":
        return _details(basket, form, _("This page was open for too long. Please check your details once more."))
    if step == "summary" and form.validate_on_submit():
        return _summary(basket, form, Entered(secrets.token_urlsafe(24), _values(form)))
    return _details(basket, form)


def _translated(basket: Basket, form: CheckoutForm, entered: Entered | None) -> Response:
    """The same page in the language of this address, with all that was filled in: the summary, or the details."""
    if entered is not None and form.validate():
        return _summary(basket, form, entered)
    return _details(basket, form)  # what is not filled in yet is no error yet


def _entered() -> Entered | None:
    """The checkout that the summary carries; None for one that is forged or too old."""
    try:
        text = services().checkout_cipher.decrypt(request.form.get("entered", "").encode(), ttl=LIFETIME_SECONDS)
        key, fields = json.loads(text)
    except (InvalidToken, ValueError, TypeError):
        return None
    return Entered(key, fields)


def _form(basket: Basket, entered: Entered | None) -> CheckoutForm:
    if entered is not None and "name" not in request.form:  # the summary carries what was entered before
        given = MultiDict(entered.fields | {"csrf_token": request.form.get("csrf_token", "")})
        given["point"] = request.form.get("point", given.get("point", ""))
        form = CheckoutForm(formdata=given)
    else:
        form = CheckoutForm()
    form.offer(_delivery_choices(), _method_choices(basket))
    if request.method == "GET":
        form.country.data = COUNTRIES[0]
    return form


def _values(form: CheckoutForm) -> dict[str, str]:
    return {field.name: field.data or "" for field in form if field.name != "csrf_token"}


def _options() -> dict[str, list[DeliveryOption]]:
    options: dict[str, list[DeliveryOption]] = g.delivery_options
    return options


def _delivery_choices() -> list[tuple[DeliveryKind, str]]:
    """Ways of delivery with their price in each country that has them."""
    found: dict[DeliveryKind, list[str]] = {}
    for country, options in _options().items():
        for option in options:
            price = euro(option.cents) if option.cents else _("free")
            found.setdefault(option.kind, []).append(f"{country} {price}")
    words = {kind: delivery_words(kind) for kind in found}
    if g.point_countries:
        words[DeliveryKind.PICKUP] = _("A parcel point that you choose")
    return [(kind, f"{words[kind]} ({' · '.join(prices)})") for kind, prices in found.items()]


def _method_choices(basket: Basket) -> list[tuple[PaymentMethod, str]]:
    offered = [PaymentMethod.ONLINE]
    if is_trial(basket.products) or owner_settings().seller_iban:
        offered.append(PaymentMethod.AFTER_DELIVERY)
    return [(method, method_words(method)) for method in offered]


def _details(basket: Basket, form: CheckoutForm, notice: str = "") -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return _page("ordering/checkout.html", basket, form=form, notice=notice, status=status)


def _quote(basket: Basket, form: CheckoutForm) -> Quote | None:
    """The offer for what was entered; None when it is not delivered that way to that country."""
    country, kind = form.country.data, form.delivery.data
    chosen = next((option for option in _options().get(country, ()) if option.kind == kind), None)
    if chosen is None:
        return None
    quote = make_quote(basket, chosen.kind, chosen.cents, country, percent=_percent(form), now=now())
    if not _has_points(form):
        return quote
    with services().orders.reading() as orders:
        return msgspec.structs.replace(quote, point=point_with(orders, country, form.point.data or ""))


def _has_points(form: CheckoutForm) -> bool:
    """Whether the parcel goes to a point that the shopper chooses; without points on file the carrier does."""
    return form.delivery.data == DeliveryKind.PICKUP and form.country.data in g.point_countries


def _choose_point(basket: Basket, form: CheckoutForm) -> Response:
    """The parcel points nearest to a postcode: at first that of the point that was chosen, or of the address."""
    near = one_line(request.form.get("near"))[:10]
    with services().orders.reading() as orders:
        chosen = point_with(orders, form.country.data, form.point.data or "")
        near = near or (chosen.postcode if chosen else form.postcode.data or "")
        points = nearest_points(orders, form.country.data, near)
    is_sent = request.form.get("step") == "summary" and "near" in request.form
    return _page(
        "ordering/point.html",
        basket,
        entered=_sealed(Entered(secrets.token_urlsafe(24), _values(form))),
        near=near,
        points=points,
        chosen=chosen.code if chosen else "",
        is_missing=is_sent,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if is_sent else HTTPStatus.OK,
    )


def _sealed(entered: Entered) -> str:
    return services().checkout_cipher.encrypt(json.dumps([entered.key, entered.fields]).encode()).decode()


def _percent(form: CheckoutForm) -> int:
    """The VAT rate: of the country of arrival for its consumers (OSS), the Dutch one for everybody else.

    A business abroad is no part of OSS. Without proof of its number and of the transport it pays the Dutch rate.
    """
    abroad = owner_settings().vat_percent_be if form.country.data == "BE" and not form.vat_number.data else None
    return vat_percent() if abroad is None else abroad


def _agreement(basket: Basket, form: CheckoutForm) -> Agreement:
    trial = is_trial(basket.products)
    return Agreement(terms_text(trial=trial), PaymentMethod(form.method.data), current_language(), trial)


def _summary(basket: Basket, form: CheckoutForm, entered: Entered, notices: tuple[str, ...] = ()) -> Response:
    quote = _quote(basket, form)
    if quote is None:
        form.delivery.errors = [_("We do not deliver that way to this country. Choose another way.")]
        return _details(basket, form)
    if basket.sold_out:
        return _back_to_basket()
    if quote.point is None and _has_points(form):
        return _choose_point(basket, form)
    agreement = _agreement(basket, form)
    return _page(
        "ordering/summary.html",
        basket,
        quote=quote,
        agreement=agreement,
        buyer=form.buyer(),
        entered=_sealed(entered),
        seal=seal(quote, agreement),
        notices=notices,
        status=HTTPStatus.CONFLICT if notices else HTTPStatus.OK,
    )


def _back_to_basket() -> Response:
    """The basket says which packs are gone."""
    return redirect(url_for("ordering.basket"), HTTPStatus.SEE_OTHER)


def _order(basket: Basket, form: CheckoutForm, entered: Entered) -> Response:
    """Place the order, or show the summary again with what differs from what was agreed to."""
    if not form.validate():
        return _details(basket, form)
    quote, agreement = _quote(basket, form), _agreement(basket, form)
    if quote is None or request.form.get("seal") != seal(quote, agreement):
        changed = _(
            "Your basket, prices, delivery or terms have changed since you saw this page. Nothing was ordered: please "
            "look again."
        )
        return _summary(basket, form, Entered(secrets.token_urlsafe(24), entered.fields), (changed,))
    shared = services()
    provider = payments_for(shared, basket.products)
    placing = Placing(
        quote,
        agreement,
        form.buyer(),
        entered.key,
        str(provider or ""),
        lambda number: token_hash(order_token(shared, number)),
    )
    try:
        placed = _place_once(placing)
    except TooOftenError:
        often = _("This was tried too often from your network address. Try again in fifteen minutes.")
        return _summary(basket, form, entered, (often,))
    except SoldOutError:
        return _back_to_basket()
    except TooManyUnpaidError:
        wait = _("Three orders with this e-mail address wait for payment. Pay or cancel one of them first.")
        return _summary(basket, form, entered, (wait,))
    mark_last_packs(shared, placed.sold_out)
    store_basket({})
    return _after_placing(placed)


class TooOftenError(Exception):
    """One order too many from a network address."""


def _place_once(placing: Placing) -> PlacedPurchase:
    """The order of this summary, placed now or, by the same button pressed at the same time, just before.

    The attempt is counted in the same transaction, also where nothing is placed. Raises TooOftenError, SoldOutError or
    TooManyUnpaidError.
    """
    with services().orders.writing() as session:
        is_allowed = is_allowed_in(session, "placing")
        refusal: Exception | None = None if is_allowed else TooOftenError()
        if refusal is None:
            try:
                with session.begin_nested():
                    return find_placed(session, placing.checkout_key) or place(session, placing, now())
            except (SoldOutError, TooManyUnpaidError) as error:
                refusal = error
            except IntegrityError:  # PostgreSQL lets both try, and the second one wait until the first is in the store
                placed = find_placed(session, placing.checkout_key)
                if placed is None:
                    raise
                return placed
    raise refusal


def _after_placing(placed: PlacedPurchase) -> Response:
    """Lead to the payment, or to the order where nothing is to be paid now."""
    shared, purchase = services(), placed.purchase
    token = order_token(shared, purchase.number)
    if placed.payment is not None:
        with suppress(*UNANSWERED):  # the order is kept and its page says so; the worker asks again
            steps.begin(shared, purchase, placed.payment, base_url())
        return redirect(url_for("orders.to_payment", token=token), HTTPStatus.SEE_OTHER)
    return redirect(url_for("orders.order", token=token), HTTPStatus.SEE_OTHER)


def _page(template: str, basket: Basket, *, status: int = HTTPStatus.OK, **values: Any) -> Response:
    ruleset = get_ruleset()
    html = render_template(
        template,
        page=basket_page(basket, ruleset, partial_answers()),
        basket=basket,
        ruleset=ruleset,
        trial=is_trial(basket.products),
        seller=seller(),
        settings=owner_settings(),
        stop_seen="stop_seen" in request.form,
        **values,
    )
    return never_store(make_response(html, status))
