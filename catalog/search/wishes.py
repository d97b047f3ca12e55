"""Wishes in the text of a search: read before any word is looked up, in Python alone.

"vegan bisglycinaat onder 30 cent per dag, geen oxide" has a mark, a form, a limit and something left out. Each part of
the text becomes an `Item` with a phrase that means the same by itself, so that a query can be put together without it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache

from msgspec import Struct, structs

from catalog.search.facets import Facet
from catalog.search.tokens import LONGEST, plain
from catalog.search.wish_words import (
    AFTER_BOUNDS,
    AND,
    BETWEEN,
    BOUNDS,
    CENT,
    CHEAP,
    COINS,
    COMPARISONS,
    CURRENCY_SIGNS,
    DAYS,
    EURO,
    FILLERS,
    FREE,
    FROM,
    KIND_WORDS,
    MAGNESIUM,
    MILLIGRAM,
    NEGATIONS,
    NO_NEGATIONS,
    NOT_NAMES,
    NUMBER_WORDS,
    OR,
    PER_100MG,
    PER_DAY,
    PER_MONTH,
    PER_PACK,
    SIGNS,
    TO,
    UNIT_NOUNS,
    Bound,
    Choice,
    Ingredients,
    Named,
    Phrase,
    Starts,
    left_out_things,
    named_things,
    starts_of,
    word_set,
)

UG_PER_MG = 1000
EU_LIMIT_MG = 250
"""The most magnesium a day from supplements (EFSA); more of it is shown only when a limit asks for it."""
LEAST_MG = 10
MOST_BARE_MG = 3000
DEAREST_DAY_EUR = Decimal("1.5")
"""An amount in euro without a unit up to this much is a price per day, for no pack costs so little."""
DEAREST_PACK_EUR = 60
"""A whole number without a unit up to this much is a price in euro, a larger one an amount in mg."""
LONGEST_PHRASE = 6


class Quantity(StrEnum):
    PRICE = "price"
    """Cents."""
    PRICE_PER_DAY = "price_per_day"
    """Tenths of a cent, as the next."""
    PRICE_PER_100MG = "price_per_100mg"
    MG_PER_DAY = "mg_per_day"
    """Micrograms of elemental magnesium in the label's daily portion."""
    UNITS_PER_PACK = "units_per_pack"
    UNITS_PER_DAY = "units_per_day"
    DAYS_SUPPLY = "days_supply"


class Limit(Struct, frozen=True):
    """A range of a quantity, both ends within; None is no end. `because_of_law` limits what nobody limited."""

    quantity: Quantity
    least: int | None = None
    most: int | None = None
    because_of_law: bool = False


class Has(Struct, frozen=True):
    """One of some values of a facet, or with `without` none of them."""

    choice: Choice
    without: bool = False


class Lacks(Struct, frozen=True):
    """Ingredients left out."""

    ingredients: Ingredients


class CheapFirst(Struct, frozen=True):
    """The wish for a low price: an order, no limit."""


class ParsedWord(Struct, frozen=True):
    """A word to look for; a `negation` ("zonder", "without") excludes the products that have it."""

    word: str
    negation: str = ""


class Unread(Struct, frozen=True):
    """A word of a limit or of negation with nothing that it belongs to: it is told, not searched for."""

    word: str


Wish = Limit | Has | Lacks | CheapFirst


class Item(Struct, frozen=True):
    """A part of a query, with a phrase that says the same by itself; `read_as` is the word for a misspelt one."""

    meaning: Wish | ParsedWord | Unread
    phrase: str
    read_as: str = ""


class Token(Struct, frozen=True):
    """A word, a number or a sign of the text; `text` is the plain word."""

    text: str
    raw: str
    start: int
    end: int
    number: Decimal | None = None
    minus: bool = False
    """Whether a minus stands before it that is no hyphen."""

    @property
    def whole(self) -> int | None:
        return int(self.number) if self.number is not None and self.number == int(self.number) else None


_TOKEN = re.compile(r"(?P<number>\d+(?:[.,]\d+)*)(?P<dash>[.,]-)?|(?P<word>[^\W\d_][^\W_]*)|(?P<sign>[€£$<>≤≥,/&+;%])")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")
_HYPHENS = "-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}"


