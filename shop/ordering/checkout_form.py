"""The form of a checkout: contact, address, delivery and way of payment, checked as the countries write them."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from stdnum.eu import vat
from wtforms import EmailField, Field, HiddenField, RadioField, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, Length

from catalog.orders.delivery import COUNTRIES
from catalog.orders.models import DeliveryKind, PaymentMethod
from catalog.orders.placing import Buyer
from shop.web.forms import ShopForm, email_line, one_line, require_email
from shop.web.i18n import gettext
from shop.web.i18n import lazy_gettext as _

POSTCODES: Mapping[str, re.Pattern[str]] = {
    "NL": re.compile(r"[1-9][0-9]{3}(?!SA|SD|SS)[A-Z]{2}", re.ASCII),
    "BE": re.compile(r"[1-9][0-9]{3}", re.ASCII),
}
"""Postcodes without blanks; the three Dutch endings left out are given to nobody."""
_LETTER = re.compile(r"[^\W\d_]")
_SIGNS = frozenset(" .,'‘’`´-‐‑–/()&+:!°ºª")
"""The signs that names and addresses have, those included that a telephone puts for ' and -."""
_HOUSE_NUMBER = re.compile(r"[0-9]{1,5}", re.ASCII)
BUYER_FIELDS = ("email", "name", "company", "vat_number", "postcode", "house_number", "addition", "street", "town")


def _upper(value: object) -> str:
    return one_line(value).replace(" ", "").replace(".", "").upper()


def _line(
    label: str, token: str, most: int, *, empty: str | None = None, clean: Any = one_line, **more: Any
) -> StringField:
    """A line of text; `empty` is the error of an empty one, without it the line may stay empty."""
    validators: list[Any] = [*([InputRequired(empty)] if empty is not None else []), Length(max=most), _readable]
    attributes = {"autocomplete": token, "maxlength": most, **more}
    return StringField(label, validators, filters=[clean], render_kw=attributes)


def _readable(_form: ShopForm, field: Field) -> None:
    if not all(_is_of_a_name(sign) for sign in field.data or ""):
        raise ValidationError(gettext("Use letters, digits and usual punctuation only: this goes on an address label."))


def _is_of_a_name(sign: str) -> bool:
    """Whether a sign is a letter or digit of any script, a mark above or below one, or usual in names."""
    return sign.isalnum() or sign in _SIGNS or unicodedata.category(sign).startswith("M")


class CheckoutForm(ShopForm):
    """All that ordering needs of a private person; company and VAT number are for businesses."""

    email = EmailField(
        _("E-mail address"),
        [InputRequired(_("Enter your e-mail address.")), Length(max=200), require_email],
        filters=[email_line],
        description=_("For the confirmation. We send no advertising."),
        render_kw={"autocomplete": "email", "maxlength": 200},
    )
    name = _line(_("Name"), "name", 80, empty=_("Fill in your name."))
    company = _line(_("Company (may stay empty)"), "organization", 80)
    vat_number = _line(_("VAT number (may stay empty)"), "off", 20, clean=_upper)
    country = SelectField(_("Country"), render_kw={"autocomplete": "country"})
    postcode = _line(_("Postcode"), "postal-code", 10, empty=_("Fill in the postcode."), clean=_upper, size=10)
    house_number = _line(_("House number"), "off", 5, empty=_("Enter the house number."), inputmode="numeric", size=6)
    addition = _line(_("Addition (optional)"), "off", 10, size=6)
    street = _line(_("Street"), "address-line1", 80, empty=_("Fill in the street."))
    town = _line(_("Town"), "address-level2", 60, empty=_("Fill in the town."))
    delivery = RadioField(_("Delivery"), [InputRequired(_("Choose a way of delivery."))])
    point = HiddenField(filters=[one_line], validators=[Length(max=60)])
    """The code of the parcel point that was chosen."""
    method = RadioField(_("Payment"), [InputRequired(_("Choose a way of payment."))])

    def offer(
        self, deliveries: Sequence[tuple[DeliveryKind, str]], methods: Sequence[tuple[PaymentMethod, str]]
    ) -> None:
        """Set the choices: ways of delivery and of payment with their words."""
        names = {"NL": gettext("Netherlands"), "BE": gettext("Belgium")}
        self.country.choices = [(code, names[code]) for code in COUNTRIES]
        self.delivery.choices = [(kind.value, label) for kind, label in deliveries]
        self.method.choices = [(method.value, label) for method, label in methods]

    def validate_name(self, field: Field) -> None:
        _require_letter(field)

    def validate_street(self, field: Field) -> None:
        _require_letter(field)

    def validate_town(self, field: Field) -> None:
        _require_letter(field)

    def validate_house_number(self, field: Field) -> None:
        if not _HOUSE_NUMBER.fullmatch(field.data):
            raise ValidationError(gettext("Enter the number alone; letters and the like go into the addition."))

    def validate_postcode(self, field: Field) -> None:
        form = POSTCODES.get(self.country.data or "")
        if form is not None and not form.fullmatch(field.data):
            example = {"NL": "1234 AB", "BE": "1000"}[self.country.data]
            raise ValidationError(gettext("In this country a postcode is written as %(example)s.", example=example))

    def validate_vat_number(self, field: Field) -> None:
        if field.data and not vat.is_valid(field.data):
            raise ValidationError(
                gettext("This is not a valid VAT number: a digit is wrong, or the country's letters are missing.")
            )
        if field.data and not self.company.data:
            raise ValidationError(gettext("Enter the company that the VAT number belongs to."))

    def buyer(self) -> Buyer:
        """The buyer as entered; a Dutch postcode is written as 1234 AB."""
        given = {name: getattr(self, name).data for name in BUYER_FIELDS}
        if self.country.data == "NL":
            given["postcode"] = f"{given['postcode'][:4]} {given['postcode'][4:]}"
        return Buyer(**given, country=self.country.data)


def _require_letter(field: Field) -> None:
    if field.data and not _LETTER.search(field.data):
        raise ValidationError(gettext("Enter at least one letter."))
