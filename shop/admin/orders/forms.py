"""Forms of an order: refund, note, and a parcel with packs, lot and best-before date of each line."""

import re
from datetime import date
from typing import Any

from wtforms import DateField, Field, HiddenField, IntegerField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from catalog.orders.models import Purchase, Shipment
from catalog.orders.returns import ReturnedLine, proposed_credit, undecided_packs
from catalog.orders.shipping import Parcel, ParcelLine
from shop.admin.account_words import ZONE
from shop.web.forms import ShopForm, one_line
from shop.web.i18n import gettext
from shop.web.i18n import lazy_gettext as _
from shop.web.services import now

LONGEST_KEY = 40
_EURO = re.compile(r"([0-9]{1,6})(?:[.,]([0-9]{1,2}))?", re.ASCII)


def _readable(_form: ShopForm, field: Field) -> None:
    if field.data and not field.data.isprintable():
        raise ValidationError(gettext("Use letters, digits and usual punctuation only."))


def lot_line(value: object) -> str:
    """A lot as typed, in capitals, so that a recall finds it however it was typed."""
    return one_line(value).upper()


class AmountForm(ShopForm):
    """An amount in euros. The key makes a second press of the same form harmless."""

    key = HiddenField(validators=[InputRequired(), Length(max=LONGEST_KEY)])
    amount = StringField(
        _("Amount in euros"),
        [InputRequired(_("Fill in an amount."))],
        filters=[one_line],
        description=_("Such as 12.50."),
        render_kw={"inputmode": "decimal", "autocomplete": "off", "size": 10},
    )

    def validate_amount(self, field: Field) -> None:
        if not _EURO.fullmatch(field.data or "") or self.cents <= 0:
            raise ValidationError(gettext("This is no amount, such as 12.50."))

    @property
    def cents(self) -> int:
        """The amount of a form that is in order."""
        read = _EURO.fullmatch(self.amount.data or "")
        return int(read[1]) * 100 + int((read[2] or "0").ljust(2, "0")) if read else 0


class TransferForm(AmountForm):
    """A bank transfer as the statement of the bank has it."""

    booked_on = DateField(_("Booked on"), [InputRequired(_("Fill in the day that the bank booked it on."))])
    reference = StringField(
        _("Reference"),
        [InputRequired(_("Fill in the reference, such as the number of the statement.")), Length(max=80), _readable],
        filters=[one_line],
        description=_("Of the bank's statement, so that it can be found again. Write no name here."),
        render_kw={"autocomplete": "off", "maxlength": 80},
    )

    def validate_booked_on(self, field: Field) -> None:
        if field.data and not date(2020, 1, 1) <= field.data <= now().astimezone(ZONE).date():
            raise ValidationError(gettext("Fill in a day that has been."))


class RefundForm(AmountForm):
    """An amount to send back to the account that was paid from, and why."""

    reason = StringField(
        _("Reason"),
        [InputRequired(_("Fill in a reason.")), Length(max=200), _readable],
        filters=[one_line],
        description=_("For the books. Write nothing about a person or their health."),
        render_kw={"autocomplete": "off", "maxlength": 200},
    )


class NoteForm(ShopForm):
    """A note of staff."""

    text = TextAreaField(
        _("Note"),
        [InputRequired(_("Fill in a note.")), Length(max=1000)],
        filters=[one_line],
        description=_("Only staff see it, and the shopper who asks for their data. Write nothing about health."),
        render_kw={"rows": 2, "maxlength": 1000},
    )

    def validate_text(self, field: Field) -> None:
        _readable(self, field)