def tokens_of(text: str) -> list[Token]:
    """The words, numbers and signs of a text."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        raw, start = match[0], match.start()
        minus = start > 0 and text[start - 1] in _HYPHENS and (start == 1 or text[start - 2].isspace())
        digits = match["number"]
        number = _number(digits) if digits else None
        found.append(Token(plain(raw)[:LONGEST], raw, start, match.end(), number, minus))
    return found


def _number(digits: str) -> Decimal | None:
    if _THOUSANDS.fullmatch(digits):
        return Decimal(re.sub(r"[.,]", "", digits))
    parts = re.split(r"[.,]", digits)
    if len(parts) > 2 or len(digits) > 12:  # noqa: PLR2004 - a number has one decimal separator
        return None
    return Decimal(".".join(parts))


class Amount(Struct, frozen=True):
    """A number with its unit as read: what it measures if the text says so, in that quantity's own unit."""

    number: Decimal
    end: int
    quantity: Quantity | None = None
    factor: Decimal = Decimal(1)
    per_day: bool = False
    noun: str = ""
    """The kind of unit, for "180 capsules"."""


_CURRENCY = CURRENCY_SIGNS | EURO
_CHEAP, _TO, _NEGATIONS, _NO_NEGATIONS = map(starts_of, (CHEAP, TO, NEGATIONS, NO_NEGATIONS))
_PER_DAY, _PER_100MG, _PER_MONTH, _PER_PACK = map(starts_of, (PER_DAY, PER_100MG, PER_MONTH, PER_PACK))
_BOUND_OF, _AFTER_BOUND_OF = dict(BOUNDS), dict(AFTER_BOUNDS)
_BOUNDS, _AFTER_BOUNDS = starts_of(_BOUND_OF), starts_of(_AFTER_BOUND_OF)

ItemsTo = tuple[list[Item], int]
"""Items, and the position of the first token after them."""


