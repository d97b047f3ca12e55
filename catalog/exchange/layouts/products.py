"""Products of a supplier's file: the fields of a row, what is proposed, asked or refused, and how it was read."""

import datetime as dt
import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct, field

from catalog.exchange.layouts import cells
from catalog.exchange.layouts.amounts import (
    PIECE_UNITS,
    LabelAmounts,
    content_of,
    daily_portion,
    dosage_form_in,
    label_amounts,
    plain,
    serving,
)
from catalog.exchange.layouts.cells import ASK, Amount, RefusedRowError
from catalog.exchange.layouts.notes import Note, note
from catalog.exchange.layouts.recognition import Layout
from catalog.exchange.layouts.rows import MeantRow, PlacedRow, options, picture_list
from catalog.exchange.row_errors import CellRefusedError, RowError
from catalog.exchange.values import dosage_form
from catalog.models import DosageForm, Status
from catalog.product_words import ALLERGENS
from recommend.chemistry import UG_PER_MG
from recommend.naming import FormNames, FormsInText
from recommend.text import Text

MOST_MAGNESIUM_G = 61
"""Grams of magnesium that 100 g of any compound can contain: the oxide has 60.3 %."""
BAD_EAN, WITHOUT_EAN = "bad_ean", "without"
"""The key of the offer for rows whose EAN is wrong, and the answer that takes them without one."""
NO_FAULT_MEANINGS = {"ignore", "ask"}
_LEAST_ALLERGEN_LETTERS = 4
_ALLERGEN_WORDS = {
    word: allergen
    for allergen, words in ALLERGENS.items()
    for word in (allergen.value, words.name.nl, *words.synonyms.split())
    if len(word) >= _LEAST_ALLERGEN_LETTERS
}
TAKE = "take"
"""The answer that takes what long texts say: the composition, or the ingredients."""
FOR_ALL = "all:"
"""Begins the key of an answer that gives a field the same value in all rows that leave it out."""
_RATES = {"excluding": 9, "excluding_9": 9, "excluding_21": 21}


class ReadProduct(Struct):
    """A row as a product. `fields` are in the order of a plan; a value may be "ask"."""

    number: int
    fields: dict[str, Any] = field(default_factory=dict)
    proposals: dict[str, Any] = field(default_factory=dict)
    notices: list[Note] = field(default_factory=list)
    refused: Note | None = None
    asked: Note | None = None
    column: str = ""
    """The heading of the cell that refuses the row."""
    states_status: bool = False
    """Whether the file says the status; else a product keeps the one that it has."""
    line: tuple[str, int] | None = None
    """Form and micrograms of elemental magnesium per unit, where columns state both, or an answer takes `read_line`."""
    read_line: tuple[str, int] | None = None
    """The same as the texts say it, for one unit of the product."""

    def refuse(self, why: Note, column: str) -> None:
        if self.refused is None:
            self.refused, self.column = why, column


