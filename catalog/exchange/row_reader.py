"""Rows of a file to products: cells to fields, in our own layout or a supplier's, and fields to the new state."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from catalog.composition import LabelLine
from catalog.exchange import numbers, values
from catalog.exchange.columns import (
    MOST_FORMS,
    OWN,
    REASON_COLUMNS,
    TARGETS,
    VERSION,
    heading_fault,
    heading_unit,
    is_own_layout,
)
from catalog.exchange.formula_guard import in_lines
from catalog.exchange.mapping import Mapping as SupplierMapping
from catalog.exchange.reading import Cell, Row, Table
from catalog.exchange.reading.heading import clean_heading
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
    "stock": numbers.stock,
    "picture": values.picture_name,
    "pictures": values.picture_addresses,
}
EMPTY: dict[str, Any] = {
    **dict.fromkeys(("units_per_pack", "units_per_day", "net_quantity", "price_eur", "stock"), 0),
    **dict.fromkeys(("allergens_stated", "other_actives_stated", "reduced"), False),
    "ean": None,
    "vegan": None,
    "allergens": (),
    "other_actives": (),
    "composition": (),
    "picture": "",
    "more_pictures": (),
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


def places_of(columns: Sequence[str], heading: str) -> list[int]:
    """The places of a heading among columns, whatever its blanks and line breaks; in any case of letters if need be."""
    wanted = clean_heading(heading)
    exact = [place for place, column in enumerate(columns) if column == wanted]
    return exact or [place for place, column in enumerate(columns) if column.casefold() == wanted.casefold()]


class _Step(NamedTuple):
    """How a target is read: its heading, its place (None for a constant), and whether it is a product's field."""

    target: str
    column: str
    place: int | None
    reader: Callable[[Cell], Any]
    is_field: bool


_NO_CHANGE = object()
"""The value of an empty cell that changes nothing."""


