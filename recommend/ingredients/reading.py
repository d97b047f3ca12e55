"""Reading of an ingredient list: allergens, traces, vegan or not, other actives, forms of magnesium, sweeteners."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from recommend.ingredients.functions import ItemFunctions
from recommend.ingredients.lexicon import Lexicon, Match, Name
from recommend.ingredients.normal_form import words_of
from recommend.ingredients.scopes import Scope, ScopeReader
from recommend.ingredients.structure import Item, Structure, Word, read_structure
from recommend.ingredients.vocabulary import (
    ACTIVE,
    ADDITIVE,
    ALLERGEN_DOMAIN,
    ALLERGENS,
    ANIMAL_DOMAIN,
    FUNCTION,
    PLANT_DOMAIN,
    SOURCE_DOMAIN,
    STATED_DOMAIN,
    SWEETENER,
    UNNAMED_FORM,
    Vocabulary,
)
from recommend.naming import FormNames
from recommend.text import Language

Vegan = Literal["yes", "no", "unknown"]
SpanKind = Literal["contains", "may_contain", "animal", "no_source", "active", "form", "sweetener"]

AT_HEAD_ONLY = "?"
"""Prefix of the key of a name that counts only at the head of a list."""
ALSO_DOMAIN = "also:"
_LETTERS = {"a": "vitamin_a", "c": "vitamin_c", "d": "vitamin_d", "e": "vitamin_e", "k": "vitamin_k"}
_UNITS = ("mg", "g", "µg", "μg", "mcg")
_VITAMINS = ("vitamine", "vitaminen", "vitamines", "vitamin", "vitamins", "vit")
_JOINERS = ("en", "and", "plus")
_MAGNESIUM = ("magnesi", "bitterzout", "epsom", "engels zout")
_SEVERAL_FORMS = re.compile(r"\bmagnesium ?\((?:als |as |uit |from |van )?([^()]*(?:,| en | and |/)[^()]*)\)")
_FROM = frozenset({"als", "as", "uit", "from", "van", "in", "vorm", "vormen", "forms", "de", "the"})
_SYMBOL = re.compile(r"(?<![\d.,])(?<!\d )\bmg[ -](?=[a-z-]+(?:aat|ate|oxide|chloride|hydroxide)\b)")
_COMPOUND = re.compile(r"\bmagnesium[ -]?[a-z]{5,}")
_SALT = re.compile(r"magnesium.*(?:aat|ate)$")
_ROW = re.compile(r",| en | and |/")


class Span(Struct, frozen=True):
    """A piece of the text that says something: where it is, what kind of thing it is, and its key."""

    start: int
    end: int
    word: str
    kind: SpanKind
    key: str


class Ingredients(Struct, frozen=True):
    """Reading of a list; keys in a fixed order, forms and actives in the order of the list."""

    contains: tuple[str, ...] = ()
    may_contain: tuple[str, ...] = ()
    vegan: Vegan = "yes"
    other_actives: tuple[str, ...] = ()
    magnesium_forms: tuple[str, ...] = ()
    sweeteners: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


class IngredientReader:
    """Reader of lists with a vocabulary, the names of actives and the names of forms."""

    def __init__(self, vocabulary: Vocabulary, actives: Iterable[Name], forms: FormNames) -> None:
        self._lexicon = Lexicon([*vocabulary.names(), *actives])
        self.scopes = ScopeReader(vocabulary.phrases)
        self.functions = {function.id: function for function in vocabulary.functions}
        self.animal_allergens = frozenset(one.id for one in vocabulary.allergens if one.animal)
        self._foreign: dict[Language, frozenset[str]] = {
            "nl": frozenset(vocabulary.phrases.own_words.en),
            "en": frozenset(vocabulary.phrases.own_words.nl),
        }
        self.forms_in = lru_cache(maxsize=4096)(forms.forms_in)
        self.correct = lru_cache(maxsize=4096)(forms.correct)

    def read(self, text: str, language: Language) -> Ingredients:
        """Reading of one list; words of the other language count too, but for those that mean something else."""
        return _Reading(self, read_structure(text), text, language).result()

    def matches(self, structure: Structure, language: Language) -> list[Match]:
        """Names in a list."""
        words = [word.text for word in structure.words]
        foreign = self._foreign[language]
        found = self._lexicon.matches(words, [word.cut_before for word in structure.words])
        return [match for match in found if match.first != match.last or words[match.first] not in foreign]


class _Reading:
    def __init__(self, reader: IngredientReader, structure: Structure, text: str, language: Language) -> None:
        self.reader, self.structure, self.text = reader, structure, text
        matches = reader.matches(structure, language)
        self.by_domain: dict[str, list[Match]] = {}
        for match in matches:
            domain, separator, _ = match.domain.partition(":")
            self.by_domain.setdefault(domain + separator, []).append(match)
        self.actives = [*self._of(ACTIVE), *self._vitamin_letters()]
        magnesium = {place for place, word in enumerate(structure.words) if _MAGNESIUM[0] in word.text}
        additives = _places(self._of(ADDITIVE))
        goods = _places(self.actives) | magnesium
        strong = _places(match for match in self.actives if match.first not in additives) | (magnesium - additives)
        things = _places([*self._of(ALLERGEN_DOMAIN), *self._of(ANIMAL_DOMAIN)])
        self.scopes = reader.scopes.scopes(structure.words, things, goods)
        self.functions = ItemFunctions(structure, self._of(FUNCTION), reader.functions, strong)
        self.spans: list[Span] = []

    def _of(self, domain: str) -> Sequence[Match]:
        return self.by_domain.get(domain, ())

    def _present(self, domain: str) -> list[Match]:
        return [match for match in self._of(domain) if self.scopes[match.first] is Scope.CONTAINS]

    def result(self) -> Ingredients:
        contains = self._allergens(Scope.CONTAINS)
        may_contain = [key for key in self._allergens(Scope.TRACES) if key not in contains]
        actives = self._other_actives()
        forms = self._magnesium_forms()
        sweeteners = self._sweeteners()
        vegan = self._vegan(contains)
        return Ingredients(
            tuple(contains),
            tuple(may_contain),
            vegan,
            actives,
            forms,
            sweeteners,
            tuple(sorted(self.spans, key=lambda span: (span.start, span.end, span.kind, span.key))),
        )

    def _mark(self, match: Match, kind: SpanKind, key: str | None = None) -> None:
        places, words = self.structure.normal.places, self.structure.words
        start, end = places[words[match.first].start], places[words[match.last].end - 1] + 1
        self.spans.append(Span(start, end, self.text[start:end], kind, key or match.key))

    def _allergens(self, scope: Scope) -> list[str]:
        kind: SpanKind = "contains" if scope is Scope.CONTAINS else "may_contain"
        found = [match for match in self._of(ALLERGEN_DOMAIN) if self.scopes[match.first] is scope]
        for match in found:
            self._mark(match, kind)
        keys = {match.key for match in found}
        return [key for key in ALLERGENS if key in keys]

    def _vitamin_letters(self) -> list[Match]:
        """Vitamins that only a letter names after the word: "vitamine C, E en K"."""
        found: list[Match] = []
        known = {match.first for match in self._of(ACTIVE)}
        counting = False
        for place, word in enumerate(self.structure.words):
            if word.text in _VITAMINS:
                counting = True
            elif counting and word.text in _LETTERS and not self._is_prefix(word):
                if place not in known:
                    found.append(Match(ACTIVE, _LETTERS[word.text], place, place))
            elif counting and place not in known and word.text not in _JOINERS:
                counting = False
        return found

    def _is_prefix(self, word: Word) -> bool:
        """Whether a hyphen joins a letter to the next word: "D-alfa-tocoferol"."""
        text = self.structure.normal.text
        return text[word.end : word.end + 1] == "-" and not word.dangling

    def _other_actives(self) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for match in sorted([*self.actives, *self._of(ALSO_DOMAIN)], key=lambda match: match.first):
            if not self._is_ingredient(match.first):
                continue
            key = match.key.removeprefix(AT_HEAD_ONLY)
            if key != match.key and not self._is_head(match.first):
                continue
            found[key] = None
            self._mark(match, "active", key)
        return tuple(found)

    def _is_head(self, place: int) -> bool:
        item: Item | None = self.structure.item_of[place]
        while item is not None:
            if item.first_of_list:
                return True
            item = item.parent
        return False

    def _sweeteners(self) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for match in self._present(SWEETENER):
            function = self.functions.of_word(match.first)
            if function is None or function.sweetens:
                found[match.key] = None
                self._mark(match, "sweetener")
        return tuple(found)

    def _magnesium_forms(self) -> tuple[str, ...]:
        found: dict[str, None] = {}
        roots = [item for item in self.structure.items if item.parent is None]
        unnamed = {id(self._root(match.first)): match for match in self._present(UNNAMED_FORM)}
        for root in roots:
            words = self._words_of(root)
            text = _SYMBOL.sub("magnesium ", self._text_of(words)) if words else ""
            if root.heading is not None and self._heads_forms(root.heading):
                text = f"magnesium ({text})"
            if not any(part in text for part in _MAGNESIUM) and id(root) not in unnamed:
                continue
            read = self.reader.forms_in(_SEVERAL_FORMS.sub(_each_form, text))
            forms = read.forms or self._corrected_forms(text)
            if not forms and any(_SALT.match(words) for words in read.unclear):
                found["other"] = None
            found |= dict.fromkeys(forms)
            self._mark_forms(words, forms)
            match = unnamed.get(id(root))
            if match and not forms and not self.functions.of_word(match.first):
                found["other"] = None
                self._mark(match, "form")
        if not found:
            found = dict.fromkeys("other" for root in roots if self._is_bare_magnesium(root))
        return tuple(found)

    def _heads_forms(self, heading: Item) -> bool:
        """Whether a row of forms follows: "magnesium uit: citraat, malaat"."""
        words = [self.structure.words[place].text for place in heading.words]
        return words[:1] == ["magnesium"] and set(words[1:]) <= _FROM

    def _is_bare_magnesium(self, item: Item) -> bool:
        """Whether an item is magnesium with an amount, or one of its children is."""
        words = [self.structure.words[place] for place in item.words]
        bare = [word.text for word in words if not word.text[0].isdigit() and word.text not in _UNITS] == ["magnesium"]
        return (bare and self._is_ingredient(item.words[0])) or any(map(self._is_bare_magnesium, item.children))

    def _corrected_forms(self, text: str) -> tuple[str, ...]:
        """Forms in an item without a known name, one slip of a letter allowed."""
        words = _COMPOUND.findall(text)
        found = (self.reader.correct(word) for word in words)
        return tuple(dict.fromkeys(form for form in found if form))

    def _root(self, place: int) -> Item:
        item = self.structure.item_of[place]
        while item.parent is not None:
            item = item.parent
        return item

    def _words_of(self, root: Item) -> list[int]:
        """Places of the words of an item and all within it that are present and have no function."""
        places: list[int] = []
        pending = [root]
        while pending:
            item = pending.pop()
            places += item.words
            pending += item.children
        return sorted(places)

    def _text_of(self, places: Sequence[int]) -> str:
        """Normal text of an item, with what is absent or a filler left out."""
        words, text = self.structure.words, self.structure.normal.text
        pieces: list[str] = []
        end = words[places[0]].start
        for place in places:
            word = words[place]
            pieces.append(text[end : word.start].replace("\n", " "))
            pieces.append(text[word.start : word.end] if self._is_ingredient(place) else " | ")
            end = word.end
        return "".join(pieces) + text[end : end + 1]

    def _mark_forms(self, places: Sequence[int], forms: Sequence[str]) -> None:
        """Mark every form at its own words, or at the first magnesium of the item."""
        words, text = self.structure.words, self.structure.normal.text
        pieces: list[tuple[int, int, str]] = []
        for place in places:
            if self._is_ingredient(place) and any(part in words[place].text for part in _MAGNESIUM):
                last = place + 1 if place + 1 < len(words) and not words[place + 1].cut_before else place
                pieces.append((place, last, text[words[place].start : words[last].end]))
        own = {form: piece for piece in reversed(pieces) for form in self.reader.forms_in(piece[2]).forms}
        for form in forms:
            first, last, _ = own.get(form) or (pieces or [(places[0], places[-1], "")])[0]
            self._mark(Match("form", form, first, last), "form")

    def _is_ingredient(self, place: int) -> bool:
        """Whether a word is present as an ingredient in its own right."""
        return self.scopes[place] is Scope.CONTAINS and not self.functions.of_word(place)

    def _vegan(self, contains: Sequence[str]) -> Vegan:
        animal = self._present(ANIMAL_DOMAIN)
        for match in animal:
            self._mark(match, "animal")
        words = self.structure.words
        finder = self.reader.scopes.finder
        stated = {phrase.kind for phrase in finder.phrases_in(words, 0, len(words), frozenset({"vegan", "not_vegan"}))}
        if animal or "not_vegan" in stated or not self.reader.animal_allergens.isdisjoint(contains):
            return "no"
        if "vegan" in stated:
            return "yes"
        return "unknown" if not words or self._lacks_source() else "yes"

    def _lacks_source(self) -> bool:
        lacking = False
        stated = {match.key for match in self._of(STATED_DOMAIN)}
        for match in self._present(SOURCE_DOMAIN):
            if match.key in stated or self._has_plant_source(match) or self._is_portion(match):
                continue
            lacking = True
            self._mark(match, "no_source")
        return lacking

    def _has_plant_source(self, match: Match) -> bool:
        """Whether a plant is named beside a thing, in brackets behind it, or before the brackets it is in."""
        own = self.structure.item_of[match.first]
        near: set[int] = set(self._words_of(own))
        near.update(place for one in self.structure.items if one.heading is own for place in self._words_of(one))
        item = own.parent
        while item is not None:
            near.update(item.words)
            item = item.parent
        return any(plant.key == match.key and plant.first in near for plant in self._of(PLANT_DOMAIN))

    def _is_portion(self, match: Match) -> bool:
        """Whether "capsule" is a portion and no ingredient."""
        return match.key == "capsule" and self.functions.of_word(match.first) is None


def _places(matches: Iterable[Match]) -> frozenset[int]:
    """Every place within the matches."""
    return frozenset(place for match in matches for place in range(match.first, match.last + 1))


def _each_form(match: re.Match[str]) -> str:
    """Every form of “magnesium (citrate, malate)” with its full name."""
    return ", ".join(f"magnesium {part.strip()}, magnesium({part.strip()})" for part in _ROW.split(match[1]))


def active_names(key: str, names: Iterable[str], exceptions: Iterable[str]) -> list[Name]:
    """Names of an active, and the longer names that are something else."""
    return [
        *(Name(words_of(name), ACTIVE, key) for name in names),
        *(Name(words_of(name), ACTIVE, None) for name in exceptions),
    ]


def also_names(key: str, names: Iterable[str]) -> list[Name]:
    """Names of other actives that bring this one along."""
    return [Name(words_of(name), ALSO_DOMAIN + key, key) for name in names]
