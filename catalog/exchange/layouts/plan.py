"""The plan of a supplier's file by its layout: what was recognised, what is asked, and every row with its outcome."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from msgspec import Struct, field

from catalog.exchange.columns import is_own_layout
from catalog.exchange.layouts.notes import Note, note
from catalog.exchange.layouts.products import BAD_EAN, TAKE, WITHOUT_EAN, ProductReader, ReadProduct
from catalog.exchange.layouts.questions import Choice, Question, questions_of, usual_answers
from catalog.exchange.layouts.recognition import (
    AUTO,
    ColumnUse,
    Layout,
    guessed_layout,
    layout_named,
    layouts,
    recognise,
)
from catalog.exchange.layouts.rows import Outcome, PlacedRow, meant_row, place_rows
from catalog.exchange.reading import Row, Table, TableChoice, open_table
from catalog.exchange.reading.table import is_blank, text
from catalog.exchange.row_errors import FileRefusedError
from recommend.chemistry import UG_PER_MG
from recommend.naming import FormNames
from recommend.text import Language, Text

_HEADING_ROWS = 12
"""Rows that are tried as the heading, when the reader's own guess is no layout."""
_ROWS_BETWEEN = 1000
"""Rows read between two notes of the progress."""
_BOM = b"\xef\xbb\xbf"
_SPREADSHEET = "xlsx"
_DELIMITERS = {"\t": "tab, quotes are plain characters"}


class PlannedProduct(Struct):
    """A row of the plan; `read` is None where it is no product."""

    number: int
    outcome: Outcome
    why: Note | None = None
    column: str = ""
    read: ReadProduct | None = None
    group: str = ""
    joined: tuple[int, ...] = ()


class LayoutPlan(Struct):
    """The plan of a file: its layout and form, the questions with the answers that hold, and its rows."""

    file: str
    layout: Layout
    table: Table
    encoding: str
    uses: tuple[ColumnUse, ...]
    questions: tuple[Question, ...]
    offers: tuple[Question, ...]
    """Choices that let refused rows in; without one they stay out."""
    answers: dict[str, str]
    rows: list[PlannedProduct] = field(default_factory=list)


def plan_of_file(
    file: BinaryIO,
    name: str,
    names: FormNames,
    today: dt.date,
    *,
    layout: str = AUTO,
    answers: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] = lambda _done, _rows: None,
) -> LayoutPlan:
    """Read a supplier's file by a layout. `answers` are by the keys of the questions; `progress` may end the reading.

    Raises FileRefusedError for a file that cannot be read, and for one that no layout fits.
    """
    given = dict(answers or {})
    table, found = _open(file, name, layout, _choice(given))
    uses = found.uses(table.columns)
    above = _above_heading(file, name, table)
    rows = []
    for row in table:
        rows.append(meant_row(row, table.columns, uses))
        if len(rows) % _ROWS_BETWEEN == 0:
            progress(len(rows), 0)
    placed = place_rows(rows, found, len(table.columns))
    filled_above = [one for one in above if one.why and one.why.code != "separator-line"]
    questions = questions_of(found, table, uses, placed, len(filled_above))
    holding = usual_answers(questions, given)
    meanings = {use.meaning for use in uses}
    reader = ProductReader(found, meanings, holding, names, today)
    planned = [_planned(one, reader) for one in placed]
    _refuse_doubles(planned)
    offers = _offers(planned)
    encoding = _encoding(file, table)
    return LayoutPlan(name, found, table, encoding, uses, questions, offers, holding, [*above, *planned])


def _offers(planned: Sequence[PlannedProduct]) -> tuple[Question, ...]:
    """The offers of a file: what its texts say of products, and rows without their wrong EAN."""
    read = [one.read for one in planned if one.read is not None]
    return (*_taking_texts(read), *_without_ean(planned))


def _taking_texts(read: Sequence[ReadProduct]) -> Iterator[Question]:
    """The offers to take the composition and the ingredients that long texts name."""
    lines = [one.read_line for one in read if one.read_line is not None]
    take = Choice(TAKE, Text("neem ze over", "take them"))
    if lines:
        form, ug = lines[0]
        example = f"{form}, {ug / UG_PER_MG:g} mg"
        products = _products(len(lines))
        why = Text(
            f"de teksten van {products.nl} noemen één vorm en het magnesium per stuk, zoals {example}",
            f"the texts of {products.en} name one form and the magnesium per unit, such as {example}",
        )
        yield Question("composition", Text("samenstelling uit teksten", "composition from texts"), why, (take,))
    if listed := sum("ingredients" in one.proposals for one in read):
        products = _products(listed)
        why = Text(
            f"lange teksten van {products.nl} hebben een lijst met ingrediënten",
            f"long texts of {products.en} have a list of ingredients",
        )
        yield Question("ingredients", Text("ingrediënten uit teksten", "ingredients from texts"), why, (take,))


