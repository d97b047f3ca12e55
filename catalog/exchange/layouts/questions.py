"""Questions about a whole file, asked once, with the usual answer where there is one."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from catalog.exchange.layouts.recognition import ColumnUse, Layout, guessed_layout
from catalog.exchange.layouts.rows import PlacedRow, picture_list
from catalog.exchange.reading import Table
from recommend.text import Text


class Choice(Struct, frozen=True):
    """A possible answer: its key, and its words."""

    key: str
    words: Text


class Question(Struct, frozen=True):
    """A question: key, subject, reason, choices, and the key of the usual answer ("" without one)."""

    key: str
    about: Text
    why: Text
    choices: tuple[Choice, ...] = ()
    default: str = ""
    default_words: Text | None = None
    """The usual answer in words, where those of the choice do not say it all."""

    def usual(self) -> Text | None:
        """The usual answer in words, None without one."""
        if self.default_words is not None:
            return self.default_words
        return next((one.words for one in self.choices if one.key == self.default and self.default), None)


_INCLUDING = Choice("including", Text("inclusief btw", "including VAT"))
_WITHOUT_VAT = (
    Choice("excluding_9", Text("exclusief btw: tel er 9 % bij op", "excluding VAT: add 9 %")),
    Choice("excluding_21", Text("exclusief btw: tel er 21 % bij op", "excluding VAT: add 21 %")),
)
_EXCLUDING = Choice(
    "excluding",
    Text(
        "tel de btw erbij op (L = 9 %, H = 21 %) en vul de prijs in", "add VAT (L = 9 %, H = 21 %) and fill the price"
    ),
)
_LANGUAGES = {"nl": Text("Nederlands", "Dutch"), "en": Text("Engels", "English")}
_CODES = {code: Text(code, code) for code in _LANGUAGES}
"""The languages as the plan's JSON names them."""
_DUTCH = (
    "van voor met zonder een het de en per tabletten capsules poeder zie stuks inhoud magnesiumcitraat bisglycinaat "
    "citraat malaat tauraat olie maatschep stuk smaak verpakking is op"
)
_ENGLISH = (
    "the with without for of and tablets powder citrate glycinate bisglycinate malate taurate oil serving our your in "
    "from per capsules each pure"
)
_OTHER = (
    "und mit ohne für der die das kapseln tabletten pulver citrat bisglycinat malat aus von les des avec sans pour "
    "gélules comprimés poudre et du le la con sin para cápsulas polvo compresse senza"
)
_LEAST_CERTAIN = 2
"""Words by which one language must lead over the others."""


def text_language(texts: Iterable[str]) -> str:
    """The language of texts by their small words: "nl", "en", "other", or "" when it is not clear."""
    words = Counter(word for text in texts for word in set(re.findall(r"[a-zà-ÿ]+", text.casefold())))
    scores = {
        language: sum(count for word, count in words.items() if word in vocabulary)
        for language, vocabulary in (("nl", _DUTCH.split()), ("en", _ENGLISH.split()), ("other", _OTHER.split()))
    }
    (best, most), (_second, next_) = sorted(scores.items(), key=lambda item: -item[1])[:2]
    return best if most >= next_ + _LEAST_CERTAIN else ""


def questions_of(
    layout: Layout, table: Table, uses: Sequence[ColumnUse], placed: Sequence[PlacedRow], above: int
) -> tuple[Question, ...]:
    """The questions of a file, those that decide most first. `above` counts the filled rows above the heading."""
    read = [one for one in placed if one.outcome in {"product", "asked"}]
    found = [
        _other_sku(read),
        *_price(layout, table, uses, read),
        _pictures(layout, read),
        _language(layout, uses, read),
    ]
    found += _open_data() if layout.open_data else [_missing_sku(read)]
    found += [_feed_stock(layout, uses), _sheet(table), _heading_row(table, above)]
    return tuple(question for question in found if question is not None)


def _other_sku(read: Sequence[PlacedRow]) -> Question | None:
    both = [one.row for one in read if one.row.get("sku_other") and one.row.get("sku")]
    differing = next((row for row in both if row.get("sku") != row.get("sku_other")), None)
    if differing is None:
        return None
    first, second = differing.heading("sku"), differing.heading("sku_other")
    return Question(
        "sku",
        Text("artikelnummer", "article number"),
        Text(
            f"{first} en {second} zijn allebei gevuld en verschillen",
            f"{first} and {second} are both filled and differ",
        ),
        (Choice("first", Text(first, first)), Choice("other", Text(second, second))),
        "first",
    )


