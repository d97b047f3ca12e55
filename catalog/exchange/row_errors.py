"""Errors of a file, a row or a cell, as a code with values, worded in Dutch and English."""

from msgspec import Struct, field

from catalog.product_problems import PROBLEM_TEXTS, ProductProblem, Values, worded
from recommend.text import Language, Text

ROW_ERROR_TEXTS: dict[str, Text] = {
    # the file
    "empty": Text("het bestand is leeg", "the file is empty"),
    "unknown-suffix": Text(
        "de naam moet eindigen op .csv, .tsv, .jsonl of .xlsx", "the name has to end in .csv, .tsv, .jsonl or .xlsx"
    ),
    "other-spreadsheet": Text(
        "een spreadsheet in de indeling {format} lezen we niet: sla hem op als Excel-werkmap (.xlsx) of als CSV",
        "we do not read spreadsheets in the format {format}: save it as an Excel workbook (.xlsx) or as CSV",
    ),
    "strict-xlsx": Text(
        "is Strict Open XML: sla het bestand op als gewone Excel-werkmap (.xlsx)",
        "is Strict Open XML: save it as an ordinary Excel workbook (.xlsx)",
    ),
    "empty-rows": Text(
        "heeft meer dan {count} lege rijen en daarna weer gevulde: verwijder de lege rijen",
        "has more than {count} empty rows and then others: delete the empty rows",
    ),
    "no-heading": Text("op deze rij staan geen kolomkoppen", "there are no column headings on this row"),
    "no-sheet": Text(
        "het werkblad “{sheet}” is er niet; zichtbaar zijn: {sheets}",
        "there is no sheet “{sheet}”; visible are: {sheets}",
    ),
    "other-format": Text(
        "de naam zegt {declared}, maar de inhoud is {found}", "the name says {declared}, but the content is {found}"
    ),
    "nul-byte": Text(
        "bevat nul-bytes en is dus geen tekst: sla het op als CSV (UTF-8)",
        "holds NUL bytes and so is no text: save it as CSV (UTF-8)",
    ),
    "encoding": Text("is geen UTF-8 en geen Windows-1252", "is neither UTF-8 nor Windows-1252"),
    "broken-xlsx": Text(
        "de spreadsheet is beschadigd of niet volledig: sla hem opnieuw op",
        "the spreadsheet is damaged or incomplete: save it again",
    ),
    "inflates": Text(
        "de spreadsheet is uitgepakt te groot om veilig te lezen",
        "unpacked, the spreadsheet is too large to read safely",
    ),
    "broken-csv": Text("de aanhalingstekens kloppen niet", "the quotation marks do not add up"),
    "long-cell": Text("een cel is langer dan {most} tekens", "a cell is longer than {most} characters"),
    "long-line": Text("een regel is langer dan {most} tekens", "a line is longer than {most} characters"),
    "many-columns": Text("heeft {count} kolommen; hoogstens {most}", "has {count} columns; at most {most}"),
    "double-column": Text(
        "deze kolomkop staat er twee keer: geef elke kolom een eigen naam",
        "this heading is there twice: give each column its own name",
    ),
    "unknown-column": Text(
        "deze kolom kennen we niet. Wijs de kolommen toe voor deze leverancier, of gebruik: {known}",
        "we do not know this column. Map the columns for this supplier, or use: {known}",
    ),
    "missing-column": Text(
        "de toewijzing noemt deze kolom, maar het bestand heeft hem niet",
        "the mapping names this column, but the file does not have it",
    ),
    "unknown-layout": Text("“{layout}” is geen van: {known}", "{layout} is none of: {known}"),
    "no-layout": Text(
        "deze koppen passen bij geen indeling die we kennen: kies de kolommen zelf",
        "these headings fit no layout that we know: map the columns yourself",
    ),
    "no-sku-column": Text(
        "er is geen kolom met het artikelnummer (sku)", "there is no column with the article number (sku)"
    ),
    "own-layout": Text(
        "dit is onze eigen indeling: importeer het bestand zonder indeling te kiezen",
        "this is our own layout: import the file without choosing a layout",
    ),
    # a row
    "layout-row": Text("niet ingelezen: {why}", "not read: {why}"),
    "cells": Text("heeft {count} cellen, de kop {wanted}", "has {count} cells, the heading {wanted}"),
    "unstored-formula": Text(
        "is een formule zonder bewaarde uitkomst: open het bestand in een spreadsheet en sla het opnieuw op",
        "is a formula without a stored result: open the file in a spreadsheet and save it again",
    ),
    "misread": Text(
        "heeft vreemde tekens midden in woorden: sla het bestand op als CSV (UTF-8) of als .xlsx",
        "has strange characters inside words: save the file as CSV (UTF-8) or as .xlsx",
    ),
    "total": Text("is een regel met totalen, geen product", "is a row of totals, not a product"),
    "lost-zero": Text(
        "is een voorloopnul kwijt: bedoel je {ean}? Zet de kolom om naar tekst",
        "seems to have lost a leading zero: {ean}? Turn the column into text",
    ),
    "price-without-vat": Text(
        "is volgens de kolomkop zonder btw: de winkel toont prijzen met btw",
        "is without VAT by its heading: the shop shows prices with VAT",
    ),
    "price-of-box": Text(
        "is volgens de kolomkop de prijs van een doos of een andere eenheid, niet van één verpakking",
        "is by its heading the price of a box or another unit, not of one pack",
    ),
    "purchase-price": Text(
        "is volgens de kolomkop een inkoopprijs, statiegeld of oude prijs, niet de verkoopprijs",
        "is by its heading a purchase price, a deposit or an old price, not the selling price",
    ),
    "per-100": Text(
        "is volgens de kolomkop per 100 g of ml, niet per stuk of portie",
        "is per 100 g or ml by its heading, not per unit or portion",
    ),
    "percentage": Text(
        "is volgens de kolomkop een percentage, geen hoeveelheid", "is a percentage by its heading, not an amount"
    ),
    "gross-weight": Text(
        "is volgens de kolomkop een verzend- of brutogewicht, niet de inhoud",
        "is a shipping or gross weight by its heading, not the content",
    ),
    "error-cell": Text("is een foutwaarde van een formule", "is the error value of a formula"),
    "date-cell": Text(
        "is een datum, en geen tekst of getal: zet de cel om naar tekst",
        "is a date, not a text or a number: turn the cell into text",
    ),
    "not-json": Text("is geen JSON-object: {what}", "is no JSON object: {what}"),
    "double-sku": Text("staat ook op rij {rows}", "stands on row {rows} as well"),
    "changed-since": Text(
        "is intussen gewijzigd: het bestand heeft versie {file}, de catalogus {now}",
        "has changed since: the file has version {file}, the catalogue {now}",
    ),
    "version-of-nothing": Text(
        "het bestand heeft versie {file} van een product dat er niet is",
        "the file has version {file} of a product that is not there",
    ),
    # a cell
    "required": Text("moet ingevuld zijn", "has to be filled in"),
    "ambiguous": Text(
        "kan {small} of {large} zijn: schrijf {small_clear} of {large}",
        "can be {small} or {large}: write {small_clear} or {large}",
    ),
    "not-a-number": Text("is geen getal", "is no number"),
    "not-a-count": Text("is geen aantal", "is no whole count"),
    "negative": Text("is negatief", "is negative"),
    "not-a-price": Text("is geen bedrag in euro", "is no amount in euro"),
    "fine-price": Text("heeft meer dan twee decimalen", "has more than two decimals"),
    "foreign-currency": Text("is in {currency}, niet in euro", "is in {currency}, not in euro"),
    "unclear-currency": Text("zegt niet duidelijk dat het euro is", "does not clearly say that it is euro"),
    "which-currency": Text(
        "heeft geen munt: zeg bij de toewijzing dat de prijzen in euro zijn",
        "has no currency: say in the mapping that the prices are in euro",
    ),
    "not-an-amount": Text("is geen hoeveelheid, zoals 400 mg of 0,4 g", "is no amount, such as 400 mg or 0.4 g"),
    "too-fine": Text("is fijner dan een microgram", "is finer than a microgram"),
    "not-whole": Text("is geen heel getal", "is no whole number"),
    "not-a-measure": Text(
        "is geen inhoud in g of ml met hoogstens twee decimalen", "is no content in g or ml with at most two decimals"
    ),
    "not-per-day": Text("is geen portie, zoals “2 per dag”", "is no daily portion, such as “2 per day”"),
    "not-yes-or-no": Text("is geen ja of nee", "is neither yes nor no"),
    "not-a-choice": Text("is niet een van: {choices}", "is none of: {choices}"),
    "not-an-address": Text(
        "“{address}” is geen adres van een afbeelding dat met https:// begint",
        "“{address}” is no address of a picture that begins with https://",
    ),
    "not-pictures": Text(
        "is geen lijst van afbeeldingen, zoals een export die schrijft", "is no list of pictures as an export writes it"
    ),
    "not-a-composition": Text(
        "is geen samenstelling, zoals “citrate compound 618 mg elemental 100 mg; oxide elemental 50 mg”",
        "is no composition, such as “citrate compound 618 mg elemental 100 mg; oxide elemental 50 mg”",
    ),
    "portion-unknown": Text(
        "is per dagportie, maar de portie is niet bekend", "is per daily portion, but the portion is not known"
    ),
    "shortened": Text(
        "is door een spreadsheet afgekort: zet de kolom om naar tekst",
        "was shortened by a spreadsheet: turn the column into text",
    ),
    "which-form": Text(
        "welke magnesiumvorm is “{words}”? Geef het antwoord één keer bij de toewijzing",
        "which magnesium form is “{words}”? Answer it once in the mapping",
    ),
    "several-forms": Text(
        "noemt {forms} met één hoeveelheid: geef elke vorm een eigen kolom",
        "names {forms} with one amount: give each form a column of its own",
    ),
    "amount-without-form": Text("een hoeveelheid zonder magnesiumvorm", "an amount without a magnesium form"),
    "not-published": Text("kan nog niet openbaar: {what}", "cannot be published yet: {what}"),
}
"""The reasons by code; `{name}` is filled from the values of an error."""


class RowError(Struct, frozen=True):
    """An error with its place in the file.

    `row` counts as a spreadsheet does, with the heading as 1; 0 means the whole file. `column` is the file's own
    heading.
    """

    code: str
    values: Values = field(default_factory=dict)
    row: int = 0
    column: str = ""
    value: str = ""

    def text(self, language: Language) -> str:
        """The reason, without its place."""
        return worded(ROW_ERROR_TEXTS.get(self.code) or PROBLEM_TEXTS[self.code], self.values, language)


class FileRefusedError(ValueError):
    """A file that cannot be read as a table; nothing was written."""

    def __init__(self, code: str, *, row: int = 0, column: str = "", **values: str | Text) -> None:
        self.error = RowError(code, values, row, column)
        super().__init__(self.error.text("en"))


class CellRefusedError(ValueError):
    """A cell without a valid value for its column."""

    def __init__(self, code: str, **values: str | Text) -> None:
        self.code, self.values = code, values
        super().__init__(code)


def from_problem(problem: ProductProblem, row: int, column: str = "", value: str = "") -> RowError:
    """A product's problem as an error of its row and column."""
    return RowError(problem.code, problem.values, row, column or problem.field, value)