def _products(count: int) -> Text:
    return Text("1 product", "1 product") if count == 1 else Text(f"{count} producten", f"{count} products")


def _without_ean(planned: Sequence[PlannedProduct]) -> tuple[Question, ...]:
    """The offer to take rows with a wrong EAN without it, where there are any."""
    notes = [one.read.refused for one in planned if one.read is not None and one.read.refused is not None]
    notes += [notice for one in planned if one.read is not None for notice in one.read.notices]
    count = sum(one.code.startswith("ean-") for one in notes)
    if not count:
        return ()
    refuse = Choice("refuse", Text("laat deze rijen weg", "leave these rows out"))
    without = Choice(WITHOUT_EAN, Text("neem ze zonder EAN", "take them without EAN"))
    nl = "1 rij heeft een EAN die niet klopt" if count == 1 else f"{count} rijen hebben een EAN die niet klopt"
    why = Text(nl, "1 row has an EAN that is wrong" if count == 1 else f"{count} rows have an EAN that is wrong")
    return (Question(BAD_EAN, Text("EAN die niet klopt", "wrong EAN"), why, (refuse, without), "refuse"),)


def _choice(answers: Mapping[str, str]) -> TableChoice:
    row = answers.get("heading_row", "")
    return TableChoice(sheet=answers.get("sheet") or None, heading_row=int(row) if row.isdecimal() else None)


def _open(file: BinaryIO, name: str, wanted: str, choice: TableChoice) -> tuple[Table, Layout]:
    """The file as a table, and its layout: of another sheet or row, when the reader's guess has none."""
    table = open_table(file, name, choice)
    if wanted != AUTO:
        named = layout_named(wanted)
        if named is None:
            raise FileRefusedError("unknown-layout", layout=wanted, known=", ".join(one.name for one in layouts()))
        if not any(use.meaning != "ignore" for use in named.uses(table.columns)):
            raise FileRefusedError("no-layout", row=table.heading_row, column=", ".join(table.columns[:5]))
        return table, named
    if is_own_layout(table.columns):
        raise FileRefusedError("own-layout", row=table.heading_row)
    found = recognise(table.columns)
    if found is not None and (found is not guessed_layout() or choice.heading_row):
        return table, found
    return _better(file, name, choice, (table, found))


def _better(file: BinaryIO, name: str, choice: TableChoice, first: tuple[Table, Layout | None]) -> tuple[Table, Layout]:
    """The table and layout with the most known columns, among sheets and heading rows."""

    tried = [first]
    for sheet in [choice.sheet] if choice.sheet else [None, *(first[0].sheets if first[0].sheet else ())]:
        for row in range(1, _HEADING_ROWS + 1):
            try:
                table = open_table(file, name, TableChoice(sheet=sheet, heading_row=choice.heading_row or row))
            except FileRefusedError:
                continue
            tried.append((table, recognise(table.columns)))
    table, layout = max(tried, key=_known)
    if layout is None:
        raise FileRefusedError("no-layout", row=first[0].heading_row, column=", ".join(first[0].columns[:5]))
    return table, layout


def _known(one: tuple[Table, Layout | None]) -> int:
    table, layout = one
    return sum(use.meaning not in {"ignore", "ask"} for use in layout.uses(table.columns)) if layout else -1


def _above_heading(file: BinaryIO, name: str, table: Table) -> list[PlannedProduct]:
    """The filled rows above the heading."""
    if table.heading_row <= 1:
        return []
    whole = open_table(file, name, TableChoice(sheet=table.sheet, heading_row=1))
    above: list[Row] = [Row(whole.heading_row, whole.columns)]
    for row in whole:
        if row.number >= table.heading_row:
            break
        above.append(row)
    planned = []
    for row in above:
        filled = [text(cell) for cell in row.cells if not is_blank(cell)]
        if filled and row.number < table.heading_row:
            code = "separator-line" if filled[0].casefold().startswith("sep=") else "title"
            planned.append(PlannedProduct(row.number, "skipped", note(code)))
    return planned