class RowReader:
    """Reads the rows of one table. Raises FileRefusedError for unknown or missing columns.

    A new product gets the `default_texts`, by field, that its row does not give.
    """

    def __init__(
        self,
        table: Table,
        names: FormNames,
        mapping: SupplierMapping | None = None,
        default_texts: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.columns = table.columns
        self._heading_row = table.heading_row
        self.default_texts = default_texts
        self.is_layout = mapping is not None and bool(mapping.layout)
        self.mapping = mapping
        self.names = names
        self._escapes_lines = mapping is None and table.escapes_lines
        self._plan: list[_Step] = []
        sources = self._own(table) if mapping is None else self._mapped(mapping)
        for target, column, constant in sources:
            place = None if constant is not None else self._place_of(column)
            reader = self._cached_reader(target, constant, column if mapping else "")
            self._plan.append(_Step(target, column, place, reader, target in FIELDS))
        self._readers_of_fields, self._readers_of_others = (
            [(step.target, step.place or 0, step.reader) for step in self._plan if step.is_field is is_field]
            for is_field in (True, False)
        )
        self._sku_place = next((step.place for step in self._plan if step.target == "sku"), None)

    def _own(self, table: Table) -> list[tuple[str, str, str | None]]:
        if not is_own_layout(table.columns):
            names = [column.casefold() for column in table.columns]
            unknown = [column for column in table.columns if column.casefold() not in (*OWN, VERSION, *REASON_COLUMNS)]
            if unknown:
                raise FileRefusedError("unknown-column", row=table.heading_row, column=unknown[0], known=", ".join(OWN))
            assert "sku" not in names  # noqa: S101 - else the layout is ours
            raise FileRefusedError("no-sku-column", row=table.heading_row)
        for name, times in Counter(column.casefold() for column in table.columns).items():
            if times > 1 and name not in REASON_COLUMNS:
                raise FileRefusedError("double-column", row=table.heading_row, column=name)
        return [
            (column.casefold(), column, None) for column in table.columns if column.casefold() not in REASON_COLUMNS
        ]

    def _place_of(self, column: str) -> int:
        """The place of a heading. Raises FileRefusedError when the file does not have it, or has it twice."""
        found = places_of(self.columns, column)
        if len(found) != 1:
            code = "double-column" if found else "missing-column"
            raise FileRefusedError(code, row=self._heading_row, column=column)
        return found[0]

    def _mapped(self, mapping: SupplierMapping) -> list[tuple[str, str, str | None]]:
        sources: list[tuple[str, str, str | None]] = []
        for target in TARGETS:
            if target in mapping.columns:
                sources.append((target, mapping.columns[target], None))
            elif target in mapping.constants:
                sources.append((target, target, mapping.constants[target]))
        return sources

    def _cached_reader(self, target: str, constant: str | None, heading: str) -> Callable[[Cell], Any]:
        """The reader of a target, with a cache for values that many rows share; texts differ and are not cached."""
        if constant is not None:
            reader = self._reader(target)
            return lambda _cell: reader(constant)
        empty = EMPTY.get(target, _NO_CHANGE) if self.mapping is None else _NO_CHANGE
        if target in LONG_TEXTS or target in ("sku", "slug", "name_nl", "name_en", "ean"):
            return _unless_blank(self._reader(target), empty)
        if heading and (code := heading_fault(target, heading)):
            return _unless_blank(_refusing(code, heading), empty)
        return lru_cache(maxsize=_CACHED_VALUES, typed=True)(_unless_blank(self._reader(target, heading), empty))

    def _reader(self, target: str, heading: str = "") -> Callable[[Cell], Any]:
        name, unit = target.rstrip("_123"), heading_unit(heading)
        if name in ("compound", "elemental", "elemental_per_day"):
            return partial(numbers.micrograms, default=unit if unit in numbers.UG_PER_UNIT else "mg")
        if name == "net_quantity" and unit in numbers.MEASURES:
            return partial(numbers.measure, default=unit)
        special: dict[str, Callable[[Cell], Any]] = {
            "price_eur": lambda cell: numbers.cents(cell, euro_assumed=self._euro_assumed()),
            "currency": lambda cell: numbers.require_euro(text(cell)),
            "composition": lambda cell: values.read_composition(text(cell), self.names),
            "more_pictures": lambda cell: values.more_pictures(self._unescaped(cell)),
            "form": lambda cell: self.names.forms_in(text(cell)),
        }
        return READERS.get(target) or special.get(name) or self._text_reader(target)

    def _text_reader(self, target: str) -> Callable[[Cell], str]:
        if target == "sku":
            return values.article_number
        if target in ("slug", "supplier"):
            return text
        return _unless_misread(self._plain_text_reader(target))

    def _plain_text_reader(self, target: str) -> Callable[[Cell], str]:
        if self.mapping is not None:
            return (lambda cell: values.one_line(text(cell))) if target in NAMES else values.prose
        if target in ("name_nl", "name_en"):
            return lambda cell: " ".join(text(cell).split())
        if self._escapes_lines:
            return lambda cell: in_lines(cell) if isinstance(cell, str) else text(cell)
        return lambda cell: cell if isinstance(cell, str) else text(cell)

    def _unescaped(self, cell: Cell) -> Cell:
        """A cell with the line breaks that our own file wrote on one line."""
        return in_lines(cell) if self._escapes_lines and isinstance(cell, str) else cell

    def _euro_assumed(self) -> bool:
        """Whether a price without a currency is in euro: always in our own layout, by the mapping in a supplier's."""
        mapping = self.mapping
        return mapping is None or "currency" in mapping.constants or "currency" in mapping.columns

    def column_of(self, field: str, code: str = "") -> str:
        """The file's heading for a product's field; our name when the file has none."""
        target = "price_eur" if field == "price_cents" else field
        columns = {step.target: step.column for step in self._plan if step.place is not None}
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
            return values.article_number(row.cells[self._sku_place])
        return self.read(row).sku

    def read(self, row: Row) -> ParsedRow:
        """All values of a row. An empty cell means empty in our own layout, and no change in a supplier's."""
        if row.error:
            return ParsedRow(row.number, row.cells, {}, {}, [row.error])
        parsed = self._read_sound(row) or self._read_each(row)
        fields = parsed.fields
        if not fields.get("sku"):
            self._add_sku(parsed)
        if any(values.is_total(fields.get(target, "")) for target in ("sku", "name_nl", "name_en")):
            parsed.errors.append(RowError("total", {}, row.number))
        return parsed

    def _read_sound(self, row: Row) -> ParsedRow | None:
        """The values of a row in which no cell is refused, as in nearly all; else None."""
        if row.faults:
            return None
        cells = row.cells
        try:
            fields = {target: read(cells[place]) for target, place, read in self._readers_of_fields}
            others = {target: read(cells[place]) for target, place, read in self._readers_of_others}
        except CellRefusedError:
            return None
        return ParsedRow(row.number, cells, _changing(fields), _changing(others), [])

    def _read_each(self, row: Row) -> ParsedRow:
        """The values of a row, with an error for each cell that is refused."""
        parsed = ParsedRow(row.number, row.cells, {}, {}, [])
        for target, column, place, reader, is_field in self._plan:
            cell = None if place is None else row.cells[place]
            try:
                if place is not None and place in row.faults:
                    raise CellRefusedError(row.faults[place])
                value = reader(cell)
            except CellRefusedError as refused:
                parsed.errors.append(RowError(refused.code, refused.values, row.number, column, text(cell)[:_SHOWN]))
                continue
            if value is not _NO_CHANGE:
                (parsed.fields if is_field else parsed.values)[target] = value
        return parsed

    def _add_sku(self, row: ParsedRow) -> None:
        """Derive a missing SKU from supplier, brand and name, the same for each file; else add an error."""
        name = row.fields.get("name_nl") or row.fields.get("name_en")
        if self.mapping is not None and "sku" not in self.mapping.columns and name:
            row.fields["sku"] = values.made_sku(self.mapping.supplier, row.fields.get("brand", ""), name)
        elif not any(error.column == "sku" for error in row.errors):
            column = self.mapping.columns.get("sku", "sku") if self.mapping else "sku"
            row.errors.append(RowError("required", {}, row.number, column))


def constant_reader(target: str) -> Callable[[Cell], Any]:
    """The reader of one value for all rows, for targets that need nothing of their file."""
    name = target.rstrip("_123")
    if name in ("compound", "elemental", "elemental_per_day"):
        return numbers.micrograms
    if target == "price_eur":
        return partial(numbers.cents, euro_assumed=True)
    return READERS.get(target, text)


def _unless_blank(reader: Callable[[Cell], Any], empty: Any) -> Callable[[Cell], Any]:
    """A reader that gives `empty` for an empty cell."""

    def read(cell: Cell) -> Any:
        if isinstance(cell, str):  # the same as `is_blank`, without a call for each cell of a file
            return reader(cell) if cell and not cell.isspace() else empty
        return empty if cell is None else reader(cell)

    return read


def _changing(values: dict[str, Any]) -> dict[str, Any]:
    """The values of cells that change something."""
    if _NO_CHANGE not in values.values():
        return values
    return {target: value for target, value in values.items() if value is not _NO_CHANGE}


def _refusing(code: str, heading: str) -> Callable[[Cell], Any]:
    """A reader that refuses every cell, since the heading says that it is something else."""

    def refuse(_cell: Cell) -> Any:
        raise CellRefusedError(code, **({"currency": heading} if code == "foreign-currency" else {}))

    return refuse


def _unless_misread(reader: Callable[[Cell], str]) -> Callable[[Cell], str]:
    def read(cell: Cell) -> str:
        found = reader(cell)
        if not found.isascii() and values.is_misread(found):
            raise CellRefusedError("misread")
        return found

    return read


_UNIT_OF = {
    DosageForm.CAPSULE: Unit.CAPSULE,
    DosageForm.TABLET: Unit.TABLET,
    DosageForm.POWDER: Unit.SCOOP,
    DosageForm.LIQUID: Unit.ML,
}
_DOSAGE_FORM_OF = {unit: form for form, unit in _UNIT_OF.items()}


def state_after(row: ParsedRow, before: ProductState | None, reader: RowReader) -> ProductState | None:
    """The product after the row; None when the row has errors, which are added to it."""
    if row.errors and not row.fields:  # a row that could not be read at all lacks nothing besides
        return None
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
        fields = {**reader.default_texts, **fields}
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
