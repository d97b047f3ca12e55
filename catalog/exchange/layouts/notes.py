"""Notes of a plan, in Dutch and English: why a row is no product or is asked about, and what was read how."""

from msgspec import Struct, field

from catalog.product_problems import Values, worded
from recommend.text import Language, Text

NOTE_TEXTS: dict[str, Text] = {
    # rows that are no product
    "title": Text("titel boven de kop", "title above the heading"),
    "separator-line": Text("de regel “sep=” van Excel is geen kop", "the line “sep=” is Excel's, and no heading"),
    "section": Text("titel van een groep, geen product", "section title, no product"),
    "footnote": Text("voetnoot, geen product", "foot note, no product"),
    "totals": Text("rij met totalen, geen product", "row of totals, no product"),
    "gift-card": Text("cadeaubon: geen product van deze winkel", "gift card: no product of this shop"),
    "grouped": Text(
        "{type}: verwijst naar andere producten, geen eigen artikel", "{type}: refers to others, no article of its own"
    ),
    "box-unit": Text("geen consumenteneenheid: een doos of pallet", "no consumer unit: a box or a pallet"),
    "used": Text("staat {condition}: niet nieuw", "condition {condition}: not new"),
    "deleted": Text("de rij zegt dat het product weg moet", "the row says that the product is to be deleted"),
    "nothing": Text("geen naam en geen artikelnummer", "neither a name nor an article number"),
    # rows that belong to others
    "picture-row": Text("alleen een foto: hoort bij rij {rows}", "picture only: belongs to rows {rows}"),
    "parent-row": Text(
        "hoofdproduct van rij {rows}: geeft merk, tekst en foto’s, is zelf geen product",
        "parent of rows {rows}: gives brand, text and pictures, is no product itself",
    ),
    "parent-alone": Text("hoofdproduct zonder varianten in dit bestand", "parent without variants in this file"),
    "translation": Text(
        "teksten in taal {language} van rij {rows}, geen dubbel artikelnummer",
        "texts in language {language} of row {rows}, not a double SKU",
    ),
    "continued": Text("vervolg van rij {rows}", "continues row {rows}"),
    # rows to ask about
    "virtual": Text(
        "{type}: een dienst, is dit een product? Zonder antwoord: nee",
        "{type}: a service, is this a product? default no",
    ),
    "bundle": Text("een set: als één product? Zonder antwoord: nee", "a set: import as one product? default no"),
    "box": Text(
        "“{words}”: een doos of display, geen verpakking; opnemen? Zonder antwoord: nee",
        "'{words}': a box or display, not a pack; import it? default no",
    ),
    "case-sku": Text(
        "{sku} verschilt van {other} (rij {rows}) alleen in hoofdletters: een ander product? Zonder antwoord: nee",
        "SKU {sku} differs from {other} (row {rows}) only by capitals: another product? default no",
    ),
    # refusals
    "double-sku": Text(
        "artikelnummer {sku} staat ook op rij {rows}, voor een ander product",
        "SKU {sku} stands on row {rows} as well, for another product",
    ),
    "ean-check": Text(
        "EAN van {count} cijfers, controlecijfer klopt niet (de rij kan zonder EAN)",
        "EAN {count} digits, check digit wrong (offered: take the row without EAN)",
    ),
    "ean-length": Text(
        "EAN van {count} cijfers: het zijn er 8, 12, 13 of 14 (de rij kan zonder EAN)",
        "EAN with {count} digits, where it has 8, 12, 13 or 14 (offered: take the row without EAN)",
    ),
    "ean-shortened": Text(
        "EAN door een spreadsheet afgekort ({value}): zet de kolom om naar tekst (de rij kan zonder EAN)",
        "EAN shortened by a spreadsheet ({value}): turn the column into text (offered: take the row without EAN)",
    ),
    "ean-words": Text("“{value}” is geen EAN (de rij kan zonder EAN)", "'{value}' is no EAN (offered: without EAN)"),
    "currency": Text("prijs in {currency}: alleen euro", "price in {currency}: only euro"),
    "price-words": Text("“{value}” is geen prijs", "'{value}' is no price"),
    "price-unclear": Text("prijs “{value}”: {reason}", "price '{value}': {reason}"),
    "part-of-cent": Text("{value} heeft een deel van een cent", "{value} has a part of a cent"),
    "magnesium-impossible": Text("magnesium {value} g per 100 g kan niet", "magnesium {value} g per 100 g cannot be"),
    "language-open": Text(
        "de taal van de teksten is niet beantwoord", "the language of the texts has not been answered"
    ),
    "cell-fault": Text("{reason}", "{reason}"),
    # how a cell was read
    "apostrophe": Text("apostrof vóór de EAN weggehaald", "text apostrophe taken off the EAN"),
    "leading-zero": Text("voorloopnul van de EAN teruggezet", "leading zero of the EAN was lost: put back"),
    "gtin-14": Text("GTIN-14 met een voorloopnul is dezelfde EAN-13", "GTIN-14 with a leading zero is the same EAN-13"),
    "in-store": Text(
        "code {value} is een winkelnummer, geen EAN van de maker",
        "code {value} is an in-store number, not an EAN of the maker",
    ),
    "same-ean": Text("dezelfde EAN als rij {rows}", "the same EAN as row {rows}"),
    "price-before": Text(
        "een prijs van eerder vraagt 30 dagen geschiedenis: apart gezet, niet getoond",
        "a price before needs 30 days of history: kept aside, not shown",
    ),
    "sale-taken": Text(
        "actieprijs {sale} genomen als prijs; de gewone prijs is {regular}",
        "sale price {sale} taken as the price; the usual price is {regular}",
    ),
    "sale-alone": Text(
        "actieprijs {sale} genomen als prijs; een gewone prijs staat er niet",
        "sale price {sale} taken as the price; there is no usual price",
    ),
    "composition-words": Text(
        "samenstelling “{value}” niet gelezen: geen lijst en niet één vorm",
        "composition '{value}' not read: neither a list nor one form",
    ),
    "sale-until": Text("actieprijs tot en met {date}", "sale price until {date}"),
    "sale-over": Text("actieprijs eindigde op {date}", "sale price ended on {date}"),
    "sale-later": Text("actieprijs begint op {date}", "sale price begins on {date}"),
    "sale-date-unclear": Text("datum van de actieprijs is niet te lezen", "date of the sale price cannot be read"),
    "price-zero": Text("prijs 0: niet ingevuld", "price 0: not filled in"),
    "high-price": Text("prijs boven 1.000 euro: kijk hem na", "price over 1,000 euro: shown for checking"),
    "stock-negative": Text("voorraad {value} gelezen als 0", "stock {value} read as 0"),
    "stock-words": Text("voorraad “{value}” is geen aantal", "stock '{value}' is no number"),
    "stock-minimum": Text("voorraad “{value}” is een minimum", "stock '{value}' is a minimum"),
    "stock-untracked": Text("voorraad wordt niet bijgehouden", "stock is not tracked"),
    "stock-out": Text("“{value}” = 0", "'{value}' = 0"),
    "no-number": Text("op voorraad zonder aantal", "in stock without a number"),
    "active-unpublished": Text(
        "actief, maar niet in de webwinkel: concept", "active but not published on the online store: draft"
    ),
    "hidden": Text("openbaar, maar verborgen in de winkel", "published but hidden in the shop"),
    "only-in-stock": Text("alleen zichtbaar met voorraad", "visible only while in stock"),
    "not-for-sale": Text("{value}: niet te koop, dus concept", "{value}: not for sale, so a draft"),
    "status-unknown": Text("status “{value}” kennen we niet", "status '{value}' is not known"),
    "no-status": Text("geen status in een feed: concept", "no status in a feed: draft"),
    "taken-from": Text("naam, merk en status van rij {rows}", "name, brand and status taken from row {rows}"),
    "no-sku": Text("geen artikelnummer in het bestand", "no SKU in the file"),
    "no-name": Text("geen naam in het bestand", "no name in the file"),
    "no-dutch-name": Text("geen Nederlandse naam in het bestand", "no Dutch name in the file"),
    "no-brand": Text("geen merk: kan zo niet openbaar", "no brand: cannot be public without one"),
    "other-sku": Text("het bestand heeft ook artikelnummer {value}", "the file has SKU {value} as well"),
    "range": Text("“{value}” is geen vast aantal per dag", "'{value}' is no fixed number a day"),
    "content-disagrees": Text("inhoud {column} en naam {name} verschillen", "content {column} and name {name} differ"),
    "several-forms": Text("meerdere vormen zonder eigen hoeveelheid", "several forms without amounts of their own"),
    "mg-unclear": Text(
        "{value} kan de verbinding of het magnesium zijn", "{value} may be the compound or the magnesium"
    ),
    "vat-high": Text("21 % btw: geen voedingssupplement?", "21 % VAT: unlikely for a food supplement"),
    "vat-unknown": Text("btw “{value}” is geen 9 of 21 %", "VAT '{value}' is neither 9 nor 21 %"),
    "grams": Text("magnesium staat in gram, niet in mg", "magnesium is in grams, not in mg"),
    "ended": Text("uit het assortiment: gearchiveerd", "discontinued: archived"),
    "capitals": Text("naam in hoofdletters gelaten", "name in capitals kept"),
}


class Note(Struct, frozen=True):
    """A note with its values."""

    code: str
    values: Values = field(default_factory=dict)

    def text(self, language: Language) -> str:
        return worded(NOTE_TEXTS[self.code], self.values, language)


def note(code: str, **values: str | Text) -> Note:
    return Note(code, values)