def _encoding(file: BinaryIO, table: Table) -> str:
    if table.sheet is not None:
        return _SPREADSHEET
    file.seek(0)
    marked = file.read(len(_BOM)) == _BOM
    encoding = table.encoding or "utf-8"
    return "utf-8" if encoding == "utf-8-sig" and not marked else encoding


def _planned(placed: PlacedRow, reader: ProductReader) -> PlannedProduct:
    number = placed.row.number
    if placed.outcome in {"joined", "skipped"}:
        return PlannedProduct(number, placed.outcome, placed.why)
    read = reader.read(placed)
    why = placed.why or read.asked
    planned = PlannedProduct(number, "product", None, "", read, placed.group, tuple(sorted(placed.joined)))
    if read.refused is not None:
        planned.outcome, planned.why, planned.column = "refused", read.refused, read.column
    elif why is not None:
        planned.outcome, planned.why = "asked", why
    return planned


def _refuse_doubles(planned: Sequence[PlannedProduct]) -> None:
    """Refuse all rows of a SKU that several have, and ask about a SKU that differs only by capitals."""
    by_sku: dict[str, list[PlannedProduct]] = {}
    for one in planned:
        if one.read is not None and one.read.fields["sku"] != "ask":
            by_sku.setdefault(one.read.fields["sku"], []).append(one)
    first: dict[str, PlannedProduct] = {}
    for sku, rows in by_sku.items():
        for one in rows:
            others = ", ".join(str(other.number) for other in rows if other is not one)
            if others:
                one.outcome, one.why, one.column = "refused", note("double-sku", sku=sku, rows=others), "sku"
        earlier = first.setdefault(sku.casefold(), rows[0])
        if earlier is not rows[0] and len(rows) == 1 and rows[0].outcome == "product":
            other = earlier.read.fields["sku"] if earlier.read else ""
            rows[0].outcome = "asked"
            rows[0].why = note("case-sku", sku=sku, other=other, rows=str(earlier.number))
    _name_same_eans(planned)


def _name_same_eans(planned: Sequence[PlannedProduct]) -> None:
    by_ean: dict[str, list[PlannedProduct]] = {}
    for one in planned:
        if one.read is not None and (ean := one.read.fields.get("ean")):
            by_ean.setdefault(ean, []).append(one)
    for rows in by_ean.values():
        for one in rows:
            others = ", ".join(str(other.number) for other in rows if other is not one)
            if others and one.read is not None:
                one.read.notices.append(note("same-ean", rows=others))


def plan_as_json(plan: LayoutPlan, language: Language = "en") -> dict[str, Any]:
    """A plan as JSON values, with its texts in one language."""
    table, delimiter = plan.table, plan.table.delimiter
    result: dict[str, Any] = {
        "file": plan.file,
        "recognised_as": plan.layout.name,
        "layout_verified": plan.layout.verified,
        "encoding": plan.encoding,
    }
    if delimiter:
        result["delimiter"] = _DELIMITERS.get(delimiter, delimiter)
    if table.sheet is not None:
        result |= {"sheet": table.sheet, "sheets": list(table.sheets)}
    return result | {
        "heading_row": table.heading_row,
        "questions": [_question(question, language) for question in plan.questions],
        "offers": [_question(offer, language) for offer in plan.offers],
        "columns": {column: use.shown for column, use in zip(table.columns, plan.uses, strict=True)},
        "rows": [_row(one, language) for one in plan.rows],
    }


def _question(question: Question, language: Language) -> dict[str, Any]:
    usual = question.usual()
    return {
        "key": question.key,
        "about": question.about.in_language(language),
        "why": question.why.in_language(language),
        "default": usual.in_language(language) if usual else None,
        "choices": [choice.key for choice in question.choices],
    }


def _row(planned: PlannedProduct, language: Language) -> dict[str, Any]:
    row: dict[str, Any] = {"row": planned.number, "outcome": planned.outcome}
    if planned.why is not None:
        row["why"] = planned.why.text(language)
    if planned.column:
        row["field"] = planned.column
    if planned.read is None:
        return row
    read = dict(planned.read.fields)
    if planned.group:
        read["of_group"] = planned.group
    if planned.joined:
        read["also_rows"] = list(planned.joined)
    if planned.read.proposals:
        read["proposals"] = planned.read.proposals
    read["notices"] = [one.text(language) for one in planned.read.notices]
    return row | (read if planned.outcome == "product" else {"would_be": read})