class ParcelForm(ShopForm):
    """A parcel; `parcel_form` adds the fields of each line that has packs left to send."""

    key = HiddenField(validators=[InputRequired(), Length(max=LONGEST_KEY)])
    carrier = StringField(
        _("Carrier (may stay empty)"),
        [Length(max=40), _readable],
        filters=[one_line],
        render_kw={"autocomplete": "off", "maxlength": 40},
    )
    tracking = StringField(
        _("Tracking code (may stay empty)"),
        [Length(max=60), _readable],
        filters=[one_line],
        render_kw={"autocomplete": "off", "maxlength": 60},
    )
    positions: tuple[int, ...] = ()

    def parcel(self) -> Parcel:
        """The parcel of a form that is in order."""
        lines = [
            ParcelLine(place, self[f"quantity_{place}"].data, self[f"lot_{place}"].data, self[f"best_{place}"].data)
            for place in self.positions
            if self[f"quantity_{place}"].data
        ]
        return Parcel(self.key.data or "", lines, self.carrier.data or "", self.tracking.data or "")


def _with_products(form: Any, purchase: Purchase) -> Any:
    """The form, its fields of each line with the product's name: a list of errors has many called Lot."""
    names = {str(line.position): line.name for line in purchase.lines}
    for field in form:
        field.product = names.get(field.name.rpartition("_")[2], "")
    return form


def _lot_where_packs(form: Any, field: Field) -> None:
    """A lot is asked for where packs go: a recall finds its orders by it."""
    packs = form[field.name.replace("lot_", "quantity_")].data
    if packs and not field.data:
        raise ValidationError(gettext("Fill in the lot that is on the pack; a recall finds the order by it."))
    _readable(form, field)


def parcel_form(purchase: Purchase, **values: Any) -> ParcelForm:
    """The form of a parcel with all that is left to send."""
    positions = tuple(line.position for line in purchase.lines if line.unsent)
    fields: dict[str, Any] = {"positions": positions}
    for line in purchase.lines:
        if not line.unsent:
            continue
        fields[f"quantity_{line.position}"] = IntegerField(
            _("Packs"),
            [InputRequired(_("Fill in a number; 0 for none.")), NumberRange(min=0, max=line.unsent)],
            default=line.unsent,
            render_kw={"inputmode": "numeric", "min": 0, "max": line.unsent},
        )
        fields[f"lot_{line.position}"] = StringField(
            _("Lot"), [Length(max=40), _lot_where_packs], filters=[lot_line], render_kw={"autocomplete": "off"}
        )
        fields[f"best_{line.position}"] = DateField(_("Best before (may stay empty)"), [Optional()])
    made: type[ParcelForm] = type("ParcelFormOfOrder", (ParcelForm,), fields)
    form: ParcelForm = _with_products(made(**values), purchase)
    return form


class LotsForm(ShopForm):
    """Lots and best-before dates of a parcel that was sent; `lots_form` adds the fields of each of its lines."""

    positions: tuple[int, ...] = ()

    def lines(self) -> list[ParcelLine]:
        """The corrections of a form that is in order; the number of packs stays."""
        return [ParcelLine(one, 0, self[f"lot_{one}"].data, self[f"best_{one}"].data) for one in self.positions]


def lots_form(purchase: Purchase, shipment: Shipment, **values: Any) -> LotsForm:
    """The form of the lots of a parcel, as they were typed."""
    fields: dict[str, Any] = {"positions": tuple(line.position for line in shipment.lines)}
    needed = InputRequired(_("Fill in the lot that is on the pack; a recall finds the order by it."))
    for line in shipment.lines:
        fields[f"lot_{line.position}"] = StringField(
            _("Lot"),
            [needed, Length(max=40), _readable],
            filters=[lot_line],
            default=line.lot,
            render_kw={"autocomplete": "off"},
        )
        fields[f"best_{line.position}"] = DateField(
            _("Best before (may stay empty)"), [Optional()], default=line.best_before
        )
    made: type[LotsForm] = type("LotsFormOfParcel", (LotsForm,), fields)
    form: LotsForm = _with_products(made(**values), purchase)
    return form


