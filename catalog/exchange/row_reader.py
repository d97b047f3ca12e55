"""Rows of a file to products: cells to fields, in our own layout or a supplier's, and fields to the new state."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from catalog.composition import LabelLine
from catalog.exchange import numbers, values
from catalog.exchange.columns import MOST_FORMS, OWN, REASON_COLUMNS, TARGETS, VERSION, is_own_layout
from catalog.exchange.formula_guard import in_lines
from catalog.exchange.mapping import Mapping as SupplierMapping
from catalog.exchange.reading import Cell, Row, Table
from catalog.exchange.reading.table import text
from catalog.exchange.row_errors import CellRefusedError, FileRefusedError, RowError
from catalog.models import DosageForm, Unit
from catalog.product_state import FIELDS as STATE_FIELDS
from catalog.product_state import ProductState
from recommend.chemistry import half_up
from recommend.naming import FormNames, FormsInText

FIELDS = frozenset(STATE_FIELDS) | {"price_eur"}
"""Targets that are fields of a product; the price is named after its currency in a file."""
NAMES = ("name_nl", "name_en", "brand", "brand_address")
LONG_TEXTS = tuple(column for column in OWN if column.endswith(("_nl", "_en")) and column not in NAMES)
_CACHED_VALUES = 4096
"""Cell values remembered by each reader."""
_SHOWN = 200
"""Characters of a value in an error."""

READERS: dict[str, Callable[[Cell], Any]] = {
    "version": numbers.count,
    "status": values.status,
    "brand_invented": values.yes_or_no,
    "ean": values.barcode,
    "dosage_form": values.dosage_form,
    "unit": values.unit,
    "units_per_pack": numbers.count,
    "units_per_day": numbers.per_day,
    "net_quantity": numbers.measure,
    "vegan": values.yes_no_or_unknown,
    "allergens": values.allergens,
    "allergens_stated": values.yes_or_no,
    "other_actives": values.other_actives,
    "other_actives_stated": values.yes_or_no,
    "reduced": values.yes_or_no,
    "stock": numbers.count,
}
EMPTY: dict[str, Any] = {
    **dict.fromkeys(("units_per_pack", "units_per_day", "net_quantity", "price_eur", "stock"), 0),
    **dict.fromkeys(("allergens_stated", "other_actives_stated", "reduced"), False),
    "ean": None,
    "vegan": None,
    "allergens": (),
    "other_actives": (),
    "composition": (),
    **dict.fromkeys(("supplier", *NAMES, *LONG_TEXTS), ""),
}
"""The value of an empty cell in our own layout. An empty cell of any other column changes nothing."""


class ParsedRow(Struct, gc=False):
    """The values of a row: `fields` of the product, `values` by other target of `columns.TARGETS`, and its errors."""

    number: int
    cells: Sequence[Cell]
    fields: dict[str, Any]
    values: dict[str, Any]
    errors: list[RowError]

    @property
    def sku(self) -> str:
        sku: str = self.fields.get("sku", "")
        return sku


_Step = tuple[str, str, int | None, Callable[[Cell], Any], bool, bool]
"""Target, heading, position, reader, whether a product's field, whether an empty cell has a value."""


