"""Files as tables: equal results for every format, and files that are refused."""

import io
import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from catalog.exchange.formula_guard import FORMULA, guarded, in_lines, on_one_line, unguarded
from catalog.exchange.reading import TableChoice, open_table
from catalog.exchange.reading.heading import find_heading
from catalog.exchange.row_errors import FileRefusedError
from tests.catalog.exchange.files import spreadsheet, table_of, zip_bomb


def read(content: str | bytes, name: str = "file.csv") -> tuple[tuple[str, ...], list[tuple[int, list[object]]]]:
    table = table_of(content, name)
    return table.columns, [(row.number, list(row.cells)) for row in table]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_csv_is_read_in_every_usual_way_of_writing_it(encoding: str, delimiter: str) -> None:
    text = f'sku{delimiter}naam\r\nA{delimiter}"één; ""twee"", drie"\r\n\r\nB{delimiter}ü\r\n'
    assert read(text.encode(encoding)) == (("sku", "naam"), [(2, ["A", 'één; "twee", drie']), (4, ["B", "ü"])])


def test_a_semicolon_file_with_decimal_commas_is_no_comma_file() -> None:
    assert read("sku;prijs\nA;12,95\nB;13,95\n")[1] == [(2, ["A", "12,95"]), (3, ["B", "13,95"])]


def test_a_line_break_inside_quotes_stays_in_its_cell() -> None:
    assert read('sku,text\nA,"een\ntwee"\nB,drie\n')[1] == [(2, ["A", "een\ntwee"]), (3, ["B", "drie"])]


def test_numbers_keep_the_digits_that_were_typed() -> None:
    rows = read(spreadsheet([["sku", "mg"], ["A", 0.1], ["B", 1.234]]), "file.xlsx")[1]
    assert [str(cells[1]) for _, cells in rows] == ["0.1", "1.234"]
    lines = json.dumps({"sku": "A", "mg": 0.1}) + "\n" + json.dumps({"sku": "B", "mg": 1.234})
    assert [str(cells[1]) for _, cells in read(lines, "file.jsonl")[1]] == ["0.1", "1.234"]


def test_a_table_can_be_gone_through_twice() -> None:
    for content, name in (
        (b"sku,n\nA,1\n", "a.csv"),
        (b'{"sku": "A", "n": "1"}\n', "a.jsonl"),
        (spreadsheet([["sku", "n"], ["A", "1"]]), "a.xlsx"),
    ):
        table = open_table(io.BytesIO(content), name)
        assert [row.cells for row in table] == [row.cells for row in table] == [["A", "1"]]