class _Reader:
    """One pass over the tokens of a query; each `_read_…` gives the items at a position and where they end."""

    def __init__(self, text: str, taken: Iterable[int]) -> None:
        self.text = text
        self.tokens = tokens_of(text)
        self.words = [token.text for token in self.tokens]
        self.taken = frozenset(taken)

    def items(self) -> list[Item]:
        found: list[Item] = []
        at = 0
        while at < len(self.tokens):
            items, at = ([], at + 1) if at in self.taken else self._items_at(at)
            found += items
        return found

    def _items_at(self, at: int) -> ItemsTo:
        for read in (self._cheap, self._limit, self._left_out, self._free_of, self._named):
            found = read(at)
            if found is not None:
                return found
        return list(self._rest(at)), at + 1

    def _rest(self, at: int) -> Iterator[Item]:
        token = self.tokens[at]
        if token.text in MAGNESIUM or token.text in FILLERS or not any(map(str.isalnum, token.text)):
            return
        if token.text in COMPARISONS:
            yield Item(Unread(token.text), token.raw)
            return
        yield Item(ParsedWord(token.text), token.raw)

    # Phrases

    def _starts(self, at: int, phrases: Starts) -> int | None:
        """The end of the longest of these phrases that starts here."""
        if at >= len(self.words):
            return None
        for phrase in phrases.get(self.words[at], ()):
            if tuple(self.words[at : at + len(phrase)]) == phrase and not self.taken & set(range(at, at + len(phrase))):
                return at + len(phrase)
        return None

    def _phrase(self, start: int, end: int) -> str:
        """The text of some tokens as typed."""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end] if end > start else ""

    def _cheap(self, at: int) -> ItemsTo | None:
        end = self._starts(at, _CHEAP)
        if end is None or (end < len(self.words) and self.words[end] in ("dan", "than")):
            return None
        return [Item(CheapFirst(), self._phrase(at, end))], end

    # Limits

    def _limit(self, at: int) -> ItemsTo | None:
        return self._between(at) or self._bounded(at) or self._bare_amount(at)

    def _between(self, at: int) -> ItemsTo | None:
        start = at + 1 if self.words[at] in BETWEEN or self.words[at] in FROM else at
        named = self.words[at] in BETWEEN
        first = self._amount(self._past_fillers(start), per=False)
        if first is None:
            return None
        after = self._starts(first.end, _TO) or (first.end if self._dash_before(first.end) else None)
        if after is None or (self.words[first.end] in AND and not named):
            return None
        second = self._amount(self._past_fillers(after))
        if second is None or not (named or first.quantity or second.quantity):
            return None
        quantity, factor = self._quantity(second if second.quantity else structs.replace(first, end=second.end))
        amounts = sorted((first.number * factor, second.number * factor))
        limit = _limit_of(quantity, amounts[0], amounts[1])
        return [Item(limit, self._phrase(at, second.end))], second.end

    def _bounded(self, at: int) -> ItemsTo | None:
        """A limit with its comparison before the amount, or after it; one with a sign such as ">" too."""
        bound, start = self._bound_before(at)
        amount = self._amount(self._past_fillers(start) if bound else start)
        if amount is None:
            return None
        end = amount.end
        if bound is None:
            after = self._starts(end, _AFTER_BOUNDS)
            if after is not None:
                bound, end = _AFTER_BOUND_OF[tuple(self.words[end:after])], after
                later = self._starts(end, _PER_DAY)
                if later is not None and not amount.per_day:
                    amount, end = structs.replace(amount, per_day=True), later
        if bound is None:
            return None
        dear = any(word in ("goedkoper", "cheaper", "duurder") for word in self.words[at:start])
        quantity, factor = self._quantity(amount, price=dear)
        value = amount.number * factor
        limit = _limit_of(quantity, *((None, value) if bound is Bound.MOST else (value, None)))
        return [Item(limit, self._counting(amount, self._phrase(at, end))), *self._kind_of(amount)], end

    def _bound_before(self, at: int) -> tuple[Bound | None, int]:
        if self.words[at] in SIGNS:
            return SIGNS[self.words[at]], at + 1
        end = self._starts(at, _BOUNDS)
        return (None, at) if end is None else (_BOUND_OF[tuple(self.words[at:end])], end)

    def _bare_amount(self, at: int) -> ItemsTo | None:
        """An amount without a comparison: "180 capsules", "90 dagen", "20 euro", "500 mg", "30 cent per dag"."""
        amount = self._amount(at)
        if amount is None:
            return None
        phrase = self._phrase(at, amount.end)
        if amount.quantity is Quantity.UNITS_PER_PACK:
            quantity, _ = self._quantity(amount)
            exact = Item(_limit_of(quantity, amount.number, amount.number), self._counting(amount, phrase))
            return [exact, *self._kind_of(amount)], amount.end
        meaning = self._bare_meaning(amount)
        return None if meaning is None else ([Item(meaning, phrase)], amount.end)

    def _bare_meaning(self, amount: Amount) -> Limit | ParsedWord | None:
        """A supply lasts at least so long, a price is at most so high; an amount of magnesium is in the name."""
        if amount.quantity is Quantity.DAYS_SUPPLY:
            return _limit_of(amount.quantity, amount.number * amount.factor, None)
        if amount.quantity not in (None, Quantity.MG_PER_DAY):
            return _limit_of(amount.quantity, None, amount.number * amount.factor)
        named = amount.quantity is Quantity.MG_PER_DAY
        if (named or amount.per_day or amount.number > EU_LIMIT_MG) and EU_LIMIT_MG < amount.number <= MOST_BARE_MG:
            return Limit(Quantity.MG_PER_DAY, None, EU_LIMIT_MG * UG_PER_MG, because_of_law=True)
        return ParsedWord(_as_word(amount.number)) if named and LEAST_MG <= amount.number <= EU_LIMIT_MG else None

    def _amount(self, at: int, *, per: bool = True) -> Amount | None:
        """A number with a currency before it or a unit after it, and what it is per."""
        currency = at < len(self.words) and self.words[at] in _CURRENCY
        start = at + 1 if currency else at
        if start >= len(self.tokens) or start in self.taken:
            return None
        number = self.tokens[start].number
        if number is None:
            return self._amount_in_words(start, per=per)
        amount = Amount(number, start + 1)
        amount = (
            structs.replace(amount, quantity=Quantity.PRICE, factor=Decimal(100)) if currency else self._unit(amount)
        )
        return self._per(amount) if per else amount

    def _amount_in_words(self, at: int, *, per: bool) -> Amount | None:
        """ "twintig euro", "een kwartje"; the number words alone are words."""
        word = self.words[at]
        coin = COINS.get(word)
        if coin is not None:
            amount = Amount(Decimal(coin), at + 1, Quantity.PRICE_PER_DAY, Decimal(10))
            return self._per(amount) if per else amount
        if word not in NUMBER_WORDS:
            return None
        amount = self._unit(Amount(Decimal(NUMBER_WORDS[word]), at + 1))
        return None if amount.quantity is None else self._per(amount) if per else amount

    def _unit(self, amount: Amount) -> Amount:
        unit = self.words[amount.end] if amount.end < len(self.words) else ""
        end = amount.end + 1
        if unit in EURO or unit in CURRENCY_SIGNS:
            return structs.replace(amount, end=end, quantity=Quantity.PRICE, factor=Decimal(100))
        if unit in CENT and not (unit in ("p", "c", "ct") and self._noun_follows(end)):
            return structs.replace(amount, end=end, quantity=Quantity.PRICE_PER_DAY, factor=Decimal(10))
        if unit in MILLIGRAM:
            return structs.replace(amount, end=end, quantity=Quantity.MG_PER_DAY, factor=Decimal(UG_PER_MG))
        if unit in UNIT_NOUNS and amount.number == int(amount.number):
            return structs.replace(amount, end=end, quantity=Quantity.UNITS_PER_PACK, noun=unit)
        if unit in DAYS:
            return structs.replace(amount, end=end, quantity=Quantity.DAYS_SUPPLY, factor=Decimal(DAYS[unit]))
        return amount

    def _noun_follows(self, at: int) -> bool:
        return at < len(self.words) and self.words[at] in UNIT_NOUNS

    def _per(self, amount: Amount) -> Amount:
        """Add what an amount is per; a price in cents without it is one per day."""
        end = self._past(amount.end, _BEFORE_PER)
        priced = amount.quantity in (None, Quantity.PRICE, Quantity.PRICE_PER_DAY)
        if priced and (after := self._starts(end, _PER_100MG)):
            return structs.replace(amount, end=after, quantity=Quantity.PRICE_PER_100MG, factor=_tenths(amount))
        if priced and (after := self._starts(end, _PER_MONTH)):
            return structs.replace(
                amount, end=after, quantity=Quantity.PRICE_PER_DAY, factor=_tenths(amount) / DAYS["maand"]
            )
        if after := self._starts(end, _PER_DAY):
            amount = structs.replace(amount, end=after, per_day=True)
            if amount.quantity is Quantity.PRICE:
                return structs.replace(amount, quantity=Quantity.PRICE_PER_DAY, factor=_tenths(amount))
            return amount
        if priced and (after := self._starts(end, _PER_PACK)):
            factor = Decimal(1) if amount.quantity is Quantity.PRICE_PER_DAY else Decimal(100)
            return structs.replace(amount, end=after, quantity=Quantity.PRICE, factor=factor)
        return amount

    def _quantity(self, amount: Amount, *, price: bool = False) -> tuple[Quantity, Decimal]:
        """Quantity that an amount measures; without a unit its size tells: € 0,30, € 20 or 200 mg."""
        if amount.quantity is Quantity.UNITS_PER_PACK and amount.per_day:
            return Quantity.UNITS_PER_DAY, amount.factor
        if amount.quantity is not None:
            return amount.quantity, amount.factor
        whole = amount.number == int(amount.number)
        small = amount.number < LEAST_MG if amount.per_day else amount.number <= DEAREST_DAY_EUR
        if (amount.per_day and not whole) or (small and not price):
            return Quantity.PRICE_PER_DAY, Decimal(1000)
        if not amount.per_day and (price or not whole or amount.number <= DEAREST_PACK_EUR):
            return Quantity.PRICE, Decimal(100)
        return Quantity.MG_PER_DAY, Decimal(UG_PER_MG)

    def _counting(self, amount: Amount, phrase: str) -> str:
        """The phrase of a number of units without their kind, which is an item of its own."""
        return phrase.replace(self.tokens[amount.end - 1].raw, "stuks") if amount.noun in KIND_WORDS else phrase

    def _kind_of(self, amount: Amount) -> list[Item]:
        """The kind of product that the counted units are of."""
        kinds = KIND_WORDS.get(amount.noun)
        if not kinds:
            return []
        return [Item(Has(Choice(Facet.DOSAGE_FORM, tuple(kind.value for kind in kinds))), amount.noun)]

    def _past(self, at: int, words: Iterable[str]) -> int:
        while at < len(self.words) and self.words[at] in words:
            at += 1
        return at

    def _past_fillers(self, at: int) -> int:
        return self._past(at, _BEFORE_AMOUNT)

    def _dash_before(self, at: int) -> bool:
        """Whether a dash joins this number to the one before it."""
        if not 0 < at < len(self.tokens):
            return False
        return self.text[self.tokens[at - 1].end : self.tokens[at].start].strip() in set(_HYPHENS)

    # Left out

    def _left_out(self, at: int) -> ItemsTo | None:
        """Something that a shopper does without, and what follows it after "en" or a comma."""
        if (none := self._starts(at, _NO_NEGATIONS)) is not None:
            return [], none
        minus = self.tokens[at].minus and self.tokens[at].number is None
        end = at if minus else self._starts(at, _NEGATIONS)
        if end is None:
            return None
        negation = "zonder" if minus else self._phrase(at, end)
        start = self._past(end, _BEFORE_LEFT_OUT)
        first: tuple[Named | str, int] | None = self._thing(start, left_out_things()) or self._word_left_out(start)
        if first is None:
            return None if minus else ([Item(Unread(self.words[at]), self._phrase(at, end))], end)
        return self._list_of_left_out(first, start, negation)

    def _word_left_out(self, at: int) -> tuple[Named | str, int] | None:
        """A word that names nothing known: the ingredients may have it."""
        if at >= len(self.words) or at in self.taken:
            return None
        word = self.words[at]
        if word in NOT_NAMES or not word[0].isalpha():
            return None
        described = self._thing(at + 1, left_out_things())  # "bovine gelatin"
        return described if described and _kind(described[0]) == "stuff" else (word, at + 1)

    def _list_of_left_out(self, first: tuple[Named | str, int], start: int, negation: str) -> ItemsTo:
        items: list[Item] = []
        thing: tuple[Named | str, int] | None = first
        end = start
        while thing is not None:
            named, end = thing
            items.append(_without(named, negation, self._phrase(start, end)))
            start = self._past(end, AND)
            thing = self._thing(start, left_out_things()) if start > end and not self._negation_at(start) else None
            if thing is None and start > end and _kind(named) == "stuff":
                thing = self._unknown_word(start)
            if thing is not None and _kind(thing[0]) != _kind(named):
                thing = None
        return items, end

    def _negation_at(self, at: int) -> bool:
        return self._starts(at, _NEGATIONS) is not None

    def _unknown_word(self, at: int) -> tuple[str, int] | None:
        if at >= len(self.words) or at in self.taken or self.tokens[at].number is not None:
            return None
        word = self.words[at]
        known = word in NOT_NAMES or self._named(at) is not None or not word.isalpha()
        return None if known or self._cheap(at) or self._starts(at, _NEGATIONS) else (word, at + 1)

    def _free_of(self, at: int) -> ItemsTo | None:
        """ "gluten-free", "oxide free", "glutenvrij", "non-vegan" is a negation of its own."""
        word = self.words[at]
        for suffix in FREE:
            start = word.removesuffix(suffix)
            if start != word and len(start) > 2 and word.isalpha():  # noqa: PLR2004 - "ei" is too short for "eivrij"
                named = left_out_things().get((start,), start)
                return [_without(named, "without" if suffix == "free" else "zonder", start)], at + 1
        thing: tuple[Named | str, int] = self._thing(at, left_out_things()) or (word, at + 1)
        named, end = thing
        if end >= len(self.words) or self.words[end] not in FREE or word in NOT_NAMES:
            return None
        if self.words[end] in ("free", "frei", "vrij", "vrije") and self._starts(end, _NEGATIONS) is not None:
            return None  # "free of", "vrij van" belongs to what follows
        negation = "without" if self.words[end] == "free" else "zonder"
        return [_without(named, negation, self._phrase(at, end))], end + 1

    # Named

    def _named(self, at: int) -> ItemsTo | None:
        thing = self._thing(at, named_things())
        if thing is not None:
            named, end = thing
            assert isinstance(named, Choice)  # noqa: S101 - named_things has no ingredients
            return [Item(Has(named), self._phrase(at, end))], end
        parts = compound_parts(self.words[at])
        if parts is None:
            return None
        return [Item(Has(part), self._phrase(at, at + 1) if len(parts) == 1 else name) for name, part in parts], at + 1

    def _thing(self, at: int, things: Mapping[Phrase, Named]) -> tuple[Named, int] | None:
        for length in range(min(LONGEST_PHRASE, len(self.words) - at), 0, -1):
            phrase = tuple(self.words[at : at + length])
            if phrase in things and not self.taken & set(range(at, at + length)):
                return things[phrase], at + length
        return None


