"""Searches as the shopper reads them: wishes in words, notices, and answers with their links."""

from collections.abc import Callable
from typing import Any

from flask import url_for
from msgspec import Struct

from catalog.search.facets import Facet
from catalog.search.matching import Search
from catalog.search.wish_words import Choice
from catalog.search.wishes import (
    EU_LIMIT_MG,
    UG_PER_MG,
    CheapFirst,
    Has,
    Item,
    Lacks,
    Limit,
    ParsedWord,
    Quantity,
)
from recommend.knowledge import Note, Ruleset
from recommend.search_answers import FoundAnswer, SearchAnswer
from shop.listing.facet_groups import label
from shop.listing.query import ListingQuery
from shop.web.i18n import gettext as _
from shop.web.i18n import in_current_language
from shop.web.number_format import euro, fine_euro, whole_milligrams

_ENDPOINTS = {
    "guide": "pages.guide",
    "forms": "compounds.index",
    "finder": "finder.start",
    "compare": "compare.products",
    "compare_forms": "compare.forms",
    "choosing": "pages.choosing",
    "ranking": "pages.ranking",
    "colophon": "pages.colophon",
    "withdrawal": "withdrawal.find",
    "privacy": "pages.privacy",
    "products": "listing.products",
}


class WishChip(Struct, frozen=True):
    """A part of a search in words, with the address of the listing without it."""

    label: str
    query: dict[str, Any]


class AnswerBlock(Struct, frozen=True):
    """An answer in the shopper's language, with its safety notes and links."""

    id: str
    title: str
    text: str
    notes: list[Note]
    links: list[tuple[str, str]]


def wish_chips(found: Search, wanted: ListingQuery, ruleset: Ruleset) -> list[WishChip]:
    """Every part of a search, as read; one part alone goes with the search as a whole."""
    shown = [item for item in found.items if in_words(item, ruleset)]
    return [WishChip(in_words(item, ruleset), wanted.query_for(found.without(item))) for item in shown]


def in_words(item: Item, ruleset: Ruleset) -> str:
    """A part of a search as it was read; empty for what was not."""
    meaning = item.meaning
    if isinstance(meaning, Limit):
        return _limit_in_words(meaning)
    if isinstance(meaning, Has):
        return _choice_in_words(meaning.choice, meaning.without, ruleset)
    if isinstance(meaning, Lacks):
        return str(_("without %(what)s", what=_ingredient_names()[meaning.ingredients.name]))
    if isinstance(meaning, CheapFirst):
        return str(_("cheapest per 100 mg first"))
    if isinstance(meaning, ParsedWord):
        word = f"“{item.read_as or meaning.word}”"
        return str(_("without %(what)s", what=word)) if meaning.negation else word
    return ""


def _limit_in_words(limit: Limit) -> str:
    amount, whole = _amounts()[limit.quantity]
    least, most = (None if bound is None else amount(bound) for bound in (limit.least, limit.most))
    if least is not None and most is not None:
        return str(whole) % {"amount": least if least == most else _("%(least)s to %(most)s", least=least, most=most)}
    bounded = _("at most %(amount)s", amount=most) if most is not None else _("at least %(amount)s", amount=least)
    return str(whole) % {"amount": bounded}


def _amounts() -> dict[Quantity, tuple[Callable[[int], str], str]]:
    """By quantity: an amount of it as written, and the phrase around one."""
    return {
        Quantity.PRICE: (euro, "%(amount)s"),
        Quantity.PRICE_PER_DAY: (_price, _("%(amount)s per day")),
        Quantity.PRICE_PER_100MG: (_price, _("%(amount)s per 100 mg magnesium")),
        Quantity.MG_PER_DAY: (lambda ug: whole_milligrams(_on_label(ug)), _("%(amount)s per day")),
        Quantity.UNITS_PER_PACK: (str, _("%(amount)s in a pack")),
        Quantity.UNITS_PER_DAY: (str, _("%(amount)s per day")),
        Quantity.DAYS_SUPPLY: (str, _("enough for %(amount)s days")),
    }


def _price(tenths: int) -> str:
    return euro(tenths // 10) if tenths % 10 == 0 else fine_euro(tenths)


def _on_label(ug: int) -> int:
    """Micrograms as asked for: limits have half a milligram of room."""
    return (ug + UG_PER_MG // 2 - 1) // UG_PER_MG * UG_PER_MG if ug % UG_PER_MG else ug


def _choice_in_words(choice: Choice, without: bool, ruleset: Ruleset) -> str:
    names = list(dict.fromkeys(label(choice.facet, value, ruleset) for value in choice.values))
    if choice.facet is Facet.FORM:
        names = names[:1]
    together = str(_(" or ")).join(names)
    if not without or choice.facet in (Facet.WITHOUT, Facet.WITHOUT_ACTIVE):
        return together
    if choice.facet is Facet.VEGAN:
        return str(_("not vegan"))
    if choice.facet is Facet.IN_STOCK:
        return str(_("sold out"))
    return str(_("no %(what)s", what=together))


def _ingredient_names() -> dict[str, str]:
    return {
        "gelatine": str(_("gelatine")),
        "fillers": str(_("fillers")),
        "stearate": str(_("stearate")),
        "sugar": str(_("sugar")),
        "colours": str(_("colourings")),
        "flavours": str(_("flavourings")),
        "sweeteners": str(_("sweeteners")),
    }


def notices(found: Search) -> list[tuple[str, str]]:
    """Words that a search could not take as typed, each with the notice about it."""
    told = [(one.typed, misread_in_words(one.typed, one.read_as)) for one in found.misread]
    told += [
        (word, str(_("We could not read “%(word)s” as a limit, so we left it out.", word=word)))
        for word in found.unread
    ]
    if found.code and not found.hits:
        kind = (
            _("No product has the barcode %(code)s.")
            if found.code.is_barcode
            else _("No product has the article number %(code)s.")
        )
        told.append((found.code.typed, str(kind) % {"code": found.code.typed[:40]}))
    if any(isinstance(item.meaning, Limit) and item.meaning.because_of_law for item in found.items):
        limit = _(
            "The European upper limit from supplements is %(amount)s of magnesium a day. We show what stays within it.",
            amount=whole_milligrams(EU_LIMIT_MG * UG_PER_MG),
        )
        told.append(("mg", str(limit)))
    return told


def misread_in_words(typed: str, read_as: str) -> str:
    """The notice about a misspelt word."""
    return str(_("No results for “%(typed)s”. Showing results for “%(read)s”.", typed=typed, read=read_as))


def answer_blocks(found: Search, ruleset: Ruleset) -> list[AnswerBlock]:
    """The answers of a search."""
    notes = {note.id: note for note in ruleset.notes}
    return [_block(one, notes) for one in found.answers]


def _block(found: FoundAnswer, notes: dict[str, Note]) -> AnswerBlock:
    answer: SearchAnswer = found.answer
    own = [notes[note] for note in dict.fromkeys(found.notes) if note in notes]
    return AnswerBlock(
        id=answer.id,
        title=in_current_language(answer.title),
        text=in_current_language(answer.text),
        notes=own,
        links=[(address_of(link.to), in_current_language(link.label)) for link in answer.links],
    )


def address_of(to: str) -> str:
    """The address that a link of an answer leads to."""
    kind, _colon, record = to.partition(":")
    if kind == "form":
        return url_for("compounds.compound", form=record)
    if kind == "note":
        return url_for("pages.choosing", _anchor=f"note-{record}")
    page, _hash, section = to.partition("#")
    return url_for(_ENDPOINTS[page], _anchor=section or None)
