"""Columns of files: those of our own layout, for import and export, and the targets of a supplier's columns."""

import re
import unicodedata
from collections.abc import Iterable

from catalog.product_state import TEXTS
from recommend.text import LANGUAGES, Text

_TEXT_COLUMNS = tuple(f"{name}_{language}" for name in TEXTS for language in LANGUAGES)

OWN: tuple[str, ...] = (
    "sku",
    "slug",
    "status",
    "brand",
    "brand_address",
    "brand_invented",
    "supplier",
    "ean",
    *_TEXT_COLUMNS,
    "dosage_form",
    "unit",
    "units_per_pack",
    "units_per_day",
    "net_quantity",
    "vegan",
    "allergens",
    "allergens_stated",
    "other_actives",
    "other_actives_stated",
    "price_eur",
    "reduced",
    "stock",
    "composition",
    "picture",
    "alt_nl",
    "alt_en",
    "more_pictures",
)
"""The columns of an export. Texts are as stored; amounts are per unit."""
VERSION = "version"
"""An optional column of an export: importing it refuses products that changed since."""
REASON_COLUMNS = frozenset(("reason", "reden"))
"""Columns with the reason of a refusal: ignored when corrected rows are imported again."""

MOST_FORMS = 3
_FORMS = tuple(
    f"{name}{'' if place == 1 else f'_{place}'}"
    for place in range(1, MOST_FORMS + 1)
    for name in ("form", "compound", "elemental", "elemental_per_day")
)
"""The columns of up to three forms."""
_TEXT_NAMES = {
    "name": Text("Naam", "Name"),
    "summary": Text("Samenvatting", "Summary"),
    "ingredients": Text("Ingrediënten", "Ingredients"),
    "directions": Text("Gebruik", "Use"),
    "storage": Text("Bewaren", "Storage"),
}
_LANGUAGE_NAMES = {"nl": Text("Nederlands", "Dutch"), "en": Text("Engels", "English")}
_FORM_NAMES = {
    "form": Text("Magnesiumvorm", "Magnesium form"),
    "compound": Text("Verbinding per stuk (mg)", "Compound per unit (mg)"),
    "elemental": Text("Elementair magnesium per stuk (mg)", "Elemental magnesium per unit (mg)"),
    "elemental_per_day": Text("Elementair magnesium per dagportie (mg)", "Elemental magnesium per daily portion (mg)"),
}


def _text_label(column: str) -> Text:
    name, language = column.rsplit("_", 1)
    of, spoken = _TEXT_NAMES[name], _LANGUAGE_NAMES[language]
    return Text(f"{of.nl} ({spoken.nl})", f"{of.en} ({spoken.en})")


def _form_label(column: str) -> Text:
    name, place = (column[:-2], column[-1]) if column[-1].isdigit() else (column, "")
    label = _FORM_NAMES[name]
    return Text(f"{label.nl} {place}".strip(), f"{label.en} {place}".strip())


TARGETS: dict[str, Text] = {
    "sku": Text("Artikelnummer (SKU)", "Article number (SKU)"),
    VERSION: Text("Versie", "Version"),
    "ean": Text("Streepjescode (EAN)", "Barcode (EAN)"),
    "brand": Text("Merk", "Brand"),
    "brand_address": Text("Adres van het merk", "Address of the brand"),
    **{column: _text_label(column) for column in _TEXT_COLUMNS},
    "dosage_form": Text("Soort product", "Kind of product"),
    "unit": Text("Eenheid (capsule, tablet, schep, ml)", "Unit (capsule, tablet, scoop, ml)"),
    "units_per_pack": Text("Eenheden per verpakking", "Units per pack"),
    "units_per_day": Text("Dagportie in eenheden", "Daily portion in units"),
    "net_quantity": Text("Inhoud in g of ml", "Content in g or ml"),
    **{column: _form_label(column) for column in _FORMS},
    "price_eur": Text("Prijs met btw", "Price with VAT"),
    "currency": Text("Munt van de prijs", "Currency of the price"),
    "stock": Text("Voorraad", "Stock"),
    "vegan": Text("Veganistisch", "Vegan"),
    "allergens": Text("Allergenen", "Allergens"),
    "allergens_stated": Text("Allergenen volledig opgegeven", "Allergens fully stated"),
    "other_actives": Text("Andere werkzame stoffen, per stuk", "Other active substances, per unit"),
    "other_actives_stated": Text("Andere stoffen volledig opgegeven", "Other substances fully stated"),
    "status": Text("Status", "Status"),
    "slug": Text("Adres in de winkel", "Address in the shop"),
    "composition": Text("Samenstelling, in onze schrijfwijze", "Composition, in our notation"),
    "pictures": Text("Adressen van afbeeldingen", "Addresses of pictures"),
}
"""The possible targets of a supplier's column, in the order of the mapping page."""

