"""Seller: the business that runs this shop. The colophon names missing facts; none is made up."""

import re
from collections.abc import Mapping

from msgspec import Struct

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
KVK = re.compile(r"\d{8}", re.ASCII)
"""The form of a number in the Dutch trade register."""
_FORMS = {
    "email": (EMAIL, "an e-mail address"),
    "kvk": (KVK, "the eight digits of a KvK number"),
    "vat": (re.compile(r"[A-Z]{2}[0-9A-Z]{2,13}"), "a VAT number such as NL000000000B00"),
}


class Seller(Struct, frozen=True):
    """The facts that the law requires of a seller (Civil Code 3:15d and 6:230m); None where none is set."""

    name: str | None = None
    address: str | None = None
    email: str | None = None
    phone: str | None = None
    kvk: str | None = None
    """The number in the trade register."""
    vat: str | None = None

    @property
    def is_complete(self) -> bool:
        return None not in (self.name, self.address, self.email, self.kvk, self.vat)


def read_seller(environ: Mapping[str, str]) -> Seller:
    """Read the SHOP_SELLER_ variables. Raises ValueError, naming one that cannot be what it says."""
    given = {name: environ.get(f"SHOP_SELLER_{name.upper()}", "").strip() or None for name in Seller.__struct_fields__}
    for name, (form, meant) in _FORMS.items():
        value = given[name]
        if value is not None and not form.fullmatch(value):
            raise ValueError(f"SHOP_SELLER_{name.upper()}: {value!r} is not {meant}")
    return Seller(**given)
