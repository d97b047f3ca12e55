"""Tables as other programs write them: each value is read as it was meant, or refused at its row and field."""

import datetime as dt
import io
from decimal import Decimal
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook
from sqlalchemy.orm import Session

from catalog.exchange.mapping import Mapping, guess
from catalog.exchange.reading import Table, open_table, sheet_xml
from catalog.exchange.row_errors import FileRefusedError
from catalog.exchange.row_reader import ParsedRow, RowReader
from recommend.naming import form_names
from tests.catalog.exchange.files import run_import, spreadsheet, table_of

OWN = "sku,name_nl,dosage_form\n"
CONSTANTS = {"dosage_form": "capsule", "currency": "EUR"}


def parsed(table: Table, mapping: Mapping | None = None) -> list[ParsedRow]:
    reader = RowReader(table, form_names(), mapping)
    return [reader.read(row) for row in table]


def codes(rows: list[ParsedRow]) -> list[tuple[int, str, str]]:
    return [(error.row, error.column, error.code) for row in rows for error in row.errors]


def supplied(content: str | bytes, **columns: str) -> list[ParsedRow]:
    """Rows of a supplier's file, mapped as guessed but for the given columns."""
    table = table_of(content)
    mapping = guess("Groothandel", table.columns)
    return parsed(table, Mapping(supplier="Groothandel", columns=mapping.columns | columns, constants=CONSTANTS))


def sheet_with(xml_of_rows: str, *, strict: bool = False) -> bytes:
    """An XLSX whose only sheet has these rows, under a dimension that says one cell."""
    made = io.BytesIO(spreadsheet([["x"]]))
    file = io.BytesIO()
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{namespace}"><dimension ref="A1"/><sheetData>{xml_of_rows}</sheetData></worksheet>'
    with ZipFile(made) as old, ZipFile(file, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = sheet.encode() if name.endswith("sheet1.xml") else old.read(name)
            if strict and name == "xl/workbook.xml":
                content = content.replace(namespace.encode(), b"http://purl.oclc.org/ooxml/spreadsheetml/main")
            new.writestr(name, content)
    return file.getvalue()


def text_row(number: int, *texts: str) -> str:
    cells = (f'<c t="inlineStr"><is><t>{each}</t></is></c>' for each in texts)
    return f'<row r="{number}">{"".join(cells)}</row>'


def test_rows_of_a_sheet_are_read_whatever_its_dimension_says() -> None:
    content = sheet_with(text_row(1, "sku", "name_nl") + text_row(7, "A-1", "Regel_x000D_\neen"))
    table = open_table(io.BytesIO(content), "a.xlsx")
    assert [(row.number, row.fields["name_nl"]) for row in parsed(table)] == [(7, "Regel een")]


def test_cells_without_a_usable_value_are_refused_at_their_field() -> None:
    heading = text_row(1, "sku", "stock", "name_nl", "name_en")
    row = '<row r="2"><c r="A2"><v>12</v></c><c r="B2"><f>9-4</f><v/></c><c r="C2" t="e"><v>#REF!</v></c></row>'
    table = open_table(io.BytesIO(sheet_with(heading + row)), "a.xlsx")
    assert codes(parsed(table)) == [(2, "stock", "unstored-formula"), (2, "name_nl", "error-cell")]


def test_number_formats_that_change_a_meaning_are_read() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["sku", "naam", "prijs", "netto inhoud", "aantal", "stock"])
    sheet.append([42, "Citraat", 9.5, 0.5, 60, 0.21])
    for place, shown in (("A2", "00000"), ("C2", "[$£-809]#,##0.00"), ("D2", '0.0" kg"'), ("E2", "€ 0"), ("F2", "0%")):
        sheet[place].number_format = shown
    file = io.BytesIO()
    book.save(file)
    cells = [list(row.cells) for row in open_table(file, "a.xlsx")]
    assert cells[0] == ["00042", "Citraat", "£ 9.5", "0.5 kg", 60, "0.21 %"]


def test_a_date_is_no_text(session: Session) -> None:
    content = spreadsheet([["sku", "name_nl"], ["A", dt.date(2026, 3, 10)]])
    run = run_import(session, content, "a.xlsx")
    assert (2, "name_nl", "date-cell") in run.errors


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("strict.xlsx", sheet_with("", strict=True), "strict-xlsx"),
        ("old.xls", b"\xd0\xcf\x11\xe0", "other-spreadsheet"),
        ("open.ods", b"PK\x03\x04", "other-spreadsheet"),
    ],
)
def test_other_spreadsheets_are_refused_by_their_name(name: str, content: bytes, code: str) -> None:
    with pytest.raises(FileRefusedError) as refused:
        open_table(io.BytesIO(content), name)
    assert refused.value.error.code == code