GROUPS: tuple[tuple[Text, tuple[str, ...]], ...] = (
    (Text("Artikel en merk", "Article and brand"), ("sku", "ean", "brand", "brand_address", "status", "slug", VERSION)),
    (Text("Teksten", "Texts"), _TEXT_COLUMNS),
    (
        Text("Verpakking en dagportie", "Pack and daily portion"),
        ("dosage_form", "unit", "units_per_pack", "units_per_day", "net_quantity"),
    ),
    (Text("Prijs en voorraad", "Price and stock"), ("price_eur", "currency", "stock")),
    (Text("Magnesium", "Magnesium"), (*_FORMS, "composition")),
    (
        Text("Vegan, allergenen en andere stoffen", "Vegan, allergens and other substances"),
        ("vegan", "allergens", "allergens_stated", "other_actives", "other_actives_stated"),
    ),
    (Text("Afbeeldingen", "Pictures"), ("pictures",)),
)
"""The targets by subject, each in one group, in the order of the mapping page."""

SYNONYMS = {
    "sku": "artikelnummer, artikelnr, artikelcode, artikel, article number, item number, item, external sku, code",
    "ean": "barcode, streepjescode, gtin, ean13, ean code, external gtin, upc",
    "version": "versie",
    "brand": "merk, merknaam, brand name, fabrikant",
    "brand_address": "adres merk, brand address",
    "name_nl": "naam, productnaam, titel, naam nl, omschrijving",
    "name_en": "name, product name, title, name en",
    "summary_nl": "korte omschrijving, omschrijving, beschrijving, samenvatting",
    "summary_en": "description, short description, summary",
    "ingredients_nl": "ingredienten, ingredientenlijst, ingredienten nl, samenstelling",
    "ingredients_en": "ingredients, ingredients en",
    "directions_nl": "gebruik, gebruiksadvies, gebruiksaanwijzing",
    "directions_en": "directions, usage, how to use, suggested use",
    "storage_nl": "bewaren, bewaaradvies, bewaaradvies nl",
    "storage_en": "storage, storage advice",
    "dosage_form": "toedieningsvorm, dosage form, verschijningsvorm, product format, soort",
    "unit": "eenheid",
    "units_per_pack": "aantal, stuks, aantal stuks, aantal per verpakking, stuks per verpakking, amount, pack size",
    "units_per_day": "per dag, dosering, dagdosering, dagportie, portie per dag, daily dose, per day",
    "net_quantity": "inhoud, netto inhoud, netto gewicht, nettogewicht, net weight",
    "form": "vorm, magnesiumvorm, type magnesium, magnesium form",
    "compound": "verbinding, verbinding mg, mg verbinding, compound, compound mg",
    "elemental": "elementair, elementair mg, mg elementair, magnesium mg, mg magnesium, magnesium, elemental mg",
    "elemental_per_day": "magnesium per dag, mg per dag, magnesium per dagdosering, magnesium per day",
    "price_eur": "prijs, verkoopprijs, adviesprijs, price, price eur, prijs eur, prijs incl btw, consumentenprijs",
    "currency": "munt, valuta",
    "stock": "voorraad, stock qty, quantity",
    "vegan": "veganistisch, vega, plantaardig",
    "allergens": "allergenen",
    "other_actives": "andere stoffen, overige stoffen, werkzame stoffen, actieve stoffen, other ingredients, nutrients",
}
"""Headings in suppliers' files, in the form of `plain_header`."""


