"""A plan as a table of our own fields, which the import reads as that of a supplier with a mapping."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from catalog.exchange.columns import TARGETS
from catalog.exchange.layouts.cells import ASK
from catalog.exchange.layouts.look import LayoutLook
from catalog.exchange.layouts.notes import Note, note
from catalog.exchange.layouts.plan import LayoutPlan, PlannedProduct
from catalog.exchange.layouts.products import FOR_ALL
from catalog.exchange.layouts.questions import FETCH, Question
from catalog.exchange.layouts.recognition import AUTO, guessed_layout
from catalog.exchange.mapping import Mapping as SupplierMapping
from catalog.exchange.reading import Cell, Row, Table
from catalog.exchange.row_errors import RowError
from catalog.exchange.values import made_sku
from recommend.chemistry import UG_PER_MG
from recommend.text import Text

_AS_READ = ("sku", "ean", "brand", "dosage_form", "units_per_pack", "units_per_day", "net_quantity", "stock", "status")
_TEXTS = ("name", "summary", "ingredients", "directions", "storage")
_PLACES = ("sheet", "heading_row")
_OPEN = Text("opengelaten", "left open")
_GUESSED = Text(
    "Indeling: onbekend, de kolommen zijn geraden aan hun koppen.",
    "Layout: unknown, the columns were guessed by their headings.",
)
COLUMNS = (
    *_AS_READ,
    *(f"{name}_{language}" for name in _TEXTS for language in ("nl", "en")),
    "price_eur",
    "form",
    "elemental",
    "pictures",
)
"""The columns, named after their targets."""


class LayoutTable(Table):
    """The products of a plan, open fields empty; refused and asked rows have their reason as an error.

    Rows that are skipped or belong to another are left out. Columns of the file itself: `source`.
    """

    columns = COLUMNS

    def __init__(self, plan: LayoutPlan, supplier: str) -> None:
        self.layout_plan = self._plan = plan
        self._supplier = supplier
        self.source = plan.table
        self.heading_row = plan.table.heading_row
        self._source_cells: dict[int, Sequence[Cell]] = {}

    def __iter__(self) -> Iterator[Row]:
        for planned in self._plan.rows:
            if planned.read is None:
                continue
            cells = [self._cells(planned).get(column) for column in COLUMNS]
            why = planned.why or self._open_language()
            yield Row(planned.number, cells, _error(planned, why) if why else None)

    @property
    def assumptions(self) -> tuple[Text, ...]:
        """The layout, and each question with the answer that holds."""
        name = self._plan.layout.name
        layout = _GUESSED if name == guessed_layout().name else Text(f"Indeling: {name}.", f"Layout: {name}.")
        asked = (*self._plan.questions, *self._plan.offers)
        return (layout, *map(self._assumed, asked), *self._same_for_all())

    def _same_for_all(self) -> Iterator[Text]:
        """The values that rows without one of their own get."""
        for key, value in self._plan.answers.items():
            if key.startswith(FOR_ALL) and value:
                label = TARGETS[key.removeprefix(FOR_ALL)]
                yield Text(
                    f"{label.nl}, waar een rij niets geeft: {value}.", f"{label.en}, where a row has none: {value}."
                )

    def _assumed(self, question: Question) -> Text:
        answer = self._plan.answers.get(question.key, question.default)
        words = next((choice.words for choice in question.choices if choice.key == answer), _OPEN)
        return Text(f"{question.about.nl}: {words.nl}.", f"{question.about.en}: {words.en}.")

    def source_cells(self, number: int) -> Sequence[Cell]:
        """The cells of a row as the file has them."""
        if not self._source_cells:
            self._source_cells = {row.number: row.cells for row in self.source}
        return self._source_cells.get(number, ())

    def _open_language(self) -> Note | None:
        """The reason that no row can be imported while the language of its texts is not answered."""
        return note("language-open") if self._plan.answers.get("language") == "" else None

    def _cells(self, planned: PlannedProduct) -> dict[str, Cell]:
        assert planned.read is not None  # noqa: S101 - the caller looked
        read = planned.read
        fields: dict[str, Any] = {name: value for name, value in read.fields.items() if value not in (ASK, None)}
        language = self._plan.answers.get("language", "nl") or "nl"
        cells: dict[str, Cell] = {name: fields.get(name) for name in _AS_READ}
        for name in _TEXTS:
            cells[f"{name}_{language}"] = fields.get(name)
            if english := fields.get(f"{name}_en"):
                cells[f"{name}_en"] = english
        if not read.states_status:
            cells["status"] = None
        if "price_cents" in fields:
            cells["price_eur"] = Decimal(fields["price_cents"]) / 100
        if read.line is not None:
            form, ug = read.line
            cells["form"], cells["elemental"] = form, Decimal(ug) / UG_PER_MG
        if self._plan.answers.get("pictures") == FETCH and fields.get("pictures"):
            cells["pictures"] = "\n".join(fields["pictures"])
        for name in COLUMNS:
            if cells.get(name) is None and (value := self._plan.answers.get(FOR_ALL + name)):
                cells[name] = value
        if not cells["sku"] and self._plan.answers.get("sku_made") == "brand_and_ean":
            named = str(fields.get("ean") or fields.get("name") or "")
            cells["sku"] = made_sku(self._supplier, str(fields.get("brand", "")), named) if named else None
        return cells


def _error(planned: PlannedProduct, why: Note) -> RowError:
    reason = Text(why.text("nl"), why.text("en"))
    return RowError("layout-row", {"why": reason}, planned.number, planned.column)


def mapping_of_look(look: LayoutLook, answers: Mapping[str, str], supplier: str) -> SupplierMapping:
    """The mapping that reads a LayoutTable, with the layout and the answers that hold.

    Another sheet or heading row may have another layout, which is then recognised when the file is read.
    """
    usual = {question.key: question.default for question in look.questions}
    place = {key: answers.get(key, "") for key in _PLACES}
    chosen = {key: answer for key, answer in place.items() if answer and answer != usual.get(key)}
    others = {key.removeprefix(FOR_ALL): value for key, value in answers.items() if key.startswith(FOR_ALL) and value}
    return SupplierMapping(
        supplier=supplier,
        columns={column: column for column in COLUMNS},
        constants={"currency": "EUR"} | {target: value for target, value in others.items() if target not in COLUMNS},
        sheet=chosen.get("sheet"),
        heading_row=int(chosen.get("heading_row") or 0) or None,
        layout=AUTO if chosen else look.layout,
        layout_answers={key: answer for key, answer in answers.items() if key not in _PLACES},
    )
