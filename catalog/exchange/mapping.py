"""Column mappings of suppliers: answered once, stored, and used for each later file."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct, field
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.exchange.columns import SYNONYMS, TARGETS, plain_header
from catalog.models import SupplierMapping


class Mapping(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The supplier's column of each target in `columns.TARGETS`, or one constant for all rows.

    `answers` maps a supplier's words to a form; the empty answer means that they name no form.
    """

    supplier: str
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)


def guess(supplier: str, columns: Sequence[str]) -> Mapping:
    """A first mapping from the headings, for a person to check; no column is used twice."""
    meanings: dict[str, list[str]] = {}
    for target in TARGETS:
        for heading in (plain_header(target.replace("_", " ")), *SYNONYMS.get(target, "").split(", ")):
            if heading:
                meanings.setdefault(heading, []).append(target)
    found: dict[str, str] = {}
    for column in columns:
        likely = meanings.get(plain_header(column.replace("_", " ")), [])
        free = [target for target in likely if target not in found]
        if free:
            found[free[0]] = column
    constants = {"currency": "EUR"} if _names_euro(found.get("price_eur", "")) else {}
    return Mapping(supplier=supplier, columns=found, constants=constants)


def _names_euro(header: str) -> bool:
    return "€" in header or "eur" in header.casefold()


_decoder = msgspec.json.Decoder(Mapping)


def to_json(mapping: Mapping) -> str:
    return msgspec.json.encode(mapping).decode()


def from_json(text: str) -> Mapping:
    """Decode the JSON of `to_json`. Raises msgspec.ValidationError."""
    return _decoder.decode(text)


def suppliers(session: Session) -> list[str]:
    """The names of the suppliers with a mapping."""
    return list(session.scalars(select(SupplierMapping.supplier).order_by(SupplierMapping.supplier)))


def mapping_of(session: Session, supplier: str) -> Mapping | None:
    """The mapping of a supplier, None without one."""
    stored = session.get(SupplierMapping, supplier)
    return from_json(stored.mapping) if stored else None


def remember(session: Session, mapping: Mapping, who: str, at: datetime) -> None:
    """Store a mapping for the supplier's next file."""
    session.merge(SupplierMapping(supplier=mapping.supplier, mapping=to_json(mapping), who=who, at=at))
    session.flush()
