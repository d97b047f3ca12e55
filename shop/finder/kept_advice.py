"""An advice to keep or share: form, amount and products, and nothing of the answers it follows from."""

import segno
from flask import url_for
from msgspec import Struct

from shop.finder.advice_page import AdvicePage
from shop.web.absolute_urls import absolute_url
from shop.web.i18n import gettext, in_current_language
from shop.web.words import counted_units, shown_text


class KeptAdvice(Struct, frozen=True):
    """A text, and the address that compares its products; empty without a product."""

    text: str
    address: str

    @property
    def qr_code(self) -> str:
        """The address as a QR code, so that another telephone can open it: the address of a picture."""
        return segno.make(self.address, error="m").svg_data_uri(scale=4, border=4, light="#fff")


def kept_advice(page: AdvicePage) -> KeptAdvice:
    """The products of the best form, each with its units a day."""
    entry = page.lead or page.first
    address = ""
    if entry.products:
        slugs = [suggestion.product.slug for suggestion in entry.products]
        address = absolute_url(url_for("compare.products", p=slugs))
    lines = [
        gettext(
            "%(form)s, at most %(mg)d mg of magnesium a day from a supplement",
            form=in_current_language(entry.form.name),
            mg=page.advice.dose.suggested_mg,
        ),
        *(
            gettext(
                "%(name)s (%(brand)s): %(units)s a day",
                name=shown_text(one.product, "name"),
                brand=one.product.brand.name,
                units=counted_units(one.units_per_day, one.product.unit),
            )
            for one in entry.products
        ),
        *([address] if address else []),
    ]
    return KeptAdvice("\n".join(line[:1].upper() + line[1:] if line != address else line for line in lines), address)