def _price(layout: Layout, table: Table, uses: Sequence[ColumnUse], read: Sequence[PlacedRow]) -> list[Question | None]:
    meanings = {meaning for one in read for meaning in one.row.cells}
    if "price_including" in meanings or layout.vat == "stated" or not read:
        return []
    if "price_excluding" in meanings:
        column = next(c for c, use in zip(table.columns, uses, strict=True) if use.meaning == "price_excluding")
        why = Text(
            "de prijs is zonder btw; welk tarief geldt, en is prijs + btw je verkoopprijs?",
            "the price is without VAT; which rate applies, and is price + VAT your selling price?",
        )
        leave = Choice("", Text("laat de prijs open", "leave the price open"))
        usual = Text(
            "L = 9 %, H = 21 %; er wordt niets ingevuld zonder antwoord",
            "L = 9 %, H = 21 %; proposals below, nothing is filled until this is answered",
        )
        guessing = layout.name == guessed_layout().name
        return [
            Question("price_excluding", Text(column, column), why, (leave, _EXCLUDING), "", usual if guessing else None)
        ]
    if "price" not in meanings and "sale_price" not in meanings:
        return []
    why = Text(
        f"{layout.name} zegt niet of de prijzen met btw zijn; zonder munt lezen we euro",
        f"{layout.name} does not say whether prices include VAT; without a currency they are read as euro",
    )
    about = Text("prijs met btw", "price with VAT")
    if layout.name == guessed_layout().name:
        column = next(c for c, use in zip(table.columns, uses, strict=True) if use.meaning in {"price", "sale_price"})
        about = Text(column, column)
        why = Text("de kop zegt niet of de btw erin zit", "the heading does not say whether VAT is included")
    default = "including" if layout.vat == "including" else ""
    return [Question("vat", about, why, (_INCLUDING, *_WITHOUT_VAT), default)]


FETCH = "fetch"
"""The answer that lets addresses of pictures wait to be fetched."""


def _pictures(layout: Layout, read: Sequence[PlacedRow]) -> Question | None:
    addresses = [
        a for one in read for a in (*one.pictures, *picture_list(one.row), *picture_list(one.row, "own_pictures"))
    ]
    if not addresses or layout.open_data:
        return None
    keep = Choice("keep", Text("houd de adressen in het bestand, haal niets op", "keep the addresses, fetch nothing"))
    if all(address.lower().startswith("https://") for address in addresses):
        why = Text(
            "adressen op een andere site; een import haalt zelf niets op. Wie de server beheert, haalt klaargezette"
            " adressen op met “shop catalog pictures fetch”, van de sites die in SHOP_PICTURE_HOSTS staan",
            "addresses on another site; an import itself fetches nothing. Who looks after the server fetches those put"
            " ready with “shop catalog pictures fetch”, from the sites in SHOP_PICTURE_HOSTS",
        )
        ready = Choice(FETCH, Text("zet de adressen klaar om op te halen", "put the addresses ready to be fetched"))
        return Question("pictures", Text("foto’s", "pictures"), why, (keep, ready), "keep")
    if all("://" in address for address in addresses):
        why = Text(
            "adressen op een andere site, niet alle met https://; een import neemt ze niet over",
            "addresses on another site, not all with https://; an import does not take them over",
        )
        return Question("pictures", Text("foto’s", "pictures"), why)
    example = next(address for address in addresses if "://" not in address)
    why = Text(
        f"paden zonder site: wat staat er vóór {example}? Een import neemt ze niet over",
        f"paths without a host: what stands before {example}? An import does not take them over",
    )
    return Question("pictures", Text("foto’s", "pictures"), why)


_DUTCH_HEADINGS = re.compile(r"\b(naam|prijs|omschrijving|beschrijving|voorraad|merk|artikelnummer)\b")