class ProductReader:
    """Reads placed rows by a layout and the answers on its questions, by their keys."""

    def __init__(
        self, layout: Layout, meanings: Collection[str], answers: Mapping[str, str], names: FormNames, today: dt.date
    ) -> None:
        self._layout, self._answers, self._names, self._today = layout, answers, names, today
        self._says_tracked = "stock_tracker" in meanings

    def read(self, placed: PlacedRow) -> ReadProduct:
        row, product = placed.row, ReadProduct(placed.row.number)
        if row.error:
            product.refuse(note("cell-fault", reason=row.error), "")
        attributes = _attributes(row.get("attributes"))
        self._sku(placed, product)
        self._names_and_texts(placed, product)
        self._price(row, product)
        self._stock(row, product)
        self._ean(row, attributes, product)
        self._brand(placed, attributes, product)
        self._amounts(placed, product)
        self._portion(row, attributes, product)
        self._composition(placed, attributes, product)
        self._status(placed, product)
        product.fields["pictures"] = list(dict.fromkeys(self._pictures(placed)))
        for meaning, (column, code) in row.faults.items():
            if meaning not in NO_FAULT_MEANINGS:
                error = RowError(code)
                product.refuse(note("cell-fault", reason=Text(error.text("nl"), error.text("en"))), column)
                product.fields.pop({"price": "price_cents"}.get(meaning, meaning), None)
        return product

    def _sku(self, placed: PlacedRow, product: ReadProduct) -> None:
        row = placed.row
        sku, other = row.get("sku").lstrip("'"), row.get("sku_other").lstrip("'")
        if self._answers.get("sku") == "other":
            sku, other = other, sku
        sku = sku or other
        product.fields["sku"] = sku or ASK
        if other and other != sku:
            product.notices.append(note("other-sku", value=other))
        if not sku and not self._layout.open_data:
            product.notices.append(note("no-sku"))
            if row.get("group"):
                product.proposals["sku"] = "made from the handle"

    def _names_and_texts(self, placed: PlacedRow, product: ReadProduct) -> None:
        row, parent, guarded = placed.row, placed.parent, self._layout.guarded
        fields = product.fields
        name = row.get("name") or row.get("name_nl")
        if not name and parent is not None:
            name = parent.get("name") or parent.get("name_nl")
            product.notices.append(note("taken-from", row=str(parent.number), rows=str(parent.number)))
        name = cells.one_line(name, guarded=guarded)
        english = cells.one_line(row.get("name_en"), guarded=guarded)
        fields["name"] = _with_options(name, options(row)) or ASK
        if english:
            english = _with_options(english, options(row, "option_en") or options(row))
            named_in = fields if name else product.proposals
            named_in["name_en"] = english
        if not name:
            product.notices.append(note("no-dutch-name" if english else "no-name"))
        elif name.isupper():
            product.notices.append(note("capitals"))
        self._texts(placed, product)

    def _texts(self, placed: PlacedRow, product: ReadProduct) -> None:
        row, parent = placed.row, placed.parent
        for target, meanings in (("summary", ("summary", "summary_nl")), ("summary_en", ("summary_en",))):
            given = next(filter(None, (row.get(m) or (parent.get(m) if parent else "") for m in meanings)), "")
            if text := cells.prose(given, guarded=self._layout.guarded):
                product.fields[target] = text
        for target in ("ingredients", "directions", "storage"):
            if text := cells.prose(row.get(target) or (self._listed(row) if target == "ingredients" else "")):
                product.fields[target] = re.sub(r"_([^_\s][^_]*)_", r"\1", text) if self._layout.open_data else text
        if english := placed.translations.get("en"):
            product.fields |= _translated(english)

    @staticmethod
    def _listed(row: MeantRow) -> str:
        """A cell on the composition that is a list of ingredients."""
        words = row.get("composition_words")
        return words if re.search(r"[,;]", words) else ""

    def _price(self, row: MeantRow, product: ReadProduct) -> None:
        product.fields |= {"price_cents": None, "price_before_cents": None}
        meaning = next((m for m in ("price_including", "price_excluding", "price") if row.get(m)), "")
        try:
            if currency := row.get("currency"):
                cells.price(f"1 {currency}", point=True)
            regular = self._amount(row, meaning) if meaning else None
            sale = self._sale(row, product)
        except RefusedRowError as refused:
            product.refuse(refused.why, row.heading(meaning or "sale_price"))
            del product.fields["price_cents"], product.fields["price_before_cents"]
            return
        before = self._amount_or_none(row, "price_before", product)
        price = regular
        if sale is not None and (regular is None or sale.euro < regular.euro):
            price, before = sale, regular
            values = {"sale": row.get("sale_price")} | ({"regular": row.get(meaning)} if regular else {})
            product.notices.append(note("sale-taken" if regular else "sale-alone", **values))
        if price is None:
            return
        if not price.euro:
            product.notices.append(note("price-zero"))
            product.fields["price_cents"] = ASK
            return
        self._set_price(row, meaning or "price", price, product)
        if before is not None and before.euro > price.euro and product.fields["price_cents"] != ASK:
            product.fields["price_before_cents"] = before.cents
            product.notices.append(note("price-before"))

    def _set_price(self, row: MeantRow, meaning: str, price: Amount, product: ReadProduct) -> None:
        """Cents, or "ask" with what they would be, by the answer on VAT."""
        stated = self._layout.vat == "stated" or meaning == "price_including"
        key = "price_excluding" if meaning == "price_excluding" else "vat"
        answer = "including" if stated else self._answers.get(key, "")
        rate = cells.vat_rate(row.get("vat_rate"))
        if row.get("vat_rate") and rate is None:
            product.notices.append(note("vat-unknown", value=row.get("vat_rate")))
        if rate == _RATES["excluding_21"]:
            product.notices.append(note("vat-high"))
        if answer == "including":
            if price.cents is None:
                product.refuse(note("part-of-cent", value=str(price.euro)), row.heading(meaning))
            product.fields["price_cents"] = price.cents
            if (price.cents or 0) > cells.HIGH_PRICE_CENTS:
                product.notices.append(note("high-price"))
            return
        excluding = price.with_vat(rate or _RATES.get(answer, 9))
        if answer:
            product.fields["price_cents"] = excluding
            return
        product.fields["price_cents"] = ASK
        if meaning == "price_excluding":
            product.proposals["price_cents"] = excluding
        else:
            part = f"refused: {price.euro} has a part of a cent"
            product.proposals["price_cents_if_including"] = part if price.cents is None else price.cents
            product.proposals["price_cents_if_excluding"] = excluding

    def _amount(self, row: MeantRow, meaning: str) -> Amount:
        return cells.price(row.get(meaning), point=self._layout.decimals == "point" or meaning in row.typed)

    def _amount_or_none(self, row: MeantRow, meaning: str, product: ReadProduct) -> Amount | None:
        """An amount that the price does not depend on: an unreadable one is only said."""
        if not row.get(meaning):
            return None
        try:
            amount = self._amount(row, meaning)
        except RefusedRowError as refused:
            product.notices.append(refused.why)
            return None
        return amount if amount.euro else None

    def _sale(self, row: MeantRow, product: ReadProduct) -> Amount | None:
        """The sale price, when there is one and it counts today."""
        if not row.get("sale_price"):
            return None
        sale = self._amount(row, "sale_price")
        if not sale.euro:
            return None
        from_, _, to = row.get("sale_dates").partition("/")
        from_, to = row.get("sale_from") or from_, row.get("sale_to") or to
        begins, ends = cells.date(from_), cells.date(to)
        if (from_ and begins is None) or (to and ends is None):
            product.notices.append(note("sale-date-unclear"))
            return None
        if ends is not None and ends < self._today:
            product.notices.append(note("sale-over", date=ends.isoformat()))
            return None
        if begins is not None and begins > self._today:
            product.notices.append(note("sale-later", date=begins.isoformat()))
            return None
        if ends is not None:
            product.notices.append(note("sale-until", date=ends.isoformat()))
        return sale

    def _stock(self, row: MeantRow, product: ReadProduct) -> None:
        read = cells.stock(row.get("stock"))
        untracked = row.says("stock_counted", ("0", "n", "no", "nee", "false")) or (
            self._says_tracked and bool(row.get("stock")) and not row.get("stock_tracker")
        )
        said = row.get("in_stock") or row.get("availability")
        flag = cells.stock(said) if said else None
        product.fields["stock"] = read.count
        how, proposal = read.how, read.proposal
        if untracked:
            product.fields["stock"], how, proposal = ASK, note("stock-untracked"), None
        elif flag is not None and flag.count == 0:
            product.fields["stock"], how, proposal = 0, flag.how if read.count else how, None
        elif flag is not None and read.count is None:
            product.fields["stock"], how = ASK, note("no-number")
        product.notices += [how] if how else []
        if proposal is not None:
            product.proposals["stock"] = proposal

    def _ean(self, row: MeantRow, attributes: Mapping[str, str], product: ReadProduct) -> None:
        meaning = next((m for m in ("ean", "ean_other") if row.get(m)), "attributes")
        value = row.get(meaning) if meaning != "attributes" else _first(attributes, "ean", "gtin", "barcode", "ean13")
        if row.get("ean_kind") and not row.says("ean_kind", ("ean", "gtin", "upc")):
            value = ""
        try:
            product.fields["ean"], how = cells.barcode(value)
            product.notices += [how] if how else []
        except RefusedRowError as refused:
            if self._answers.get(BAD_EAN) == WITHOUT_EAN:
                product.fields["ean"] = None
                product.notices.append(refused.why)
            else:
                product.refuse(refused.why, row.heading(meaning))

    def _brand(self, placed: PlacedRow, attributes: Mapping[str, str], product: ReadProduct) -> None:
        given = placed.row.get("brand") or (placed.parent.get("brand") if placed.parent else "")
        given = given or _first(attributes, "manufacturer", "brand", "merk")
        brand = cells.one_line(given.split(">")[-1], guarded=self._layout.guarded)
        if self._layout.open_data or self._layout.guarded:
            brand = brand.split(",")[0].strip()
        brand = brand or self._answers.get(f"{FOR_ALL}brand", "")
        product.fields["brand"] = brand or ASK
        if not brand:
            product.notices.append(note("no-brand"))

    def _amounts(self, placed: PlacedRow, product: ReadProduct) -> None:
        row, fields = placed.row, product.fields
        stated = _stated_content(row)
        texts = [*options(row), row.get("name") or row.get("name_nl") or row.get("name_en")]
        texts += [placed.parent.get("name")] if placed.parent and not texts[-1] else []
        named = _merged([label_amounts(text) for text in texts if text])
        pieces, content = _agreed(stated, named, product)
        box = stated.box or named.box
        if box:
            product.asked = note("box", words=box)
        if count := row.get("units_per_pack"):
            number = label_amounts(f"{count} stuks" if count.isdecimal() else count).pieces
            unclear = named.unclear_pieces or stated.unclear_pieces
            agrees = number is not None and (pieces in {None, number} or unclear == number)
            pieces = number if agrees else ASK
        fields["net_quantity"], fields["units_per_pack"] = content, pieces
        form = self._dosage_form(placed) or stated.dosage_form or named.dosage_form
        if form is not None:
            fields["dosage_form"] = form.value

    def _dosage_form(self, placed: PlacedRow) -> DosageForm | None:
        given = placed.row.get("dosage_form") or (placed.parent.get("dosage_form") if placed.parent else "")
        if not given:
            return None
        try:
            return dosage_form(given)
        except CellRefusedError:
            return dosage_form_in(given)

    def _portion(self, row: MeantRow, attributes: Mapping[str, str], product: ReadProduct) -> None:
        given = row.get("units_per_day")
        asked = _first(attributes, "dosering", "dosage", "dagdosering")
        product.fields["units_per_day"] = None
        if given or asked:
            portion = daily_portion(given or asked)
            product.fields["units_per_day"] = portion.units if given and portion.units else ASK
            proposal = portion.proposal if portion.units is None else portion.units
            if product.fields["units_per_day"] == ASK:
                product.notices.append(note("range", value=given or asked))
                if proposal:
                    product.proposals["units_per_day"] = proposal
        elif (portion_served := serving(row.get("serving"))) and portion_served[0] > 1:
            product.fields["units_per_day"] = ASK
            product.proposals["units_per_day"] = portion_served[0]

    def _composition(self, placed: PlacedRow, attributes: Mapping[str, str], product: ReadProduct) -> None:
        row, fields = placed.row, product.fields
        fields["composition"] = ASK
        unit = {"capsule": "capsule", "tablet": "tablet"}.get(fields.get("dosage_form", ""))
        forms = self._forms(row, product)
        amount = _elemental_ug(row, product)
        if forms and len(forms.forms) > 1:
            product.notices.append(note("several-forms"))
        elif forms and len(forms.forms) == 1 and not forms.unclear and amount and unit:
            product.line = (forms.forms[0], amount)
            fields["composition"] = f"{forms.forms[0]}: elemental {_mg(amount)} mg per {unit}, compound unknown"
            return
        if strength := re.search(r"[0-9][0-9.,]* ?mg\b", plain(str(fields.get("name", "")))):
            product.notices.append(note("mg-unclear", value=strength[0]))
        self._propose_label(row, product)
        proposal = self._proposed_composition(placed, attributes, product)
        if proposal:
            product.proposals["composition"] = proposal
            product.read_line = None if self._layout.open_data else _line_of(proposal, unit)
        if product.read_line and self._answers.get("composition") == TAKE:
            product.line = product.read_line
            fields["composition"] = product.proposals.pop("composition")
        if self._answers.get("ingredients") == TAKE and "ingredients" in product.proposals:
            fields.setdefault("ingredients", product.proposals["ingredients"])

    def _forms(self, row: MeantRow, product: ReadProduct) -> FormsInText | None:
        """The forms that a column names; a column on the composition counts when it is no list of ingredients."""
        if words := row.get("form"):
            return self._names.forms_in(words)
        words = row.get("composition_words")
        if not words or self._listed(row):
            return None
        found = self._names.forms_in(words)
        if not found.forms or found.unclear:
            product.notices.append(note("composition-words", value=words))
        return found

    def _propose_label(self, row: MeantRow, product: ReadProduct) -> None:
        """Ingredients named in a long text, and allergens between underscores, as proposals."""
        text = cells.prose(row.get("ask"), guarded=self._layout.guarded)
        if listed := re.search(r"(?:^|\n)Ingredi[eë]nt(?:en|s)\s*[:\n]\s*(.+)", text, re.IGNORECASE):
            product.proposals["ingredients"] = listed[1].strip()
        if not self._layout.open_data:
            return
        found: dict[str, None] = {}
        for word in re.findall(r"_([^_\s][^_]*)_", row.get("ingredients")):
            name = next((a.value for part, a in _ALLERGEN_WORDS.items() if part in word.casefold()), word)
            found[name] = None
        if found:
            product.proposals["allergens"] = f"{', '.join(found)} (underscores)"

    def _proposed_composition(
        self, placed: PlacedRow, attributes: Mapping[str, str], product: ReadProduct
    ) -> str | None:
        row, name = placed.row, str(product.fields.get("name", ""))
        if self._layout.open_data:
            return self._nutrients(row, name, product)
        form = self._form_in(_first(attributes, "vorm_magnesium", "magnesium_form", "vorm") or name)
        unit = product.fields.get("dosage_form", "unit")
        if elemental := re.match(
            r"[0-9]+(?:[.,][0-9]+)?", _first(attributes, "mg_elementair", "elementair", "elemental")
        ):
            return f"{form}: elemental {elemental[0]} mg per {unit}"
        if feature := _feature_composition(row.get("features")):
            return f"{self._form_in(feature[0])}: {feature[1]} (features)"
        free = " ".join(value for m in ("free_text",) for _h, value in row.cells.get(m, ()))
        if stated := re.search(r"elementa\w+\D{0,20}([0-9]+(?:[.,][0-9]+)?) ?mg per (\w+)", plain(free)):
            return f"{form}: elemental {stated[1]} mg per {stated[2]} (free field {row.heading('free_text')})"
        texts = (str(product.fields.get("summary", "")), cells.prose(row.get("ask"), guarded=self._layout.guarded))
        return next(filter(None, map(self._composition_in_text, texts)), None)

    def _composition_in_text(self, text: str) -> str | None:
        text = plain(text)
        found = re.search(
            r"per (\w+):? ([0-9]+(?:[.,][0-9]+)?) ?mg ([\w -]{4,40}?),? (?:waarvan|of which|davon) "
            r"([0-9]+(?:[.,][0-9]+)?) ?mg (?:elementair |elemental )?magnesium",
            text,
        )
        if found is None:
            return None
        form = self._form_in(found[3])
        amounts = f"compound {found[2]} mg, elemental {found[4]} mg per {found[1]}"
        return f"{form}: {amounts} (read in the text, only as a proposal)"

    def _nutrients(self, row: MeantRow, name: str, product: ReadProduct) -> str | None:
        """A proposal from grams per 100 g or per serving; impossible amounts refuse the row."""
        per_100, per_serving = (_grams(row.get(m)) for m in ("magnesium_100g", "magnesium_serving"))
        if per_100 is not None and per_100 > MOST_MAGNESIUM_G:
            product.refuse(note("magnesium-impossible", value=row.get("magnesium_100g")), row.heading("magnesium_100g"))
            return None
        if per_100 is not None or per_serving is not None:
            product.notices.append(note("grams"))
        form = self._form_in(f"{name} {row.get('ingredients')}")
        portion = serving(row.get("serving"))
        if per_serving and portion:
            mg = per_serving * 1000 / portion[0]
            prefix = f"{form}: elemental" if form != "form unknown" else "elemental"
            served = f" ({per_serving:f} g per {portion[0]} {portion[1]}s)" if portion[0] > 1 else ""
            tail = "" if form != "form unknown" else ", form unknown"
            return f"{prefix} {mg.normalize():f} mg per {portion[1]}{tail}{served}"
        if per_100 and product.fields.get("dosage_form") == DosageForm.POWDER:
            return f"{form}: elemental {(per_100 * 10).normalize():f} mg per gram ({per_100:f} g per 100 g)"
        return None

    def _form_in(self, text: str) -> str:
        found = self._names.forms_in(text).forms if text else ()
        if not found:
            # A form beside other words, such as "poeder citraat", has a name of its own.
            words = (self._names.forms_in(word).forms for word in re.findall(r"\w{5,}", text))
            found = tuple({form for forms in words for form in forms})
        return found[0] if len(found) == 1 else "form unknown"

    def _status(self, placed: PlacedRow, product: ReadProduct) -> None:
        row = placed.parent if placed.parent and not _says_status(placed.row) else placed.row
        found: Status | str | None = self._stated_status(row, product)
        product.states_status = found is not None
        if found is None and self._layout.feed:
            product.notices.append(note("no-status"))
            product.proposals["status"] = Status.DRAFT.value
            found = ASK
        hidden = row.says("visibility", ("hidden", "none", "nowhere"))
        if found == Status.PUBLISHED and hidden:
            product.notices.append(note("hidden"))
            found = ASK
        if found == Status.PUBLISHED and row.says("orderable", ("0", "no", "nee", "false")):
            product.notices.append(note("not-for-sale", value=row.heading("orderable")))
            found = Status.DRAFT
        if row.get("ended") and not row.says("ended", ("nee", "no", "0", "n", "false")):
            product.notices.append(note("ended"))
            found, product.states_status = Status.ARCHIVED, True
        lacks = ASK in {product.fields["name"], product.fields["brand"]}
        product.fields["status"] = (
            Status.DRAFT.value if lacks and found == Status.PUBLISHED else str(found or Status.DRAFT)
        )

    def _stated_status(self, row: MeantRow, product: ReadProduct) -> Status | str | None:
        if word := row.get("visible"):
            if word.casefold() == "s":
                product.notices.append(note("only-in-stock"))
                product.proposals["status"] = Status.PUBLISHED.value
                return ASK
            return cells.published(word) or ASK
        if word := row.get("enabled"):
            return Status.PUBLISHED if word in {"1", "Enabled"} else Status.DRAFT
        return self._status_and_published(row, product)

    def _status_and_published(self, row: MeantRow, product: ReadProduct) -> Status | str | None:
        if row.says("on_hold", ("true", "1", "ja")):
            return Status.DRAFT
        stated = cells.status_word(row.get("status")) if row.get("status") else None
        shown = cells.published(row.get("published")) if row.get("published") else None
        for meaning, found in (("status", stated), ("published", shown)):
            if row.get(meaning) and found is None:
                product.notices.append(note("status-unknown", value=row.get(meaning)))
                return ASK
        if stated == Status.PUBLISHED and shown == Status.DRAFT:
            product.notices.append(note("active-unpublished"))
            return Status.DRAFT
        return stated or shown

    def _pictures(self, placed: PlacedRow) -> list[str]:
        own = picture_list(placed.row, "own_pictures")
        if self._layout.group == "continued":
            return own + list(placed.pictures)
        return own + picture_list(placed.row) + list(placed.pictures)