class RowReader:
    """Reads the rows of one table. Raises FileRefusedError for unknown or missing columns."""

    def __init__(self, table: Table, names: FormNames, mapping: SupplierMapping | None = None) -> None:
        self.columns = table.columns
        self.mapping = mapping
        self.names = names
        self._escapes_lines = mapping is None and table.escapes_lines
        self._plan: list[_Step] = []
        sources = self._own(table) if mapping is None else self._mapped(mapping)
        for target, column, constant in sources:
            place = None if constant is not None else self.columns.index(column)
            may_be_empty = mapping is None and target in EMPTY
            self._plan.append(
                (target, column, place, self._cached_reader(target, constant), target in FIELDS, may_be_empty)
            )
        self._sku_place = next((place for target, _, place, *_ in self._plan if target == "sku"), None)

    def _own(self, table: Table) -> list[tuple[str, str, str | None]]:
        if not is_own_layout(table.columns):
            names = [column.casefold() for column in table.columns]
            unknown = [column for column in table.columns if column.casefold() not in (*OWN, VERSION, *REASON_COLUMNS)]
            if unknown:
                raise FileRefusedError("unknown-column", row=1, column=unknown[0], known=", ".join(OWN))
            assert "sku" not in names  # noqa: S101 - else the layout is ours
            raise FileRefusedError("no-sku-column", row=1)
        return [
            (column.casefold(), column, None) for column in table.columns if column.casefold() not in REASON_COLUMNS
        ]

    def _mapped(self, mapping: SupplierMapping) -> list[tuple[str, str, str | None]]:
        for column in mapping.columns.values():
            if column not in self.columns:
                raise FileRefusedError("missing-column", row=1, column=column)
        sources: list[tuple[str, str, str | None]] = []
        for target in TARGETS:
            if target in mapping.columns:
                sources.append((target, mapping.columns[target], None))
            elif target in mapping.constants:
                sources.append((target, target, mapping.constants[target]))
        return sources

    def _cached_reader(self, target: str, constant: str | None) -> Callable[[Cell], Any]:
        """The reader of a target, with a cache for values that many rows share; texts differ and are not cached."""
        if constant is not None:
            reader = self._reader(target)
            return lambda _cell: reader(constant)
        if target in LONG_TEXTS or target in ("sku", "slug", "name_nl", "name_en", "ean"):
            return self._reader(target)
        return lru_cache(maxsize=_CACHED_VALUES, typed=True)(self._reader(target))

    def _reader(self, target: str) -> Callable[[Cell], Any]:
        name = target.rstrip("_123")
        if name in ("compound", "elemental", "elemental_per_day"):
            return numbers.micrograms
        special: dict[str, Callable[[Cell], Any]] = {
            "price_eur": lambda cell: numbers.cents(cell, euro_assumed=self._euro_assumed()),
            "currency": lambda cell: numbers.require_euro(text(cell)),
            "composition": lambda cell: values.read_composition(text(cell), self.names),
            "form": lambda cell: self.names.forms_in(text(cell)),
        }
        return READERS.get(target) or special.get(name) or self._text_reader(target)

    def _text_reader(self, target: str) -> Callable[[Cell], str]:
        if target in ("sku", "slug", "supplier"):
            return text
        if self.mapping is not None:
            return (lambda cell: values.one_line(text(cell))) if target in NAMES else values.prose
        if self._escapes_lines:
            return lambda cell: (in_lines(cell) if "\\" in cell else cell) if isinstance(cell, str) else text(cell)
        return lambda cell: cell if isinstance(cell, str) else text(cell)

    def _euro_assumed(self) -> bool:
        """Whether a price without a currency is in euro: always in our own layout, by the mapping in a supplier's."""
        mapping = self.mapping
        return mapping is None or "currency" in mapping.constants or "currency" in mapping.columns

    def column_of(self, field: str, code: str = "") -> str:
        """The file's heading for a product's field; our name when the file has none."""
        target = "price_eur" if field == "price_cents" else field
        columns = {name: column for name, column, place, *_ in self._plan if place is not None}
        amounts = ("elemental", "elemental_per_day", "compound") if code == "out-of-range" else ()
        names = (target, *amounts, "form") if target == "composition" else (target,)
        return next((columns[name] for name in names if name in columns), target)

    def value_of(self, row: ParsedRow, column: str) -> str:
        """The cell of a row under a heading, cut to _SHOWN characters."""
        place = self.columns.index(column) if column in self.columns else len(row.cells)
        return text(row.cells[place])[:_SHOWN] if place < len(row.cells) else ""

    def sku_of(self, row: Row) -> str:
        """The SKU alone, to find duplicates before the rows are read."""
        if row.error is not None:
            return ""
        if self._sku_place is not None:
            return text(row.cells[self._sku_place])
        return self.read(row).sku

    def read(self, row: Row) -> ParsedRow:
        """All values of a row. An empty cell means empty in our own layout, and no change in a supplier's."""
        parsed = ParsedRow(row.number, row.cells, {}, {}, [row.error] if row.error else [])
        if row.error:
            return parsed
        cells, fields, others = row.cells, parsed.fields, parsed.values
        for target, column, place, reader, is_field, may_be_empty in self._plan:
            cell = None if place is None else cells[place]
            found = fields if is_field else others
            if place is not None and (cell is None or cell == ""):
                if may_be_empty:
                    found[target] = EMPTY[target]
                continue
            try:
                found[target] = reader(cell)
            except CellRefusedError as refused:
                parsed.errors.append(RowError(refused.code, refused.values, row.number, column, text(cell)[:_SHOWN]))
        if not fields.get("sku"):
            self._add_sku(parsed)
        return parsed

    def _add_sku(self, row: ParsedRow) -> None:
        """Derive a missing SKU from supplier, brand and name, the same for each file; else add an error."""
        name = row.fields.get("name_nl") or row.fields.get("name_en")
        if self.mapping is not None and "sku" not in self.mapping.columns and name:
            row.fields["sku"] = values.made_sku(self.mapping.supplier, row.fields.get("brand", ""), name)
        elif not any(error.column == "sku" for error in row.errors):
            column = self.mapping.columns.get("sku", "sku") if self.mapping else "sku"
            row.errors.append(RowError("required", {}, row.number, column))


