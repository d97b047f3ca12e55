"""Forms of an order: refund, note, and a parcel with packs, lot and best-before date of each line."""

import re
from typing import Any

from wtforms import DateField, Field, HiddenField, IntegerField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from catalog.orders.models import Purchase
from catalog.orders.shipping import Parcel, ParcelLine
from shop.web.forms import ShopForm, one_line
from shop.web.i18n import gettext
from shop.web.i18n import lazy_gettext as _

_EURO = re.compile(r"([0-9]{1,6})(?:[.,]([0-9]{1,2}))?", re.ASCII)
LONGEST_KEY = 40


def _readable(_form: ShopForm, field: Field) -> None:
    if field.data and not field.data.isprintable():
        raise ValidationError(gettext("Use letters, digits and usual punctuation only."))


class RefundForm(ShopForm):
    """An amount to send back, and why. The key makes a second press of the same form harmless."""

    key = HiddenField(validators=[InputRequired(), Length(max=LONGEST_KEY)])
    amount = StringField(
        _("Amount in euros"),
        [InputRequired(_("Fill in an amount."))],
        filters=[one_line],
        description=_("Such as 12.50. It goes to the account that was paid from."),
        render_kw={"inputmode": "decimal", "autocomplete": "off", "size": 10},
    )
    reason = StringField(
        _("Reason"),
        [InputRequired(_("Fill in a reason.")), Length(max=200), _readable],
        filters=[one_line],
        description=_("For the books. Write nothing about a person or their health."),
        render_kw={"autocomplete": "off", "maxlength": 200},
    )

    def validate_amount(self, field: Field) -> None:
        if not _EURO.fullmatch(field.data or "") or self.cents <= 0:
            raise ValidationError(gettext("This is no amount, such as 12.50."))

    @property
    def cents(self) -> int:
        """The amount of a form that is in order."""
        read = _EURO.fullmatch(self.amount.data or "")
        return int(read[1]) * 100 + int((read[2] or "0").ljust(2, "0")) if read else 0


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
            _("Lot"), [Length(max=40), _lot_where_packs], filters=[one_line], render_kw={"autocomplete": "off"}
        )
        fields[f"best_{line.position}"] = DateField(_("Best before (may stay empty)"), [Optional()])
    made: type[ParcelForm] = type("ParcelFormOfOrder", (ParcelForm,), fields)
    return made(**values)