_PROPOSED = re.compile(
    r"(?P<form>\S+): (?:compound \S+ mg, )?elemental (?P<mg>[0-9]+(?:[.,][0-9]+)?) mg per (?P<unit>\w+)"
)
"""A proposal of a composition with one form and its magnesium."""


def _line_of(proposal: str, unit: str | None) -> tuple[str, int] | None:
    """Form and micrograms of a proposal for one unit of the product; None for another unit, or without a form."""
    found = _PROPOSED.match(proposal)
    if found is None or found["unit"] != unit:
        return None
    ug = Decimal(found["mg"].replace(",", ".")) * UG_PER_MG
    return (found["form"], int(ug)) if ug == ug.to_integral_value() else None


def _says_status(row: MeantRow) -> bool:
    return any(row.get(meaning) for meaning in ("status", "published", "visible", "enabled"))


def _translated(row: MeantRow) -> dict[str, str]:
    """The English texts of a row of another store view."""
    texts = {"name_en": cells.one_line(row.get("name")), "summary_en": cells.prose(row.get("summary"))}
    return {name: text for name, text in texts.items() if text}


def _with_options(name: str, chosen: list[str]) -> str:
    """The name of a variant: parent and options, those left out that the name has already."""
    new = [option for option in map(cells.one_line, chosen) if option and plain(option) not in plain(name)]
    return f"{name} – {' / '.join(new)}" if name and new else name