def plain_header(header: str) -> str:
    """A heading in the form for comparison: lower-case letters and digits, no accents, no text in brackets."""
    bare = unicodedata.normalize("NFKD", header).casefold()
    bare = re.sub(r"\([^)]*\)|€", " ", "".join(c for c in bare if not unicodedata.combining(c)))
    return " ".join(re.findall(r"[a-z0-9]+", bare))


_WITHOUT_VAT = re.compile(r"\b(?:excl|exclusief|ex|exclusive|zonder|without|excluding|net|netto)\b")
_OF_BOX = re.compile(
    r"\b(?:per|pr|/) ?(?:doos|dozen|colli|collo|omdoos|karton|case|box|carton|tray|pallet|100|1000|kg|kilo)\b"
    r"|\b(?:doos|omdoos|colli|case|box)prijs\b"
    r"|\b(?:price|prijs) per\b(?! (?:stuk|verpakking|pot|fles|zak|product|unit|piece|pack|bottle|jar))"
)
_NOT_SELLING = re.compile(
    r"inkoop|purchase|cost|kostprijs|statiegeld|deposit|compare at|was price|price old|oude? prijs|van[- ]?prijs"
    r"|wholesale"
)
_PER_100 = re.compile(r"(?:per|/|_) ?100 ?(?:g|gr|gram|ml)\b|\b100 ?(?:g|ml)$")
_GROSS = re.compile(r"bruto|gross|verzend|shipping|package|colli")
_CURRENCY = re.compile(r"£|\$|¥|\b(?:gbp|usd|chf|sek|nok|dkk|pln|jpy|czk|huf)\b")
_AMOUNTS = ("compound", "elemental", "elemental_per_day", "other_actives")
_UNIT = re.compile(r"(?<![a-zµμ])(kg|mg|µg|μg|mcg|ug|gram|gr|g|microgram|milligram|ml|cl|dl|liter|l)(?![a-zµμ])")


def heading_fault(target: str, heading: str) -> str | None:
    """The code of the reason why a column cannot be a target by its own heading, None for none."""
    words = " ".join(re.sub(r"[().,_]", " ", heading.casefold()).split())
    if target == "price_eur":
        reasons = (
            (_WITHOUT_VAT, "price-without-vat"),
            (_OF_BOX, "price-of-box"),
            (_NOT_SELLING, "purchase-price"),
            (_CURRENCY, "foreign-currency"),
        )
        return next((code for pattern, code in reasons if pattern.search(words)), None)
    if target == "net_quantity" and _GROSS.search(words):
        return "gross-weight"
    if target.rstrip("_23") in _AMOUNTS:
        if _PER_100.search(heading.casefold()) or _PER_100.search(words):
            return "per-100"
        if "%" in heading:
            return "percentage"
    return None


def heading_unit(heading: str) -> str | None:
    """The unit that a heading names, such as "kg" of "Inhoud (kg)"; one in brackets counts before others."""
    bracketed = " ".join(re.findall(r"[(\[]([^)\]]*)[)\]]", heading.casefold()))
    for text in (bracketed, re.sub(r"\bl\b", " ", heading.casefold())):
        units = set(_UNIT.findall(text))
        if len(units) == 1:
            return str(units.pop()).replace("µ", "μ")
    return None


def _heading_words() -> frozenset[str]:
    """The headings that a heading row may have, in the form of `plain_header`."""
    own = (column.replace("_", " ") for column in (*OWN, *TARGETS, *REASON_COLUMNS))
    supplied = (word for words in SYNONYMS.values() for word in words.split(", "))
    labels = (word for label in TARGETS.values() for word in (label.nl, label.en))
    return frozenset(filter(None, map(plain_header, (*own, *supplied, *labels))))


HEADING_WORDS = _heading_words()


def is_own_layout(columns: Iterable[str]) -> bool:
    """Whether every column is one of ours and the SKU is among them; in any order, some left out."""
    names = [column.strip().casefold() for column in columns]
    return "sku" in names and all(name in OWN or name == VERSION or name in REASON_COLUMNS for name in names)