_UNIT_OF = {
    DosageForm.CAPSULE: Unit.CAPSULE,
    DosageForm.TABLET: Unit.TABLET,
    DosageForm.POWDER: Unit.SCOOP,
    DosageForm.LIQUID: Unit.ML,
}
_DOSAGE_FORM_OF = {unit: form for form, unit in _UNIT_OF.items()}


def state_after(row: ParsedRow, before: ProductState | None, reader: RowReader) -> ProductState | None:
    """The product after the row; None when the row has errors, which are added to it."""
    fields = dict(row.fields)
    if "price_eur" in fields:
        fields["price_cents"] = fields.pop("price_eur")
    if reader.mapping is not None:
        fields["supplier"] = reader.mapping.supplier
        composition = _composition(row, before, reader)
        if composition is not None:
            fields["composition"] = composition
    if before is None:
        _fill_in(row, fields)
    elif not fields.get("slug", ""):
        fields.pop("slug", None)
    if row.errors:
        return None
    return ProductState(**fields) if before is None else msgspec.structs.replace(before, **fields)


def _fill_in(row: ParsedRow, fields: dict[str, Any]) -> None:
    """Fill in the fields that a new product needs and a row may leave out: unit, dosage form and slug."""
    if "dosage_form" not in fields and "unit" in fields:
        fields["dosage_form"] = _DOSAGE_FORM_OF[fields["unit"]]
    elif "unit" not in fields and "dosage_form" in fields:
        fields["unit"] = _UNIT_OF[fields["dosage_form"]]
    elif "unit" not in fields and not any(error.column in ("unit", "dosage_form") for error in row.errors):
        row.errors.append(RowError("required", {}, row.number, "dosage_form"))
    if not fields.get("slug"):
        fields["slug"] = values.made_slug(fields.get("name_nl") or fields.get("name_en") or "", row.sku)


def _composition(row: ParsedRow, before: ProductState | None, reader: RowReader) -> tuple[LabelLine, ...] | None:
    """The composition in a supplier's form columns; None when they are all empty."""
    lines: list[LabelLine] = []
    has_form_columns = False
    for place in range(1, MOST_FORMS + 1):
        suffix = "" if place == 1 else f"_{place}"
        targets = [f"{name}{suffix}" for name in ("form", "compound", "elemental", "elemental_per_day")]
        if any(target in row.values for target in targets):
            has_form_columns = True
            try:
                lines += _lines(row, before, suffix, reader.names)
            except CellRefusedError as refused:
                column = reader.column_of(targets[0])
                value = reader.value_of(row, column)
                row.errors.append(RowError(refused.code, refused.values, row.number, column, value))
    if not has_form_columns:
        return None
    return tuple(_with_stored_amounts(line, before) for line in lines)


def _lines(row: ParsedRow, before: ProductState | None, suffix: str, names: FormNames) -> Iterator[LabelLine]:
    named: FormsInText = row.values.get(f"form{suffix}", FormsInText())
    compound = row.values.get(f"compound{suffix}")
    elemental = row.values.get(f"elemental{suffix}")
    per_day = row.values.get(f"elemental_per_day{suffix}")
    if named.unclear:
        raise CellRefusedError("which-form", words=named.unclear[0])
    if elemental is None and per_day is not None:
        portion = row.fields.get("units_per_day") or (before.units_per_day if before else 0)
        if not portion:
            raise CellRefusedError("portion-unknown")
        elemental = half_up(Fraction(per_day, portion))
    has_amount = compound is not None or elemental is not None
    if has_amount and not named.forms:
        raise CellRefusedError("amount-without-form")
    if has_amount and len(named.forms) > 1:
        raise CellRefusedError("several-forms", forms=names.names_of(named.forms))
    return (LabelLine(form, None, compound, elemental) for form in named.forms)


def _with_stored_amounts(line: LabelLine, before: ProductState | None) -> LabelLine:
    """A line without amounts gets those stored for its form."""
    stored = next((old for old in before.composition if old.form == line.form), None) if before else None
    if stored is None:
        return line
    if line.compound_ug is None and line.elemental_ug is None:
        return stored
    return msgspec.structs.replace(line, salt=stored.salt)