_ATTRIBUTE = re.compile(r'\s*([^=,"]+)=("(?:[^"]|"")*"|[^,]*)(?:,|$)')


def _attributes(value: str) -> dict[str, str]:
    """The attributes of a Magento cell by their code; commas in quotes are part of a value."""
    found = _ATTRIBUTE.findall(value)
    return {key.strip().casefold(): text.strip('"').replace('""', '"').strip() for key, text in found}


def _feature_composition(value: str) -> tuple[str, str] | None:
    """Form and amount of features such as "Vorm:Citraat:1,Per stuk:100 mg:2"; None without both."""
    form = re.search(r"(?:^|,)\s*[^:,]*(?:vorm|form)[^:,]*:([^:,]+)", value, re.IGNORECASE)
    amount = re.search(r"(?:^|,)\s*([^:,]*(?:per|elementa)[^:,]*):([^:,]*mg)\b", value, re.IGNORECASE)
    return (form[1].strip(), f"{amount[1].strip()} {amount[2].strip()}") if form and amount else None


def _first(attributes: Mapping[str, str], *codes: str) -> str:
    return next((attributes[code] for code in codes if attributes.get(code)), "")


_HEADING_UNIT = re.compile(r"\b(kg|gram|gr|g|ml|cl|l|liter|stuks)\b")


