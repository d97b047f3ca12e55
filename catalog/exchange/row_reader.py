"""From the cells of a row to what it states about a product, in our own layout or through a supplier's mapping."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct

from catalog.exchange import numbers, values
from catalog.exchange.columns import OWN, REASON_COLUMNS, TARGETS, VERSION, is_own_layout
from catalog.exchange.composition_cell import read_composition
from catalog.exchange.formula_guard import in_lines
from catalog.exchange.mapping import Mapping as SupplierMapping
from catalog.exchange.reading import Cell, Row, Table
from catalog.exchange.reading.table import text
from catalog.exchange.row_errors import CellRefusedError, FileRefusedError, RowError
from catalog.product_state import FIELDS as STATE_FIELDS
from recommend.naming import FormNames

FIELDS = frozenset(STATE_FIELDS) | {"price_eur"}
"""Targets that are what a product states; the price is called by its currency in a file."""
NAMES = ("name_nl", "name_en", "brand", "brand_address")
LONG_TEXTS = tuple(column for column in OWN if column.endswith(("_nl", "_en")) and column not in NAMES)
_REMEMBERED = 4096
_SHOWN = 200

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
    "vegan": values.yes_or_no,
    "allergens": values.allergens,
    "reduced": values.yes_or_no,
    "stock": numbers.count,
}
EMPTY: dict[str, Any] = {
    **dict.fromkeys(("units_per_pack", "units_per_day", "net_quantity", "price_eur", "stock"), 0),
    **dict.fromkeys(("vegan", "reduced"), False),
    "ean": None,
    "allergens": (),
    "composition": (),
    **dict.fromkeys(("supplier", *NAMES, *LONG_TEXTS), ""),
}
"""What an empty cell of our own layout means. One that is not here leaves things as they are."""


class ParsedRow(Struct, gc=False):
    """What a row says: `fields` of the product, all else by target of `columns.TARGETS`; and what cannot be read."""

    number: int
    cells: Sequence[Cell]
    fields: dict[str, Any]
    values: dict[str, Any]
    faults: list[RowError]

    @property
    def sku(self) -> str:
        sku: str = self.fields.get("sku", "")
        return sku


_Step = tuple[str, str, int | None, Callable[[Cell], Any], bool, bool]
"""A target, its column and place, its reader, whether a product's field, whether an empty cell means something."""


class RowReader:
    """Reads the rows of one table. Raises FileRefusedError for columns that cannot be understood."""

    def __init__(self, table: Table, names: FormNames, mapping: SupplierMapping | None = None) -> None:
        self.columns = table.columns
        self.mapping = mapping
        self.names = names
        self._escaped = mapping is None and table.escapes_lines
        self._plan: list[_Step] = []
        sources = self._own(table) if mapping is None else self._mapped(mapping)
        for target, column, constant in sources:
            place = None if constant is not None else self.columns.index(column)
            may_be_empty = mapping is None and target in EMPTY
            self._plan.append(
                (target, column, place, self._remembering(target, constant), target in FIELDS, may_be_empty)
            )
        self._sku_place = next((place for target, _, place, *_ in self._plan if target == "sku"), None)

    def _own(self, table: Table) -> list[tuple[str, str, str | None]]:
        if not is_own_layout(table.columns):
            named = [column.casefold() for column in table.columns]
            strange = [column for column in table.columns if column.casefold() not in (*OWN, VERSION, *REASON_COLUMNS)]
            if strange:
                raise FileRefusedError("unknown-column", row=1, column=strange[0], known=", ".join(OWN))
            assert "sku" not in named  # noqa: S101 - else the layout is ours
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

    def _remembering(self, target: str, constant: str | None) -> Callable[[Cell], Any]:
        """The reader of a target. What many rows share is worked out once; texts differ and are not kept."""
        if constant is not None:
            reader = self._reader(target)
            return lambda _cell: reader(constant)
        if target in LONG_TEXTS or target in ("sku", "slug", "name_nl", "name_en", "ean"):
            return self._reader(target)
        return lru_cache(maxsize=_REMEMBERED, typed=True)(self._reader(target))

    def _reader(self, target: str) -> Callable[[Cell], Any]:
        name = target.rstrip("_123")
        if name in ("compound", "elemental", "elemental_per_day"):
            return numbers.micrograms
        special: dict[str, Callable[[Cell], Any]] = {
            "price_eur": lambda cell: numbers.cents(cell, euro_assumed=self._euro_assumed()),
            "currency": lambda cell: numbers.require_euro(text(cell)),
            "composition": lambda cell: read_composition(text(cell), self.names),
            "form": lambda cell: self.names.named_in(text(cell)),
        }
        return READERS.get(target) or special.get(name) or self._text_reader(target)

    def _text_reader(self, target: str) -> Callable[[Cell], str]:
        if target in ("sku", "slug", "supplier"):
            return text
        if self.mapping is not None:
            return (lambda cell: values.one_line(text(cell))) if target in NAMES else values.prose
        if self._escaped:
            return lambda cell: (in_lines(cell) if "\\" in cell else cell) if isinstance(cell, str) else text(cell)
        return lambda cell: cell if isinstance(cell, str) else text(cell)

    def _euro_assumed(self) -> bool:
        """Whether a price without a currency is in euro: our own layout says so, a supplier's mapping may."""
        mapping = self.mapping
        return mapping is None or "currency" in mapping.constants or "currency" in mapping.columns

    def column_of(self, field: str, code: str = "") -> str:
        """What the file calls the column of a product's field; our name when it has none."""
        target = "price_eur" if field == "price_cents" else field
        columns = {name: column for name, column, place, *_ in self._plan if place is not None}
        amounts = ("elemental", "elemental_per_day", "compound") if code == "out-of-range" else ()
        sought = (target, *amounts, "form") if target == "composition" else (target,)
        return next((columns[name] for name in sought if name in columns), target)

    def value_of(self, said: ParsedRow, column: str) -> str:
        """What stands in a row under a heading, cut to what a message can show."""
        place = self.columns.index(column) if column in self.columns else len(said.cells)
        return text(said.cells[place])[:_SHOWN] if place < len(said.cells) else ""

    def sku_of(self, row: Row) -> str:
        """The SKU alone, for finding doubles before anything else is read."""
        if row.fault is not None:
            return ""
        if self._sku_place is not None:
            return text(row.cells[self._sku_place])
        return self.read(row).sku

    def read(self, row: Row) -> ParsedRow:
        """All that a row says. An empty cell means empty in our own layout, and nothing at all in a supplier's."""
        said = ParsedRow(row.number, row.cells, {}, {}, [row.fault] if row.fault else [])
        if row.fault:
            return said
        cells, fields, others = row.cells, said.fields, said.values
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
                said.faults.append(RowError(refused.code, refused.values, row.number, column, text(cell)[:_SHOWN]))
        if not fields.get("sku"):
            self._need_sku(said)
        return said

    def _need_sku(self, said: ParsedRow) -> None:
        """A file without SKUs gets them from the names, which stay the same from file to file."""
        name = said.fields.get("name_nl") or said.fields.get("name_en")
        if self.mapping is not None and "sku" not in self.mapping.columns and name:
            said.fields["sku"] = values.made_sku(self.mapping.supplier, said.fields.get("brand", ""), name)
        elif not any(fault.column == "sku" for fault in said.faults):
            column = self.mapping.columns.get("sku", "sku") if self.mapping else "sku"
            said.faults.append(RowError("required", {}, said.number, column))
