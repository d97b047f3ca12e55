"""Words of the register in a sentence: names of substances, verb frames, and effects by their content words.

Content words are stems; articles, prepositions, "normal" and words such as "function" and "maintenance" are not among
them, so that a wording is recognised whichever of these it has.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

import Stemmer
from msgspec import Struct

from recommend.claims.lexicon import Lexicon, load_lexicon
from recommend.claims.register import Register, RegisteredClaim, load_register, names_in
from recommend.claims.tokens import Token, tokens_of
from recommend.loading import once_per_folder
from recommend.substances import MAGNESIUM
from recommend.text import LANGUAGES, Language


def words_in(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


FrameKind = Literal["contribute", "needed", "good", "role", "raise"]

_STEMMERS = {"nl": Stemmer.Stemmer("dutch_porter"), "en": Stemmer.Stemmer("english")}
_FILLERS: Mapping[Language, frozenset[str]] = {
    "nl": words_in(
        "de het een je jouw jij uw u van en of in bij tot aan voor op ook zowel als mede tevens elk wel "
        "samen dit deze per dag dagelijks om te mee lichaam lijf alle "
        "allebei beide zijn daarnaast bovendien eveneens onder andere meer"
    ),
    "en": words_in(
        "the a an your you our of and or in by to for on at also both as well each too this these per day "
        "daily body all its together moreover additionally"
    ),
}
_CARRIERS: Mapping[Language, tuple[str, ...]] = {
    "nl": ("instandhoud", "behoud", "werking", "functi", "functioner", "handhav"),
    "en": ("mainten", "maintain", "function"),
}
_MAINTENANCE = ("instandhoud", "behoud", "handhav", "mainten", "maintain")
_CARRIER_ENDINGS = ("functie", "functies", "werking")
_NORMAL = ("normaal", "normale", "normal")
_FRAMES: Mapping[Language, Mapping[FrameKind, str]] = {
    "nl": {
        "contribute": r"(?:draagt|dragen|draag)(?: \S+){0,3}? bij (?:tot|aan)"
        r"|(?:bijdraagt|bijdragen|bijdraag|bij te dragen) (?:tot|aan)"
        r"|(?:levert|leveren) een bijdrage (?:tot|aan)"
        r"|(?:helpt|helpen)(?: mee)?(?: bij| met| aan)?|ondersteunt|ondersteunen",
        "needed": r"(?:is|zijn) nodig voor|nodig (?:is|zijn) voor",
        "good": r"(?:is|zijn) goed voor",
        "role": r"(?:speelt|spelen|heeft|hebben)(?: \S+)? een(?: \S+)? rol (?:in|bij)"
        r"|een(?: \S+)? rol (?:speelt|spelen|heeft|hebben) (?:in|bij)",
        "raise": r"verhoogt|verhogen|verbetert|verbeteren|neutraliseert",
    },
    "en": {
        "contribute": r"contribut(?:e|es|ing) (?:to|towards)|helps?(?: to)?(?: with)?|supports?",
        "needed": r"(?:is|are)(?: \S+)? needed for|needed for",
        "good": r"(?:is|are) good for",
        "role": r"(?:plays?|has|have)(?: \S+)? an?(?: \S+)? (?:role|part) in",
        "raise": r"increases?|enhances?|improves?|neutralises",
    },
}
# Orders in which the effect (e) stands before the substances (s), or which have a noun for the verb (v).
_INVERTED: Mapping[Language, tuple[str, ...]] = {
    "nl": (
        r"(?P<e>.+?),? (?:is|zijn) (?:iets |een \S+ |wat |dat )?waar(?:aan|toe|bij)? (?P<s>.+?)"
        r"(?: ook| mede| mee)?(?: toe| aan| bij)? (?P<v>bijdraagt|bijdragen|helpt|helpen)",
        r"(?:tot|aan) (?P<e>.+?) (?P<v>draagt|dragen)(?: ook| mede)? (?P<s>.+?) (?:ook |mede |mee )?bij",
        r"(?P<e>.+?) (?P<v>wordt|worden) (?:mede |ook )?door (?P<s>.+?)"
        r" (?:mede )?(?:ondersteund|geholpen|onderhouden)",
        r"(?P<e>.+?) (?P<v>wordt|worden) (?:mede |ook )?(?:ondersteund|geholpen|onderhouden) door (?P<s>.+)",
        r"(?P<e>.+?) (?:[,–—:] )?(?:ook )?(?:daar|hier|daaraan|hieraan|daartoe|hiertoe) (?P<v>draagt|dragen)"
        r" (?P<s>.+?) (?:ook |mede )?(?:aan |toe )?bij",
        r"(?:de |een )?(?P<v>bijdrage) van (?P<s>.+?) (?:aan|tot) (?P<e>.+)",
        r"(?P<v>bijdrage) (?:aan|tot) (?P<e>.+?) door (?P<s>.+)",
        r"(?P<v>ondersteuning) van (?P<e>.+?) (?:door|met) (?P<s>.+)",
    ),
    "en": (
        r"(?P<e>.+?) (?:is|are) (?:something|what|one thing|a thing|an effect|a function)"
        r"(?: that| which)? (?P<s>.+?) (?:also )?(?P<v>contributes|contribute|helps|help|supports|support)"
        r"(?: to| towards| with)?",
        *(  # no word parts effect and substances, so each number of words may name the latter
            rf"(?:to|towards) (?P<e>.+?) (?P<s>\S+(?: \S+){{{more}}}) (?P<v>contributes|contribute)"
            for more in range(6)
        ),
        r"(?P<e>.+?) (?P<v>is|are) (?:also |partly )?(?:supported|helped|aided|maintained|sustained)"
        r" (?:by|with) (?P<s>.+)",
        r"(?:the |a )?(?P<v>contribution) of (?P<s>.+?) to (?P<e>.+)",
        r"(?:the |a )?(?P<v>contribution) to (?P<e>.+?) (?:by|from|through) (?P<s>.+)",
        r"(?P<v>support) (?:for|of) (?P<e>.+?) (?:by|from|with|through) (?P<s>.+)",
    ),
}
_LONGEST_INVERTED = 40  # tokens; bounds the time
_MEASURES = frozenset(["mg", "ug", "mcg", "g", "ie", "iu"])
_LETTERS = frozenset("acdek")
# Names that are ordinary words as well.
_AMBIGUOUS = frozenset([("hop",), ("boor",), ("ala",), ("kalk",), ("morel",), ("melissa",), ("water",)])


class Frame(Struct, frozen=True):
    """A verb that links substance and effect, from token `first` up to and including `last`."""

    language: Language
    kind: FrameKind
    first: int
    last: int


class Inversion(Struct, frozen=True):
    """A claim with the effect first or a noun for its verb: the verb, and the tokens of effect and substances."""

    frame: Frame
    effect: tuple[int, int]
    substances: tuple[int, int]


class Name(Struct, frozen=True):
    """A substance named in a sentence, from token `first` up to and including `last`."""

    substance: str
    first: int
    last: int


class Predicate(Struct, frozen=True):
    """The words behind a verb: effects with their tokens, words that name none, and the words that count for all."""

    effects: tuple[tuple[frozenset[str], tuple[int, ...]], ...]
    leftover: tuple[int, ...]
    is_normal: bool
    has_carrier: bool


class Shape(Struct, frozen=True):
    """Features of a registered wording that a faithful one shares: its verb, "normal", "function", "maintenance"."""

    kind: FrameKind | None
    is_normal: bool
    has_carrier: bool
    has_function: bool


class RegisterLexicon:
    """All names, frames and effects of the register, prepared for tokens.

    `on_hold` has the concepts of functions of the body that are on hold, by substance.
    """

    def __init__(self, register: Register, lexicons: Mapping[Language, Lexicon]) -> None:
        self.register = register
        self.on_hold = {
            entry.id: frozenset(
                mention.concept.id
                for one in entry.not_authorised
                if not one.is_barred
                for language, lexicon in lexicons.items()
                for mention in lexicon.mentions(_tokens(one.effect(language)))
            )
            for entry in register.by_id.values()
        }
        self._shapes: dict[tuple[str, Language], Shape] = {}
        self._names: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        for entry in register.by_id.values():
            for name in names_in(entry):
                words = _words(name)
                if words and words not in _AMBIGUOUS and entry.id != MAGNESIUM:
                    self._names[words[0]].append((words, entry.id))
        for row in self._names.values():
            row.sort(key=lambda one: -len(one[0]))
        self._effects: dict[Language, dict[str, list[tuple[tuple[str, ...], str]]]] = {}
        self.wordings: dict[tuple[Language, tuple[str, ...]], list[RegisteredClaim]] = defaultdict(list)
        self._frames = {language: _frame_patterns(language) for language in LANGUAGES}
        self._inverted = {language: [re.compile(pattern) for pattern in _INVERTED[language]] for language in LANGUAGES}
        for language in LANGUAGES:
            self._effects[language] = self._effects_of(language)
            for claim in register.claims.values():
                wording = claim.wording(language)
                if wording and claim.substance != MAGNESIUM:
                    self._add_wording(claim, wording, language)

    def _add_wording(self, claim: RegisteredClaim, wording: str, language: Language) -> None:
        """Add a wording, and its first sentence, which a text has by itself; that of Article 14 is no claim alone."""
        parts = [wording]
        if not claim.record.article.startswith("14"):
            parts.append(wording.partition(". ")[0])
        for part in dict.fromkeys(parts):
            key = tuple(word for _, word in content_words(_tokens(part), language))
            self.wordings[language, key].append(claim)

    def _effects_of(self, language: Language) -> dict[str, list[tuple[tuple[str, ...], str]]]:
        """Effects by the first of their content words, longest first."""
        found: set[tuple[tuple[str, ...], str]] = set()
        for claim in self.register.claims.values():
            wording = claim.wording(language)
            frames = list(self.frames(_tokens(wording), language)) if wording else []
            if wording and len(frames) == 1 and not claim.record.article.startswith("14"):
                rest = _tokens(wording)[frames[0].last + 1 :]
                found.add((tuple(word for _, word in content_words(rest, language)), claim.record.effect))
        for effect in self.register.effects.values():
            for phrase in effect.nl if language == "nl" else effect.en:
                found.add((tuple(word for _, word in content_words(_tokens(phrase), language)), effect.id))
        by_first: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        for key, effect_id in found:
            if key:
                by_first[key[0]].append((key, effect_id))
        for row in by_first.values():
            row.sort(key=lambda one: (-len(one[0]), one[1]))
        return by_first

    def frames(self, tokens: Sequence[Token], *languages: Language) -> Iterator[Frame]:
        """Verb frames in order; where two overlap, the first and longest."""
        text = " ".join(token.text for token in tokens)
        starts, place = {}, 0
        for index, token in enumerate(tokens):
            starts[place] = index
            place += len(token.text) + 1
        found = []
        for language in languages or LANGUAGES:
            for kind, pattern in self._frames[language]:
                for match in pattern.finditer(text):
                    first = starts[match.start()]
                    found.append(Frame(language, kind, first, first + match[0].count(" ")))
        reached = -1
        for frame in sorted(found, key=lambda frame: (frame.first, -frame.last)):
            if frame.first > reached:
                reached = frame.last
                yield frame

    def inversions(self, tokens: Sequence[Token]) -> Iterator[Inversion]:
        """Readings of a sentence with the effect first, or as a noun: `To … zinc contributes`, `contribution of …`.

        Each range is the first token and the one after the last.
        """
        if len(tokens) > _LONGEST_INVERTED:
            return
        text = " ".join(token.text for token in tokens).rstrip(" .!?")
        for language in LANGUAGES:
            for pattern in self._inverted[language]:
                match = pattern.fullmatch(text)
                if match:
                    verb, effect, names = (_token_range(text, match, group) for group in ("v", "e", "s"))
                    yield Inversion(Frame(language, "contribute", verb[0], verb[1] - 1), effect, names)

    def shape(self, wording: str, language: Language) -> Shape:
        """Features of a registered wording."""
        if (wording, language) not in self._shapes:
            tokens = _tokens(wording)
            texts = [token.text for token in tokens]
            self._shapes[wording, language] = Shape(
                next((frame.kind for frame in self.frames(tokens, language)), None),
                any(text in _NORMAL for text in texts),
                any(_is_carrier(text, language) for text in texts),
                any(_is_carrier(text, language) and not text.startswith(_MAINTENANCE) for text in texts),
            )
        return self._shapes[wording, language]

    def names(self, tokens: Sequence[Token], first: int, after: int) -> list[Name]:
        """Substances beside magnesium named from token `first` up to `after`; the longest name at each place."""
        found: list[Name] = []
        place = first
        vitamins = False
        while place < after:
            name = self._name_at(tokens, place, after)
            if name is None and vitamins and tokens[place].text in _LETTERS:
                name = Name(f"vitamin_{tokens[place].text}", place, place)
            if name:
                found.append(name)
                place = name.last + 1
            else:
                place += 1
            vitamins = (vitamins and place < after) or tokens[min(place, after) - 1].text.startswith("vitamin")
        return found

    def _name_at(self, tokens: Sequence[Token], place: int, after: int) -> Name | None:
        for words, substance in self._names.get(tokens[place].text, ()):
            last = place + len(words) - 1
            if last < after and all(tokens[place + step].text == word for step, word in enumerate(words)):
                return Name(substance, place, last)
        return None

    def predicate(self, tokens: Sequence[Token], first: int, after: int, language: Language) -> Predicate:
        """Effects named from token `first` up to `after`, and the words there that belong to none."""
        words = content_words(tokens[first:after], language)
        by_first = self._effects[language]
        effects: list[tuple[frozenset[str], tuple[int, ...]]] = []
        leftover: list[int] = []
        place = 0
        while place < len(words):
            key = next((key for key, _ in by_first.get(words[place][1], ()) if _starts(words, place, key)), None)
            if key is None:
                leftover.append(first + words[place][0])
                place += 1
                continue
            ids = frozenset(effect for other, effect in by_first[key[0]] if other == key)
            effects.append((ids, tuple(first + index for index, _ in words[place : place + len(key)])))
            place += len(key)
        texts = [token.text for token in tokens[first:after]]
        return Predicate(
            tuple(effects),
            tuple(leftover),
            any(text in _NORMAL for text in texts),
            any(_is_carrier(text, language) for text in texts),
        )


def _token_range(text: str, match: re.Match[str], group: str) -> tuple[int, int]:
    """First token of a group, and the one after its last; tokens are parted by one space."""
    first = text.count(" ", 0, match.start(group))
    return first, first + match[group].count(" ") + 1


def _frame_patterns(language: Language) -> list[tuple[FrameKind, re.Pattern[str]]]:
    return [(kind, re.compile(rf"(?<!\S)(?:{pattern})(?!\S)")) for kind, pattern in _FRAMES[language].items()]


def _starts(words: Sequence[tuple[int, str]], place: int, key: tuple[str, ...]) -> bool:
    return tuple(word for _, word in words[place : place + len(key)]) == key


def _tokens(text: str) -> list[Token]:
    return tokens_of(text, list(range(len(text))), list(range(1, len(text) + 1)))


def _words(name: str) -> tuple[str, ...]:
    return tuple(token.text for token in _tokens(name) if not token.is_stop)


def _is_carrier(word: str, language: Language) -> bool:
    return word.startswith(_CARRIERS[language]) or (language == "nl" and word.endswith(_CARRIER_ENDINGS))


def content_words(tokens: Sequence[Token], language: Language) -> list[tuple[int, str]]:
    """Stems of the words that carry meaning, each with its index."""
    return [(index, _stem(token.text, language)) for index, token in enumerate(tokens) if _has_content(token, language)]


def _has_content(token: Token, language: Language) -> bool:
    return not token.is_stop and _means_something(token.text, language)


@lru_cache(maxsize=16384)
def _means_something(word: str, language: Language) -> bool:
    if word in _FILLERS[language] or word in _NORMAL or word.isdecimal() or word in _MEASURES:
        return False
    return not word.startswith(_CARRIERS[language])


@lru_cache(maxsize=4096)
def _stem(word: str, language: Language) -> str:
    stem: str = _STEMMERS[language].stemWord(word)
    return stem


def is_filler(word: str) -> bool:
    """Whether a word has no meaning of its own in either language."""
    return any(word in _FILLERS[language] for language in LANGUAGES) or word in _NORMAL


@once_per_folder
def load_register_lexicon(directory: Path) -> RegisterLexicon:
    """Words of the register, from a folder with the layout of `recommend/data/`. Raises RulesetError."""
    lexicons = {language: load_lexicon(language, directory) for language in LANGUAGES}
    return RegisterLexicon(load_register(directory), lexicons)