def test_a_row_after_many_empty_ones_is_not_lost() -> None:
    empty = "".join(f'<row r="{number}"><c r="A{number}" s="0"/></row>' for number in range(3, 14_000))
    first = text_row(1, "sku", "name_nl") + text_row(2, "A", "B")
    with_last = sheet_with(first + empty + text_row(14_000, "Z", "Y"))
    assert [row.number for row in open_table(io.BytesIO(with_last), "a.xlsx")] == [2, 14_000]
    assert [row.number for row in open_table(io.BytesIO(sheet_with(first + empty)), "a.xlsx")] == [2]


def test_a_file_with_endless_empty_rows_before_others_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_xml, "_MOST_EMPTY", 6_000)
    empty = "".join(f'<row r="{number}"/>' for number in range(3, 9_000))
    content = sheet_with(text_row(1, "sku", "name_nl") + text_row(2, "A", "B") + empty + text_row(9_000, "Z", "Y"))
    with pytest.raises(FileRefusedError) as refused:
        list(open_table(io.BytesIO(content), "a.xlsx"))
    assert refused.value.error.code == "empty-rows"


def test_blank_cells_and_rows_are_empty_ones() -> None:
    rows = parsed(table_of("sku,name_nl,ean\n A-1 ,Citraat,\u00a0\n , ,\u00a0\nA-2,Malaat,\n"))
    assert [(row.number, row.sku, row.fields["ean"]) for row in rows] == [(2, "A-1", None), (4, "A-2", None)]


def test_quotes_of_a_tab_file_are_plain_where_only_that_is_regular() -> None:
    raw = 'sku\tname_nl\nA\t"Zout" citraat\nB\t"half\n'
    assert [row.fields["name_nl"] for row in parsed(table_of(raw))] == ['"Zout" citraat', '"half']
    quoted = 'sku\tname_nl\nA\t"twee\tcellen"\nB\t"één ""woord"""\n'
    assert [row.fields["name_nl"] for row in parsed(table_of(quoted))] == ["twee cellen", 'één "woord"']


@pytest.mark.parametrize(
    ("cell", "outcome"),
    [
        ("'9521234567899", "9521234567899"),
        ("036000291452", "036000291452"),
        ("36000291452", "lost-zero"),
        ("9521234567890", "not-an-ean"),
    ],
)
def test_a_barcode_from_a_spreadsheet_is_read_or_its_lost_zero_named(cell: str, outcome: str) -> None:
    row = parsed(table_of(f"sku,name_nl,ean\n'A-1,Citraat,{cell}\n"))[0]
    assert row.sku == "A-1"
    assert [row.fields.get("ean"), *codes([row])] in ([outcome], [None, (2, "ean", outcome)])


@pytest.mark.parametrize("encoding", ["mac_roman", "cp850"])
@pytest.mark.parametrize("word", ["cafeïnevrij", "één", "coëfficiënt", "proteïne", "geëxtraheerd"])
def test_a_text_of_another_encoding_is_refused_at_its_field(encoding: str, word: str) -> None:
    rows = parsed(table_of(f"{OWN}A-1,Magnesium {word},capsule\n".encode(encoding)))
    assert codes(rows) == [(2, "name_nl", "misread")]


@pytest.mark.parametrize(
    "name", ["Foto’s “mooi” – één", "Albion® TRAACS™", "Crème brûlée … 20 µg", "Škoda", "naïef, coöperatie", "50 °C"]
)
def test_an_unusual_text_is_no_misread_one(name: str) -> None:
    assert codes(parsed(table_of(f'{OWN}A-1,"{name}",capsule\n'))) == []
    assert codes(parsed(table_of(f'{OWN}A-1,"{name}",capsule\n'.encode("cp1252")))) == []


def test_characters_that_nobody_sees_are_refused(session: Session) -> None:
    names = ("Ma\u202egnesium", "Magne\u200bsium", "Magne\u2066sium")
    file = OWN + "".join(f"A-{place},{name},capsule\n" for place, name in enumerate(names))
    assert run_import(session, file).errors == [(row, "name_nl", "control-character") for row in (2, 3, 4)]


def test_entities_are_decoded_in_names_and_texts() -> None:
    row = supplied("code,naam,korte omschrijving\nA,Zink &amp; citraat &#8211; pot,Droog&nbsp;&lt;25 graden\n")[0]
    assert (row.fields["name_nl"], row.fields["summary_nl"]) == ("Zink & citraat – pot", "Droog <25 graden")


def test_skus_made_of_names_differ_where_the_names_do() -> None:
    names = ("Citraat B6", "Citraat B6+", "Citraat (B6)", "Citraat B-6", "Citraat é", "Citraat e")
    rows = supplied("naam;merk\n" + "".join(f"{name};Wilg\n" for name in names))
    assert len({row.sku.casefold() for row in rows}) == len(names)
    assert rows[0].sku == "GROOTHANDEL-WILG-CITRAAT-B6"


