"""Cells that begin as a formula does are guarded in every file for spreadsheets, and come back as they were."""

import csv
import io
import string

import pytest
from msgspec import Struct
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.edits.products import product_to_edit
from catalog.exchange.formula_guard import guarded, in_lines, on_one_line, unguarded
from catalog.exchange.importing import RefusedRows
from catalog.exchange.reading import Cell
from catalog.exchange.row_errors import RowError
from catalog.models import Product, Status
from catalog.product_state import ProductState, state_of_product
from tests.catalog.exchange.files import exported, run_import, table_of
from tests.factories import make_product

STARTS = {
    "equals": "=",
    "plus": "+",
    "minus": "-",
    "at": "@",
    "tab": "\t",
    "carriage return": "\r",
    "line feed": "\n",
    "full-width equals": "\N{FULLWIDTH EQUALS SIGN}",
    "full-width plus": "\N{FULLWIDTH PLUS SIGN}",
    "full-width minus": "\N{FULLWIDTH HYPHEN-MINUS}",
    "full-width at": "\N{FULLWIDTH COMMERCIAL AT}",
}
BEHIND_BLANKS = [" =1+1", "  @SUM(A1)", "\N{NO-BREAK SPACE}=1+1", "'=1+1", "''=1+1", "'", "''", "' =1+1"]
HARMLESS = [
    *string.ascii_letters,
    *string.digits,
    "",
    "1=1",
    "a@b.example",
    "'s avonds",
    " plus",
    "#1+1",
    "%=",
    "\N{MINUS SIGN}5",
]
each_start = pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)


class Row(Struct):
    """A refused row."""

    cells: list[Cell]
    errors: list[RowError] = []


def refused(cells: list[str], name: str, first_column: str = "sku") -> bytes:
    """A file of one refused row with these cells."""
    file = io.BytesIO()
    columns = [first_column, *(f"column {number}" for number in range(1, len(cells)))]
    rows = RefusedRows(file, name, columns, "en")
    rows.write(Row([*cells]))
    rows.close()
    return file.getvalue()


def as_a_spreadsheet_reads(content: bytes, name: str) -> list[list[str]]:
    """The texts of all cells, without taking off any guard; in a sheet each must be typed as a text."""
    if name.endswith(".csv"):
        lines = csv.reader(io.StringIO(content.decode(), newline=""))
        return [[cell for cell in line if cell] for line in lines]
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    texts = [[cell for cell in row if isinstance(cell.value, str)] for row in sheet.iter_rows()]
    assert {cell.data_type for row in texts for cell in row} == {"s"}
    return [[str(cell.value) for cell in row] for row in texts]


@each_start
def test_a_cell_that_begins_as_a_formula_gets_an_apostrophe_and_loses_it_when_read(start: str) -> None:
    for cell in (start, f"{start}1+1", f"{start}{start}", f"{start} 1", f"'{start}", f"''{start}1+1"):
        assert guarded(cell) == f"'{cell}"
        assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize("cell", HARMLESS)
def test_what_no_spreadsheet_runs_is_written_and_read_as_it_is(cell: str) -> None:
    assert guarded(cell) == cell == unguarded(cell)


@pytest.mark.parametrize("cell", BEHIND_BLANKS)
def test_blanks_and_apostrophes_in_front_come_back_as_they_were(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell


ESCAPED = {
    "\n": r"\n",
    "\r": r"\r",
    "\\": r"\\",
    "\0": r"\u0000",
    "\b": r"\u0008",
    "\v": r"\u000b",
    "\f": r"\u000c",
    "\x1f": r"\u001f",
    "\x7f": r"\u007f",
    "\x85": r"\u0085",
    "\x9f": r"\u009f",
    "\u2028": r"\u2028",
    "\u2029": r"\u2029",
}


@pytest.mark.parametrize(("character", "escaped"), ESCAPED.items(), ids=ascii)
def test_what_may_end_a_line_is_escaped_wherever_it_stands_and_comes_back(character: str, escaped: str) -> None:
    for around in ("{}", "a{}", "{}b", "a{}{}b", "{}n", "{}{}u0041"):
        cell = around.format(character, character)
        assert on_one_line(cell) == around.format(escaped, escaped)
        assert in_lines(on_one_line(cell)) == cell


@pytest.mark.parametrize("cell", ["", "a b", "tab\tinside", " ~", "\xa0", "\u2027\u202a", "é", "nru"])
def test_what_ends_no_line_is_not_escaped(cell: str) -> None:
    assert on_one_line(cell) == cell == in_lines(cell)


@pytest.mark.parametrize("cell", ["\\", "a\\b", "\\u12", "\\u12G4", "\\N", "C:\\t"])
def test_a_backslash_that_escapes_nothing_is_read_as_it_stands(cell: str) -> None:
    assert in_lines(cell) == cell


@each_start
@pytest.mark.parametrize("name", ["refused.csv", "refused.xlsx"])
def test_no_cell_or_column_of_a_refused_row_begins_as_a_formula(name: str, start: str) -> None:
    for row in as_a_spreadsheet_reads(refused([f"{start}1+1"], name, f"{start}sku"), name):
        assert not row[0].startswith(tuple(STARTS.values()))


def test_a_text_that_reads_as_an_error_of_a_spreadsheet_stays_a_text() -> None:
    [_columns, row] = as_a_spreadsheet_reads(refused(["#N/A", "#REF!"], "refused.xlsx"), "refused.xlsx")
    assert row[:2] == ["#N/A", "#REF!"]


@pytest.mark.parametrize("name", ["refused.csv", "refused.jsonl", "refused.xlsx"])
def test_refused_rows_are_read_as_the_supplier_wrote_them(name: str) -> None:
    cells = [f"{start}1+1" for start in STARTS.values()] + BEHIND_BLANKS
    [row] = table_of(refused(cells, name), name)
    assert list(row.cells)[: len(cells)] == cells


def states(session: Session) -> list[ProductState]:
    session.expire_all()
    ids = session.scalars(select(Product.id).order_by(Product.id)).all()
    return [state_of_product(product_to_edit(session, id_)) for id_ in ids]


@pytest.mark.parametrize("name", ["file.csv", "file.xlsx"])
def test_exported_texts_are_no_formulas_and_are_imported_unchanged(session: Session, name: str) -> None:
    starts = [start for start in STARTS.values() if start != "\r"]  # no text of a product holds a carriage return
    for text in (*(f"{start}1+1" for start in starts), *BEHIND_BLANKS):
        texts = {"summary_nl": text, "summary_en": text, "directions_nl": text}
        make_product(session, None, status=Status.DRAFT, name_nl=text.strip(), **texts)
    before = states(session)
    session.commit()
    file = exported(session, name)
    for row in as_a_spreadsheet_reads(file, name):
        assert not [cell for cell in row if cell.startswith(tuple(STARTS.values()))]
    assert run_import(session, file, name).outcomes == {"unchanged": len(before)}
    assert states(session) == before