class ReturnForm(ShopForm):
    """A parcel that came back; `return_form` adds the fields of each line that packs are expected of."""

    key = HiddenField(validators=[InputRequired(), Length(max=LONGEST_KEY)])
    positions: tuple[int, ...] = ()

    def lines(self) -> list[ReturnedLine]:
        """The packs of a form that is in order."""
        return [
            ReturnedLine(
                place, *(self[f"{name}_{place}"].data for name in ("sealed", "opened", "restocked", "back_lot"))
            )
            for place in self.positions
            if self[f"sealed_{place}"].data + self[f"opened_{place}"].data
        ]


def _few_enough(form: Any, field: Field) -> None:
    """At most as many packs as are expected, and only sealed ones for the shelf."""
    place = field.name.rpartition("_")[2]
    sealed, opened, most = form[f"sealed_{place}"].data, form[f"opened_{place}"].data, form.expected[int(place)]
    if field.name.startswith("opened") and sealed is not None and field.data is not None and sealed + opened > most:
        raise ValidationError(gettext("At most %(most)d packs are expected back.", most=most))
    if field.name.startswith("restocked") and sealed is not None and field.data is not None and field.data > sealed:
        raise ValidationError(gettext("Only sealed packs go on the shelf again."))


def _packs(label: Any, most: int, default: int, *validators: Any) -> IntegerField:
    """A number of packs, 0 for none."""
    return IntegerField(
        label,
        [InputRequired(_("Fill in a number; 0 for none.")), NumberRange(min=0, max=most), *validators],
        default=default,
        render_kw={"inputmode": "numeric", "min": 0, "max": most},
    )


def return_form(purchase: Purchase, **values: Any) -> ReturnForm:
    """The form of a parcel that came back, with all that is expected."""
    expected = {line.position: line.expected_back for line in purchase.lines if line.expected_back}
    lots = {line.position: line.lot for parcel in purchase.shipments for line in parcel.lines}
    fields: dict[str, Any] = {"positions": tuple(expected), "expected": expected}
    for place, most in expected.items():
        fields[f"sealed_{place}"] = _packs(_("Sealed"), most, 0)
        fields[f"opened_{place}"] = _packs(_("Opened"), most, 0, _few_enough)
        fields[f"restocked_{place}"] = _packs(_("On the shelf again"), most, 0, _few_enough)
        fields[f"back_lot_{place}"] = StringField(
            _("Lot"), [Length(max=40), _readable], filters=[lot_line], default=lots.get(place, "")
        )
    made: type[ReturnForm] = type("ReturnFormOfOrder", (ReturnForm,), fields)
    form: ReturnForm = _with_products(made(**values), purchase)
    return form


class DecisionForm(ShopForm):
    """Packs that came back: how many are paid back; `decision_form` adds a field for each line."""

    positions: tuple[int, ...] = ()

    def credited(self) -> dict[int, int]:
        """The packs to pay back of a form that is in order."""
        return {place: self[f"credited_{place}"].data for place in self.positions}

    def waiting(self) -> dict[int, int]:
        """The packs that the form was about when it was shown."""
        shown = {place: self[f"waiting_{place}"].data or "" for place in self.positions}
        return {place: int(packs) for place, packs in shown.items() if packs.isascii() and packs.isdigit()}


def decision_form(purchase: Purchase, **values: Any) -> DecisionForm:
    """The form of a decision, with the sealed packs proposed."""
    waiting, proposed = undecided_packs(purchase), proposed_credit(purchase)
    fields: dict[str, Any] = {"positions": tuple(waiting)}
    for place, most in waiting.items():
        fields[f"credited_{place}"] = _packs(_("Packs to pay back"), most, proposed[place])
        fields[f"waiting_{place}"] = HiddenField(default=str(most), validators=[Length(max=9)])
    made: type[DecisionForm] = type("DecisionFormOfOrder", (DecisionForm,), fields)
    form: DecisionForm = _with_products(made(**values), purchase)
    return form