def _language(layout: Layout, uses: Sequence[ColumnUse], read: Sequence[PlacedRow]) -> Question | None:
    if not {"name", "summary"} & {use.meaning for use in uses}:
        return None
    texts = [
        value for one in read for m in ("name", "summary", "option_value") for _h, value in one.row.cells.get(m, ())
    ]
    spoken = text_language(texts)
    headings = " ".join(heading for one in read[:1] for cells in one.row.cells.values() for heading, _v in cells)
    dutch_headings = bool(_DUTCH_HEADINGS.search(headings.casefold()))
    if not layout.asks_language and spoken in {"", "nl"}:
        return None
    choices = tuple(Choice(key, words) for key, words in _LANGUAGES.items())
    about = Text("taal", "language")
    if spoken == "other":
        why = Text("de teksten lijken geen Nederlands en geen Engels", "texts look like neither Dutch nor English")
        return Question("language", about, why, choices, "")
    if spoken == "en" and not dutch_headings:
        return Question(
            "language", about, Text("de teksten lijken Engels", "the texts look English"), choices, "en", _CODES["en"]
        )
    why = (
        Text("de koppen zijn Nederlands", "headings are Dutch")
        if dutch_headings
        else Text("de koppen zijn niet Nederlands, de teksten wel", "headings are not Dutch, the texts are")
    )
    return Question("language", about, why, choices, "nl", _CODES["nl"])


def _open_data() -> list[Question | None]:
    return [
        Question(
            "licence",
            Text("licentie", "licence"),
            Text(
                "gegevens (ODbL) en foto’s (CC BY-SA) mogen alleen met bronvermelding gebruikt worden",
                "data (ODbL) and pictures (CC BY-SA) may only be used with their source named",
            ),
            (Choice("named", Text("ik noem de bron", "I name the source")),),
        ),
        Question(
            "price_and_stock",
            Text("prijs, voorraad", "price, stock"),
            Text("niet in dit bestand: alles komt als concept", "not in this file: come as drafts"),
        ),
        Question(
            "sku_made",
            Text("artikelnummer", "sku"),
            Text("geen artikelnummer in dit bestand", "no article number in this file"),
            (Choice("brand_and_ean", Text("gemaakt van merk en EAN", "made from brand and EAN")),),
            "brand_and_ean",
        ),
    ]


def _missing_sku(read: Sequence[PlacedRow]) -> Question | None:
    if not read or any(one.row.get("sku") or one.row.get("sku_other") for one in read):
        return None
    made = Choice("brand_and_ean", Text("gemaakt van merk en EAN", "made from brand and EAN"))
    why = Text("geen artikelnummer in dit bestand", "no article number in this file")
    return Question("sku_made", Text("artikelnummer", "sku"), why, (made,), "brand_and_ean")


def _feed_stock(layout: Layout, uses: Sequence[ColumnUse]) -> Question | None:
    if not layout.feed or "stock" in {use.meaning for use in uses}:
        return None
    why = Text("de feed zegt alleen of er voorraad is", "the feed says only in stock or not")
    return Question("stock", Text("voorraad", "stock"), why)


def _sheet(table: Table) -> Question | None:
    sheets: tuple[str, ...] = getattr(table, "sheets", ()) or ()
    sheet = getattr(table, "sheet", None)
    if len(sheets) < 2 or not sheet:  # noqa: PLR2004 - a choice needs two
        return None
    choices = tuple(Choice(name, Text(name, name)) for name in sheets)
    why = Text(f"{len(sheets)} zichtbare bladen", f"{len(sheets)} visible sheets")
    return Question("sheet", Text("werkblad", "sheet"), why, choices, sheet)


def _heading_row(table: Table, above: int) -> Question | None:
    if not above or not getattr(table, "sheet", None):
        return None
    why = Text(f"rijen 1-{table.heading_row - 1} staan erboven", f"rows 1-{table.heading_row - 1} stand above it")
    number = str(table.heading_row)
    choice = Choice(number, Text(number, number))
    return Question("heading_row", Text("rij met de koppen", "heading row"), why, (choice,), number)


def usual_answers(questions: Iterable[Question], given: Mapping[str, str]) -> dict[str, str]:
    """The given answers, and the usual ones of the other questions; those without one stay open."""
    return {question.key: given.get(question.key, question.default) for question in questions} | dict(given)