@pytest.mark.parametrize(
    ("name", "make", "code"),
    [
        ("empty.csv", lambda: b"", "empty"),
        ("blank.csv", lambda: b"\n\n", "empty"),
        ("list.txt", lambda: b"sku\nA\n", "unknown-suffix"),
        ("lying.csv", lambda: spreadsheet([["sku"]]), "other-format"),
        ("lying.xlsx", lambda: b"sku,name\nA,B\n", "other-format"),
        ("old.xlsx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "other-format"),
        ("lying.jsonl", lambda: b"sku,name\n", "other-format"),
        ("array.jsonl", lambda: b'[{"sku": "A"}]', "other-format"),
        ("picture.csv", lambda: b"\x89PNG\r\n\x1a\n", "other-format"),
        ("cut.xlsx", lambda: spreadsheet([["sku"]] * 500)[:-1500], "broken-xlsx"),
        ("bomb.xlsx", zip_bomb, "inflates"),
        ("nul.csv", lambda: b"sku,name\nA,B\nC,\0\n", "nul-byte"),
        ("bytes.csv", lambda: b"sku,name\nA,\x81\xff\n", "encoding"),
        ("wide.csv", lambda: ",".join(f"c{n}" for n in range(50_000)).encode(), "many-columns"),
        ("endless.csv", lambda: b"x" * 2_000_000, "long-line"),
        ("wider.csv", lambda: b"," * 1_000_000, "long-line"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(name: str, make: Callable[[], bytes], code: str) -> None:
    with pytest.raises(FileRefusedError) as refused:
        list(open_table(io.BytesIO(make()), name))
    assert refused.value.error.code == code
    assert refused.value.error.text("nl")


@pytest.mark.parametrize(
    ("name", "content", "dutch"),
    [
        ("lying.xlsx", b"sku,name\n", "de naam zegt XLSX, maar de inhoud is geen XLSX"),
        ("text.xlsx", b"{}", "de naam zegt XLSX, maar de inhoud is tekst"),
        ("lying.jsonl", b"sku\n", "de naam zegt JSON Lines, maar de inhoud is geen JSON"),
        ("array.jsonl", b"[]", "de naam zegt JSON Lines, maar de inhoud is een JSON-lijst"),
        ("quote.csv", b'sku,naam\nA,"half\n', "de aanhalingstekens kloppen niet"),
        ("quote.csv", b'sku,naam\nA,"half"x\n', "de aanhalingstekens kloppen niet"),
        ("long.csv", b"sku,naam\nA," + b"x" * 200_000, "een cel is langer dan 131072 tekens"),
        ("cut.jsonl", b'{"sku": "A"', "is geen JSON-object: niet te lezen vanaf teken 12"),
        ("list.jsonl", b'{"sku": []}', "is geen JSON-object: sku: een lijst"),
        ("object.jsonl", b'{"sku": {}}', "is geen JSON-object: sku: een object"),
        ("twice.jsonl", b'{"sku": "A", "sku": "B"}', "is geen JSON-object: sku: staat er twee keer"),
        ("half.jsonl", rb'{"sku": "\ud800"}', "is geen JSON-object: sku: een half teken"),
        ("infinite.jsonl", b'{"sku": NaN}', "is geen JSON-object: NaN"),
        ("huge.jsonl", b'{"sku": ' + b"9" * 5000 + b"}", "is geen JSON-object: een getal met te veel cijfers"),
        ("latin.jsonl", b'{"sku": "\xe9"}', "is geen JSON-object: geen UTF-8"),
        ("deep.jsonl", b'{"a":' * 100_000, "is geen JSON-object: te diep genest"),
        ("none.jsonl", b"{}", "is geen JSON-object: {}"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_dutch_down_to_its_details(name: str, content: bytes, dutch: str) -> None:
    with pytest.raises(FileRefusedError) as refused:
        list(open_table(io.BytesIO(content), name))
    assert refused.value.error.text("nl") == dutch
    assert refused.value.error.text("en") != dutch


def test_what_is_wrong_with_a_line_of_json_is_said_in_dutch_too() -> None:
    lines = b'{"sku": "A"}\n{"sku": "B", "naam": "C"}\n"los"\n7\n'
    reasons = [row.error.text("nl") for row in open_table(io.BytesIO(lines), "list.jsonl") if row.error]
    assert reasons == [f"is geen JSON-object: {what}" for what in ("tekst", "een losse waarde")]


def test_a_nul_byte_and_a_broken_quote_name_their_row() -> None:
    with pytest.raises(FileRefusedError) as refused:
        table_of(b"sku,name\nA,B\nC,\0\n")
    assert refused.value.error.row == 3
    with pytest.raises(FileRefusedError) as broken:
        list(table_of('sku,name\nA,B\nC,"open\n'))
    assert (broken.value.error.code, broken.value.error.row) == ("broken-csv", 3)


def test_a_damaged_sheet_inside_a_sound_archive_is_refused_in_words() -> None:
    whole = spreadsheet([["sku"], *[[f"A{n}"] for n in range(2000)]])
    damaged = whole.replace(b"PK\x03\x04", b"PK\x03\x05", 3)
    with pytest.raises(FileRefusedError):
        list(table_of(damaged, "a.xlsx"))


def test_a_row_of_another_width_and_a_line_that_is_no_object_are_faults_of_that_row_alone() -> None:
    found = [(row.number, row.error and row.error.code) for row in table_of("sku,name\nA\nB,x,y\nC,z,\n")]
    assert found == [(2, "cells"), (3, "cells"), (4, None)]
    bad = ["nonsense", '{"sku": {"a": 1}}', '{"sku": NaN}', '{"sku": 1e999999999}', '{"sku": "\\ud800"}', "[" * 100_000]
    lines = list(table_of("\n".join(['{"sku": "A"}', *bad, '{"sku": "B"}']), "a.jsonl"))
    assert [bool(row.error) for row in lines] == [False, *[True] * len(bad), False]


@given(st.text())
@settings(max_examples=200)
def test_what_is_guarded_and_put_on_one_line_comes_back_as_it_was(text: str) -> None:
    cell = guarded(on_one_line(text))
    assert in_lines(unguarded(cell)) == text
    assert not cell.startswith(FORMULA)
    assert len(cell.splitlines()) <= 1


def test_only_what_a_spreadsheet_would_run_is_guarded() -> None:
    assert guarded("=1+1") == "'=1+1"
    assert guarded("'s avonds") == "'s avonds" == unguarded("'s avonds")


def test_a_table_says_what_it_was_read_as() -> None:
    table = table_of("sep=;\r\nPrijslijst\r\n\r\nArtikelnr;Naam;;\r\nA-1;Citraat;;\r\n".encode("cp1252"))
    assert (table.columns, table.heading_row, table.delimiter) == (("Artikelnr", "Naam"), 4, ";")
    assert [(row.number, list(row.cells), row.error) for row in table] == [(5, ["A-1", "Citraat"], None)]
    wide = "sku\tnaam\nA\té\n".encode("utf-16")
    assert table_of(wide).encoding == "utf-16"
    assert table_of("sku|naam\nA|B\n").delimiter == "|"


def test_a_heading_row_and_a_sheet_are_found_or_chosen() -> None:
    book = Workbook()
    book.active.title = "Welkom"  # type: ignore[union-attr] # a new book has a sheet
    book.active.append(["Groothandel De Wilg"])  # type: ignore[union-attr]
    prices, hidden = book.create_sheet("Prijzen"), book.create_sheet("Lijsten")
    hidden.sheet_state = "hidden"
    for row in (["Prijslijst"], [], ["Artikel", None, "Prijs"], ["Artikelnr", "Naam", "Adviesprijs"], ["A", "B", 3]):
        prices.append(row)
    for row in (["sku", "naam", "prijs", "voorraad"], ["X", "Y", 1, 2]):
        hidden.append(row)
    file = io.BytesIO()
    book.save(file)
    table = open_table(file, "a.xlsx")
    assert (table.sheet, table.sheets, table.heading_row) == ("Prijzen", ("Welkom", "Prijzen"), 4)
    assert [(row.number, list(row.cells)) for row in table] == [(5, ["A", "B", 3])]
    chosen = open_table(file, "a.xlsx", TableChoice(sheet="Prijzen", heading_row=3))
    assert chosen.columns == ("Artikel", "(2)", "Prijs")
    for choice, code in ((TableChoice(sheet="Lijsten"), "no-sheet"), (TableChoice(heading_row=99), "no-heading")):
        with pytest.raises(FileRefusedError) as refused:
            open_table(file, "a.xlsx", choice)
        assert refused.value.error.code == code


def test_a_cell_merged_over_rows_counts_for_each_of_them_and_no_further() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (["Lijst"], ["sku", "merk", "naam"], ["A", "Erf", "een"], ["B", None, "twee"], [], ["C", None, "drie"]):
        sheet.append(row)
    sheet.append(["D", None, "vier"])
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("B3:B6")
    file = io.BytesIO()
    book.save(file)
    assert read(file.getvalue(), "file.xlsx")[1] == [
        (3, ["A", "Erf", "een"]),
        (4, ["B", "Erf", "twee"]),
        (6, ["C", "Erf", "drie"]),
        (7, ["D", None, "vier"]),
    ]


def test_headings_have_single_blanks_and_one_of_them_may_be_there_twice() -> None:
    table = table_of('\ufeff"Artikel-\nnummer";"Prijs \u00a0\nincl.  btw";Opmerking;Opmerking\nA;1;x;y\n')
    assert table.columns == ("Artikelnummer", "Prijs incl. btw", "Opmerking", "Opmerking")


def test_a_heading_is_found_by_its_words_or_else_by_its_shape() -> None:
    titled = [(1, ["Lijst"]), (3, ["Alfa", "Beta", "Gamma"]), (4, ["Een", "2", "3"])]
    assert find_heading(titled, frozenset()) == 3
    assert find_heading(titled, {"een", "alfa"}) == 3
    assert find_heading([*titled, (5, ["merk", "naam", "x"])], {"merk", "naam"}) == 5
    assert find_heading([], frozenset()) == 0