def test_skus_that_differ_by_capitals_are_asked_about(session: Session) -> None:
    run = run_import(session, f"{OWN}MG-1,Citraat,capsule\nmg-1,Malaat,capsule\n")
    assert run.errors == [(3, "sku", "sku-case")]
    run_import(session, f"{OWN}MG-1,Citraat,capsule\n")
    assert run_import(session, f"{OWN}mg-1,Citraat,capsule\n").errors == [(2, "sku", "sku-case")]


@pytest.mark.parametrize("label", ["Totaal", "TOTAAL:", "Subtotaal", "Total", "Totaal excl. btw"])
def test_a_row_of_totals_is_no_product(label: str) -> None:
    assert codes(supplied(f"code;naam;prijs\nA;Citraat;3\n;{label};3\n"))[-1] == (3, "", "total")


@pytest.mark.parametrize(
    ("heading", "cell", "micrograms"),
    [
        ("Magnesium (g)", "0,1", 100_000),
        ("Magnesium mg", "100", 100_000),
        ("Magnesium (µg)", "100000", 100_000),
        ("Mg (g)", "0,1", 100_000),
        ("Magnesium (g)", "100 mg", 100_000),
    ],
)
def test_the_unit_of_a_heading_is_that_of_its_cells(heading: str, cell: str, micrograms: int) -> None:
    row = supplied(f"code;naam;vorm;{heading}\nA;Zout;citraat;{cell}\n", elemental=heading)[0]
    assert row.values["elemental"] == micrograms


def test_the_content_has_the_unit_of_its_heading() -> None:
    for heading, cell, grams in (("Inhoud (kg)", "1", 1000), ("Inhoud in cl", "50", 500), ("Inhoud", "90", 90)):
        row = supplied(f"code;naam;{heading}\nA;Zout;{cell}\n", net_quantity=heading)[0]
        assert row.fields["net_quantity"] == grams


@pytest.mark.parametrize(
    ("target", "heading", "code"),
    [
        ("price_eur", "Prijs (excl. btw)", "price-without-vat"),
        ("price_eur", "Price ex VAT", "price-without-vat"),
        ("price_eur", "Prijs zonder btw", "price-without-vat"),
        ("price_eur", "Prijs per doos", "price-of-box"),
        ("price_eur", "Doosprijs", "price-of-box"),
        ("price_eur", "Inkoopprijs", "purchase-price"),
        ("price_eur", "Price (GBP)", "foreign-currency"),
        ("price_eur", "Prijs $", "foreign-currency"),
        ("elemental", "Magnesium per 100 g", "per-100"),
        ("elemental", "magnesium_100g", "per-100"),
        ("elemental_per_day", "Magnesium % RI", "percentage"),
        ("net_quantity", "Brutogewicht", "gross-weight"),
    ],
)
def test_a_column_is_never_taken_for_what_its_heading_denies(target: str, heading: str, code: str) -> None:
    file = f"code;naam;vorm;{heading}\nA;Zout;citraat;10\n"
    assert heading not in guess("S", table_of(file).columns).columns.values()
    assert codes(supplied(file, **{target: heading})) == [(2, heading, code)]


@pytest.mark.parametrize("heading", ["Prijs incl. btw", "Adviesprijs per stuk", "Verkoopprijs (€)", "Price per pack"])
def test_a_price_of_one_pack_with_vat_is_read(heading: str) -> None:
    assert supplied(f"code;naam;{heading}\nA;Zout;12,50\n", price_eur=heading)[0].fields["price_eur"] == 1250


def test_a_mapped_column_is_found_in_any_blanks_and_refused_when_missing_or_double() -> None:
    mapping = Mapping(supplier="S", columns={"sku": "Artikel-\nnummer", "name_nl": "Naam  van\nproduct"})
    found = parsed(table_of('"Artikel-\nnummer";"Naam van\nproduct";X;X\nA;Zout;1;2\n'), mapping)
    assert (found[0].sku, found[0].fields["name_nl"]) == ("A", "Zout")
    double = "Naam van product;Artikelnummer;" * 2
    for heading, code in (("Artikelnummer;X", "missing-column"), (double, "double-column")):
        with pytest.raises(FileRefusedError) as refused:
            parsed(table_of(f"{heading.strip(';')}\nA;B\n"), mapping)
        assert refused.value.error.code == code


def test_a_stock_is_no_content_of_a_pack() -> None:
    rows = supplied("code;naam;voorraad\nA;Zout;40 stuks\nB;Zout twee;60 capsules\n")
    assert rows[0].fields["stock"] == 40
    assert codes(rows) == [(3, "voorraad", "not-a-count")]


def test_numbers_of_a_sheet_are_decimal_digits() -> None:
    row = '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>0.1</v></c><c r="C2"><v>1E-3</v></c></row>'
    table = open_table(io.BytesIO(sheet_with(text_row(1, "sku", "a", "b") + row)), "a.xlsx")
    assert [list(each.cells) for each in table] == [[1, Decimal("0.1"), Decimal("0.001")]]