_BEFORE_PER = MAGNESIUM | frozenset(("/", "voor", "for"))
_BEFORE_AMOUNT = word_set("de het een the a ongeveer circa about around zo n rond maximaal max prijs van")
_BEFORE_LEFT_OUT = word_set(
    "de het een the a an any enige toegevoegde toegevoegd added kunstmatige artificial ook also om te bevat with met of"
    " from van in als as for voor dat that magnesium form vorm vormen forms extra dierlijke"
)


def _tenths(amount: Amount) -> Decimal:
    """Tenths of a cent in one of the amount's own units: cents, else euro."""
    return Decimal(10) if amount.quantity is Quantity.PRICE_PER_DAY else Decimal(1000)


def _as_word(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _limit_of(quantity: Quantity, least: Decimal | None, most: Decimal | None) -> Limit:
    """A limit in whole units; of magnesium half a milligram either way counts as met, as labels round."""
    slack = UG_PER_MG // 2 if quantity is Quantity.MG_PER_DAY else 0
    return Limit(
        quantity,
        None if least is None else max(0, _capped(least) - slack),
        None if most is None else _capped(most) + slack,
    )


_MOST = 2**40


def _capped(amount: Decimal) -> int:
    return int(min(amount, Decimal(_MOST)))


def _without(named: Named | str, negation: str, text: str) -> Item:
    phrase = f"{negation} {text}"
    if isinstance(named, Choice):
        return Item(Has(named, without=True), phrase)
    if isinstance(named, Ingredients):
        return Item(Lacks(named), phrase)
    return Item(ParsedWord(named, negation), phrase)


def _kind(named: Named | str) -> str:
    """The kind of a thing left out: "zonder melk en soja" goes on, "geen oxide, poeder" does not."""
    if isinstance(named, Choice) and named.facet in (Facet.FORM, Facet.DOSAGE_FORM, Facet.VEGAN, Facet.IN_STOCK):
        return named.facet.value
    return "stuff"


@cache
def _single_names() -> Mapping[str, Choice]:
    return {phrase[0]: thing for phrase, thing in named_things().items() if len(phrase) == 1}


@lru_cache(4096)
def compound_parts(word: str) -> tuple[tuple[str, Choice], ...] | None:
    """The named parts of a compound such as "magnesiumcitraatpoeder"; None when some part has no name."""
    if not word.isalpha():
        return None
    names = _single_names()
    best: dict[int, tuple[tuple[str, Choice], ...]] = {0: ()}
    for end in range(1, len(word) + 1):
        for start in range(end - 3, -1, -1):
            part = word[start:end]
            if start in best and (part in names or part == "magnesium") and end not in best:
                best[end] = best[start] + (((part, names[part]),) if part in names else ())
    found = best.get(len(word))
    return found or None


def read_items(text: str, taken: Iterable[int] = ()) -> list[Item]:
    """The parts of a query in their order; tokens in `taken` belong to an answer and are passed over."""
    return list(dict.fromkeys(_Reader(text, taken).items()))


def words_of(text: str) -> list[str]:
    """The plain words of a query, by position of its tokens."""
    return [token.text for token in tokens_of(text)]


def is_choice_between_forms(text: str) -> bool:
    """Whether a query asks which of two forms it should be: "citraat of bisglycinaat"."""
    words = words_of(text)
    forms = [_form_at(words, at) for at in range(len(words))]
    return any(forms[at - 1] and words[at] in OR and forms[at + 1] for at in range(1, len(words) - 1))


def _form_at(words: Sequence[str], at: int) -> bool:
    thing = named_things().get((words[at],))
    parts = compound_parts(words[at]) if thing is None else None
    return any(one.facet is Facet.FORM for one in ([thing] if thing else [part for _, part in parts or ()]))


LONGEST_QUERY = 200
MOST_WORDS = 10
"""Further words to look for are ignored; wishes count up to the longest query."""


def is_too_long(text: str) -> bool:
    """Whether part of a query is ignored."""
    if len(text) > LONGEST_QUERY:
        return True
    return sum(isinstance(item.meaning, ParsedWord) for item in read_items(text)) > MOST_WORDS
