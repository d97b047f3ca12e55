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
    "summary": Text("Korte tekst", "Short text"),
    "ingredients": Text("Ingrediënten", "Ingredients"),
    "directions": Text("Gebruik", "Directions"),
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
    "dosage_form": Text("Toedieningsvorm", "Dosage form"),
    "unit": Text("Eenheid (capsule, tablet, schep, ml)", "Unit (capsule, tablet, scoop, ml)"),
    "units_per_pack": Text("Stuks per verpakking", "Units per pack"),
    "units_per_day": Text("Dagportie in stuks", "Daily portion in units"),
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
    "slug": Text("Adres op de site", "Address on the site"),
    "composition": Text("Samenstelling, in onze schrijfwijze", "Composition, in our notation"),
}
"""The possible targets of a supplier's column, in the order of the mapping page."""

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
    "dosage_form": "toedieningsvorm, verschijningsvorm, product format, soort",
    "unit": "eenheid",
    "units_per_pack": "aantal, stuks, aantal stuks, aantal per verpakking, stuks per verpakking, amount, pack size",
    "units_per_day": "per dag, dosering, dagdosering, dagportie, portie per dag, daily dose, per day",
    "net_quantity": "inhoud, netto inhoud, gewicht, netto gewicht, net weight, weight",
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


def is_own_layout(columns: Iterable[str]) -> bool:
    """Whether every column is one of ours and the SKU is among them; in any order, some left out."""
    names = [column.strip().casefold() for column in columns]
    return "sku" in names and all(name in OWN or name == VERSION or name in REASON_COLUMNS for name in names)