def _stated_content(row: MeantRow) -> LabelAmounts:
    """The amounts in the columns of content; a number needs a unit in its cell, its heading or the unit column."""
    value = row.get("content")
    if not value:
        return LabelAmounts()
    unit = row.get("content_unit")
    if not re.fullmatch(r"[0-9]+(?:[.,][0-9]+)?", value):
        read = label_amounts(value)
        nothing = read.pieces is None and read.content is None
        unclear = nothing and read.unclear_pieces is None and read.unclear_content is None
        return LabelAmounts(dosage_form=read.dosage_form, unclear_content="") if unclear else read
    named = _HEADING_UNIT.search(plain(row.heading("content")))
    unit = unit or (named[1] if named else "")
    number = Decimal(value.replace(",", "."))
    if plain(unit) in PIECE_UNITS and number == number.to_integral_value():
        return LabelAmounts(pieces=int(number))
    content = content_of(number, unit)
    return LabelAmounts(content=content) if content else LabelAmounts(unclear_content="")


def _merged(found: list[LabelAmounts]) -> LabelAmounts:
    """The amounts of option and name; the option comes first."""

    def first(name: str) -> Any:
        return next((getattr(one, name) for one in found if getattr(one, name) is not None), None)

    pieces, content = first("pieces"), first("content")
    return LabelAmounts(
        pieces,
        content,
        first("dosage_form"),
        first("unclear_pieces") if pieces is None else None,
        first("unclear_content") if content is None and pieces is None else None,
        first("box"),
    )


