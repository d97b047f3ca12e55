"""Column mappings of suppliers: answered once, stored, and used for each later file."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct, field
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.exchange.columns import SYNONYMS, TARGETS, heading_fault, heading_unit, plain_header
from catalog.exchange.reading.table import GUESSED, Table, TableChoice
from catalog.models import SupplierMapping
from recommend.naming import FormNames
from recommend.text import Text


class Mapping(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The supplier's column of each target in `columns.TARGETS`, or one constant for all rows.

    `answers` maps a supplier's words to a form; the empty answer means that they name no form.
    """

    supplier: str
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    sheet: str | None = None
    heading_row: int | None = None
    """Sheet and heading row that a person chose; None leaves them to the guess."""
    layout: str = ""
    """The layout of `exchange/layouts` that reads the files, with the answers on its questions by their keys."""
    layout_answers: dict[str, str] = field(default_factory=dict)


def choice_of(mapping: Mapping | None) -> TableChoice:
    """The sheet and heading row that a mapping names."""
    return TableChoice(mapping.sheet, mapping.heading_row) if mapping else GUESSED


def assumptions(table: Table, mapping: Mapping | None) -> tuple[Text, ...]:
    """Assumptions of an import: the sheet, the units of numbers, VAT and the language of texts."""
    found: list[Text] = []
    others = ", ".join(name for name in table.sheets if name != table.sheet)
    if table.sheet is not None and (others or table.heading_row > 1):
        nl, en = f"werkblad “{table.sheet}”, kop op rij {table.heading_row}", f"sheet “{table.sheet}”"
        en += f", heading on row {table.heading_row}"
        found.append(Text(f"Gelezen: {nl}.", f"Read: {en}."))
    if others:
        found.append(Text(f"Niet gelezen: {others}.", f"Not read: {others}."))
    for target, column in mapping.columns.items() if mapping else ():
        found.extend(_assumed(target, column))
    return tuple(found)


def _assumed(target: str, column: str) -> Iterator[Text]:
    name = target.rstrip("_123")
    if name in ("compound", "elemental", "elemental_per_day", "net_quantity"):
        unit, usual = heading_unit(column), "g" if name == "net_quantity" else "mg"
        nl, en = ("zoals de kop zegt", "as the heading says") if unit else ("zonder eenheid", "without one")
        unit = unit or usual
        yield Text(f"Getallen in “{column}” zijn {unit}, {nl}.", f"Numbers in “{column}” are {unit}, {en}.")
    elif target == "price_eur":
        yield Text(f"“{column}” is de prijs met btw.", f"“{column}” is the price with VAT.")
    elif target.endswith(("_nl", "_en")):
        nl, en = ("Nederlands", "Dutch") if target.endswith("_nl") else ("Engels", "English")
        yield Text(f"“{column}” is in het {nl}.", f"“{column}” is in {en}.")


def guess(
    supplier: str, columns: Sequence[str], samples: Sequence[Sequence[str]] = (), names: FormNames | None = None
) -> Mapping:
    """A first mapping from the headings, for a person to check; no column is used twice.

    A column on the composition is the form of magnesium when its first values name one each and list nothing.
    """
    meanings: dict[str, list[str]] = {}
    for target in TARGETS:
        for heading in (plain_header(target.replace("_", " ")), *SYNONYMS.get(target, "").split(", ")):
            if heading:
                meanings.setdefault(heading, []).append(target)
    found: dict[str, str] = {}
    times = Counter(column.casefold() for column in columns)
    for column in columns:
        if times[column.casefold()] > 1:  # a person has to say which one is meant
            continue
        likely = meanings.get(plain_header(column.replace("_", " ")), [])
        free = [target for target in likely if target not in found and not heading_fault(target, column)]
        if free:
            found[free[0]] = column
    listed = found.get("ingredients_nl", "")
    if names is not None and plain_header(listed) in _COMPOSITION and "form" not in found:
        values = [row[columns.index(listed)] for row in samples if columns.index(listed) < len(row)]
        if any(values) and all(_names_one_form(value, names) for value in values if value):
            found["form"] = found.pop("ingredients_nl")
    constants = {"currency": "EUR"} if _names_euro(found.get("price_eur", "")) else {}
    return Mapping(supplier=supplier, columns=found, constants=constants)


_COMPOSITION = ("samenstelling", "composition")


def _names_one_form(words: str, names: FormNames) -> bool:
    found = names.forms_in(words)
    return len(found.forms) == 1 and not found.unclear and "," not in words and ";" not in words


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
