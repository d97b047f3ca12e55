"""The owner's settings: seller, VAT, public address of the site, texts for new products."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Flask, flash, redirect, url_for
from stdnum import iban
from stdnum.eu import vat
from werkzeug.wrappers import Response
from wtforms import EmailField, Field, HiddenField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length

from catalog.edits.edit import Author
from catalog.edits.settings import SettingsChangedError, save_settings
from catalog.edits.validation import LONGEST, text_problems
from catalog.models import How
from catalog.queries.settings import DEFAULT_TEXTS, OwnerSettings, owner_settings, setting_changes, settings_version
from recommend.claims.product import check_product
from recommend.text import Text
from shop.admin.blueprint import bp
from shop.admin.permissions import requires
from shop.admin.session import author_of_request
from shop.seller import EMAIL, KVK
from shop.settings import PUBLIC_URL
from shop.web.database import committing, get_ruleset, get_session
from shop.web.forms import ShopForm, render_form
from shop.web.i18n import current_language, gettext
from shop.web.i18n import lazy_gettext as _
from shop.web.number_format import upper_first
from shop.web.owner_settings import fixed_settings, public_url, seller
from shop.web.services import now

LONGEST_LINE = 200
LONGEST_TERMS = 20_000
MOST_DELIVERY_DAYS = 30
TERMS = ("terms_nl", "terms_en")
CHECKED_TEXTS = (*DEFAULT_TEXTS, *TERMS)
HIGHEST_VAT = 50
GROUPS = {
    "seller": ("seller_name", "seller_address", "seller_email", "seller_phone", "seller_kvk", "seller_vat"),
    "site": ("public_url", "vat_percent"),
    "ordering": ("return_address", "seller_iban", "delivery_days", "vat_percent_be", *TERMS),
    "texts": DEFAULT_TEXTS,
}
"""The fields of the page, by heading."""


def _line(label: str, help_: str = "", **attributes: Any) -> StringField:
    return StringField(label, [Length(max=LONGEST_LINE)], description=help_, render_kw=attributes)


def _text(label: str, language: str) -> TextAreaField:
    return TextAreaField(label, render_kw={"rows": 2, "lang": language})


def _terms(label: str, language: str) -> TextAreaField:
    help_ = _("Every order keeps the version that it was agreed to under.")
    return TextAreaField(label, description=help_, render_kw={"rows": 8, "lang": language})


class SettingsForm(ShopForm):
    """All settings; the version is that of the settings that were shown."""

    version = HiddenField()
    seller_name = _line(_("Name of the business"), autocomplete="organization")
    seller_address = _line(_("Address of the business"), _("Street, number, postcode and town; no post-office box."))
    seller_email = EmailField(_("E-mail address of the shop"), render_kw={"autocomplete": "off"})
    seller_phone = _line(_("Telephone (may stay empty)"), autocomplete="off", type="tel")
    seller_kvk = _line(_("Trade register number (KvK)"), _("Eight digits."), inputmode="numeric")
    seller_vat = _line(_("VAT number"), _("Such as NL123456789B13."))
    public_url = _line(
        _("Public address of the site"),
        _("Scheme and host, such as https://shop.example. Links in invitations and for search engines start with it."),
        inputmode="url",
    )
    vat_percent = _line(
        _("VAT on supplements (percent)"),
        _("Prices are entered with VAT, and net prices computed from them. In the Netherlands it is 9 on supplements."),
        inputmode="numeric",
    )
    return_address = _line(_("Return address"), _("Where shoppers send goods back to."), autocomplete="off")
    seller_iban = _line(
        _("Bank account (IBAN)"),
        _("Without it nobody can pay after delivery, and the law forbids to ask for all of it before (BW 7:26)."),
        autocomplete="off",
    )
    delivery_days = _line(
        _("Delivered within (working days)"),
        _("From the confirmation of an order to its arrival."),
        inputmode="numeric",
    )
    vat_percent_be = _line(
        _("VAT on supplements in Belgium (percent)"),
        _(
            "Empty: the Dutch rate. Above € 10,000 a year of sales to consumers in other EU countries together, the "
            "rate of the country of arrival applies (OSS). Businesses with a VAT number pay the Dutch rate."
        ),
        inputmode="numeric",
    )
    terms_nl = _terms(_("General terms (Dutch)"), "nl")
    terms_en = _terms(_("General terms (English)"), "en")
    directions_nl = _text(_("Use (Dutch)"), "nl")
    directions_en = _text(_("Use (English)"), "en")
    storage_nl = _text(_("Storage (Dutch)"), "nl")
    storage_en = _text(_("Storage (English)"), "en")

    def validate_seller_email(self, field: Field) -> None:
        if field.data and not EMAIL.fullmatch(field.data):
            raise ValidationError(gettext("This is no e-mail address, such as info@shop.example."))

    def validate_seller_kvk(self, field: Field) -> None:
        if field.data and not KVK.fullmatch(field.data):
            raise ValidationError(gettext("A KvK number has eight digits."))

    def validate_seller_vat(self, field: Field) -> None:
        if field.data and not vat.is_valid(field.data):
            raise ValidationError(
                gettext("This is not a valid VAT number: a digit is wrong, or the country's letters are missing.")
            )

    def validate_public_url(self, field: Field) -> None:
        if field.data and not PUBLIC_URL.fullmatch(field.data):
            raise ValidationError(
                gettext("Give a scheme and a host and nothing behind it, such as https://shop.example.")
            )

    def validate_vat_percent(self, field: Field) -> None:
        if not re.fullmatch("[0-9]{1,2}", field.data) or int(field.data) > HIGHEST_VAT:
            raise ValidationError(gettext("Fill in a whole number from 0 to %(most)d.", most=HIGHEST_VAT))

    def validate_seller_iban(self, field: Field) -> None:
        if field.data and not iban.is_valid(field.data):
            raise ValidationError(gettext("This is no valid IBAN: a sign is wrong or missing."))

    def validate_delivery_days(self, field: Field) -> None:
        if not re.fullmatch("[0-9]{1,2}", field.data) or not 1 <= int(field.data) <= MOST_DELIVERY_DAYS:
            raise ValidationError(gettext("Fill in a whole number from 1 to %(most)d.", most=MOST_DELIVERY_DAYS))

    def validate_vat_percent_be(self, field: Field) -> None:
        if field.data and (not re.fullmatch("[0-9]{1,2}", field.data) or int(field.data) > HIGHEST_VAT):
            raise ValidationError(gettext("Fill in a whole number from 0 to %(most)d.", most=HIGHEST_VAT))

    def settings(self, before: OwnerSettings) -> OwnerSettings:
        """The settings as entered; those that the form does not have stay."""
        entered = {field.name: field.data for field in self if field.name in OwnerSettings.__struct_fields__}
        numbers = {name: int(entered[name]) for name in ("vat_percent", "delivery_days")}
        abroad = entered["vat_percent_be"]
        return msgspec.structs.replace(
            before, **entered | numbers | {"vat_percent_be": int(abroad) if abroad else None}
        )


_BLANKS = re.compile(r"[\s.]+")


def _clean(name: str, entered: Any) -> str:
    """A value without the blanks and signs that do not belong to it."""
    value = str("" if entered is None else entered)
    if name in CHECKED_TEXTS:
        return "\n".join(line.strip() for line in value.strip().splitlines())
    value = "".join(sign for sign in " ".join(value.split()) if sign.isprintable())
    if name == "seller_kvk":
        return _BLANKS.sub("", value)
    if name in ("seller_vat", "seller_iban"):
        return _BLANKS.sub("", value).upper()
    return value.rstrip("/") if name == "public_url" else value


@bp.route("/settings", methods=["GET", "POST"])
@requires("settings.manage")
@committing
def settings() -> Response:
    """The settings in a form; those of the environment are shown and cannot be changed here."""
    session = get_session()
    stored = owner_settings(session)
    form = SettingsForm(data={**msgspec.structs.asdict(stored), "version": settings_version(session)})
    for name in fixed_settings():
        del form[name]
    for field in form:
        field.data = _clean(field.name, field.data)
    if form.validate_on_submit() and _texts_are_right(form):
        author = Author(who=author_of_request(), how=How.FORM, at=now())
        try:
            changed = save_settings(session, form.settings(stored), _version(form), author)
        except SettingsChangedError:
            session.rollback()
            form.version.data = str(settings_version(session))
            return _page(form, HTTPStatus.CONFLICT)
        done = gettext("Saved. Every page shows it from now on.") if changed else gettext("Nothing was changed.")
        flash(done, "success")
        return redirect(url_for("admin.settings"), HTTPStatus.SEE_OTHER)
    return _page(form)


def _version(form: SettingsForm) -> int:
    text = form.version.data or ""
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else -1


def _texts_are_right(form: SettingsForm) -> bool:
    """Check the texts as those of a product; what may not be said to shoppers is an error at its field."""
    for field in form:
        if isinstance(field.data, str):
            most = LONGEST_TERMS if field.name in TERMS else LONGEST.get(field.name[:-3], LONGEST_LINE)
            problems = text_problems(field.name, field.data, most)
            field.errors = [f"{upper_first(problem.text(current_language()))}." for problem in problems]
    texts = {
        name: Text(form[f"{name}_nl"].data, form[f"{name}_en"].data) for name in ("directions", "storage", "terms")
    }
    for found in check_product(texts, None, get_ruleset().directory):
        if found.blocks:
            field = form[f"{found.field}_{found.language}"]
            said = gettext("This may not be said: “%(text)s”.", text=found.finding.text.strip())
            field.errors = [*field.errors, f"{said} {found.finding.why}"]
    return not form.errors


def _page(form: SettingsForm, status: int = HTTPStatus.OK) -> Response:
    fixed = fixed_settings()
    values = {f"seller_{name}": value for name, value in msgspec.structs.asdict(seller()).items()}
    response = render_form(
        "admin/settings.html",
        form,
        groups={heading: [form[name] for name in names if name in form] for heading, names in GROUPS.items()},
        fixed=[(setting_name(name), (values | {"public_url": public_url()})[name], fixed[name]) for name in fixed],
        changes=setting_changes(get_session()),
        changed_meanwhile=status == HTTPStatus.CONFLICT,
    )
    if status != HTTPStatus.OK:
        response.status_code = status
    return response


def setting_name(name: str) -> str:
    """The label of a setting; one that this version does not know keeps its name."""
    unbound = getattr(SettingsForm, name, None)
    return str(unbound.args[0]) if unbound is not None else name


def init_app(app: Flask) -> None:
    app.add_template_filter(setting_name)


def missing_settings() -> Mapping[str, str]:
    """Facts that shoppers or staff need and the owner has not filled in, by the field of the page."""
    known = seller()
    missing = {}
    if not known.is_complete:
        first = next(name for name in ("name", "address", "email", "kvk", "vat") if getattr(known, name) is None)
        missing[f"seller_{first}"] = gettext("The seller is not filled in completely; the law asks for it.")
    if public_url() is None:
        missing["public_url"] = gettext("The public address of the site is not filled in.")
    return missing