def _agreed(stated: LabelAmounts, named: LabelAmounts, product: ReadProduct) -> tuple[int | str | None, str | None]:
    """Pieces and content by column and name; "ask" where they differ or are not clear."""
    pieces: int | str | None = stated.pieces if stated.pieces is not None else named.pieces
    if stated.pieces is not None and named.pieces not in {None, stated.pieces}:
        product.notices.append(note("content-disagrees", column=str(stated.pieces), name=str(named.pieces)))
        pieces = ASK
    unclear = stated.unclear_pieces if stated.unclear_pieces is not None else named.unclear_pieces
    if pieces is None and unclear is not None:
        pieces = ASK
        if unclear:
            product.proposals["units_per_pack"] = unclear
    content: str | None = str(stated.content or named.content or "") or None
    if stated.content and named.content and stated.content != named.content:
        product.notices.append(note("content-disagrees", column=str(stated.content), name=str(named.content)))
        content = ASK
    unclear_content = stated.unclear_content if stated.unclear_content is not None else named.unclear_content
    if content is None and pieces is None and unclear_content is not None:
        content = ASK
        if unclear_content:
            product.proposals["net_quantity"] = unclear_content
    return pieces, content


def _elemental_ug(row: MeantRow, product: ReadProduct) -> int | None:
    """Micrograms of elemental magnesium per unit, from a column per unit or one per day with a clear portion."""
    meaning = "elemental" if row.get("elemental") else "elemental_per_day"
    match = re.fullmatch(
        r"([0-9]+(?:[.,][0-9]+)?) ?(mg|g|µg|mcg)?(?: (?:elementair|magnesium))*", plain(row.get(meaning))
    )
    if match is None:
        return None
    heading = re.search(r"\b(mg|g|gram|µg|mcg)\b", plain(row.heading(meaning)))
    unit = match[2] or (heading[1] if heading else "mg")
    amount = Decimal(match[1].replace(",", ".")) * {"g": 1000, "gram": 1000, "mg": 1}.get(unit, Decimal("0.001"))
    if meaning == "elemental_per_day":
        portion = product.fields.get("units_per_day")
        if not isinstance(portion, int) or not portion:
            return None
        amount /= portion
    ug = amount * UG_PER_MG
    return int(ug) if ug == ug.to_integral_value() else None


def _mg(ug: int) -> str:
    return f"{(Decimal(ug) / UG_PER_MG).normalize():f}"


def _grams(value: str) -> Decimal | None:
    return Decimal(value.replace(",", ".")) if re.fullmatch(r"[0-9]+(?:[.,][0-9]+)?", value) else None
