"""Any table, however it is written: each row is read as a plain reader sees it, or refused by its number."""

import csv
import io
import os
import re
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from catalog.exchange.formula_guard import unguarded
from catalog.exchange.reading import Table, open_table
from catalog.exchange.reading.table import text

HEADINGS = ("sku", "naam", "merk", "prijs", "voorraad")
TITLES = ("Prijslijst 2026", "Geldig vanaf 1 maart", "De Wilg B.V.")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")
_VALUES = st.one_of(
    st.sampled_from(
        ["Citraat", "12,50", "'s avonds", 'Zout "puur"', "één\nregel", " a ", "00123", "a;b", "a,b", "x|y"]
    ),
    st.text(st.characters(codec="cp1252", exclude_categories=("Cc", "Cf", "Zl", "Zp")), max_size=8),
    st.integers(0, 10**6).map(str),
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[str]], list[list[str]]]:
    """Title rows, then a heading and rows of its width; each row has a SKU."""
    width = draw(st.integers(2, len(HEADINGS)))
    titles = [[title] for title in draw(st.lists(st.sampled_from(TITLES), max_size=2))]
    rows = draw(st.lists(st.lists(_VALUES, min_size=width - 1, max_size=width - 1), min_size=1, max_size=5))
    return titles, [list(HEADINGS[:width]), *([f"A-{place}", *row] for place, row in enumerate(rows))]


def held(table: Table) -> list[list[str]]:
    """The rows of a table as texts without the blanks around them."""
    assert table.columns == HEADINGS[: len(table.columns)]
    assert not [row for row in table if row.error]
    return [[text(cell) for cell in row.cells] for row in table]


def expected(rows: list[list[str]]) -> list[list[str]]:
    return [[unguarded(cell).strip() for cell in row] for row in rows[1:]]


def written(data: st.DataObject, titles: list[list[str]], rows: list[list[str]]) -> bytes:
    delimiter = data.draw(st.sampled_from(",;\t|"))
    file = io.StringIO()
    if hint := data.draw(st.booleans()):
        file.write(f"sep={delimiter}\r\n")
    ends = data.draw(st.sampled_from(["\n", "\r\n"]))
    quoting: Any = data.draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    blanks = data.draw(st.integers(0, 2))
    writer = csv.writer(file, delimiter=delimiter, lineterminator=ends, quoting=quoting)
    for row in titles + rows:
        writer.writerow([*row, *([""] * blanks)])
    return file.getvalue().encode(data.draw(st.sampled_from(ENCODINGS if not hint else ENCODINGS[:2])))


def read_delimited(data: st.DataObject) -> None:
    titles, rows = data.draw(tables())
    content = written(data, titles, rows)
    assert held(open_table(io.BytesIO(content), "a.csv")) == expected(rows)


def read_spreadsheet(data: st.DataObject) -> None:
    titles, rows = data.draw(tables())
    book = Workbook()
    sheet = book.worksheets[0]
    if data.draw(st.booleans()):
        book.create_sheet("Verborgen", 0).sheet_state = "hidden"
        sheet = book.worksheets[1]
    for row in titles + rows:
        sheet.append(row)
    typed = data.draw(st.booleans())
    for cell in (each for line in sheet.iter_rows() for each in line):
        digits = str(cell.value or "")
        if typed and digits.isdecimal() and digits.isascii() and str(int(digits)) == digits:
            cell.value = int(digits)  # a spreadsheet turns what looks like a number into one
        else:
            cell.data_type = "s"
    if titles:
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(rows[0]))
    file = io.BytesIO()
    book.save(file)
    if data.draw(st.booleans()):
        file = with_dimension(file, data.draw(st.sampled_from(["A1", "A1:A1", "B2:C3", "A1:XFD1048576"])))
    assert held(open_table(file, "a.xlsx")) == expected(rows)


def with_dimension(file: io.BytesIO, dimension: str) -> io.BytesIO:
    """The workbook with another extent of its sheets than they have, as some programs write it."""
    changed = io.BytesIO()
    with ZipFile(file) as old, ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/"):
                content = re.sub(rb'(<dimension ref=")[^"]+', rb"\g<1>" + dimension.encode(), content)
            new.writestr(name, content)
    return changed


@given(st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_each_row_of_a_delimited_file_is_read_as_it_was_written(data: st.DataObject) -> None:
    read_delimited(data)


@given(st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_each_row_of_a_sheet_is_read_as_it_was_written(data: st.DataObject) -> None:
    read_spreadsheet(data)


@pytest.mark.nightly
@pytest.mark.skipif(not os.environ.get("SHOP_NIGHTLY"), reason="set SHOP_NIGHTLY=1 for thousands of files")
@given(st.data())
@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
def test_thousands_of_files_are_read_as_they_were_written(data: st.DataObject) -> None:
    read_delimited(data)
    read_spreadsheet(data)
