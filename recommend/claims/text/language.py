"""Language of a text: a sentence in another language than asked is not read by the rules, and is said to be so."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from recommend.claims.tokens import Token
from recommend.text import Language

_MIN_WORDS = 3  # shorter texts are names
# Two letters in a row, since units and names have single ones (μg, β-carotene): Greek to Georgian, Devanagari, CJK.
_OTHER_SCRIPTS = re.compile(r"[\u0370-\u10ff\u3040-\u9fff\uac00-\ud7af]{2}")
_ENOUGH = 2  # words of the other language; more than these need no look at the rest of the text


def language_counts(tokens: Sequence[Token], languages: Mapping[str, frozenset[str]]) -> Counter[str]:
    """Number of different words of each language in a sentence; nothing for a sentence of one or two words."""
    words = {token.text for token in tokens if token.text.isalpha()}
    if len(words) < _MIN_WORDS:
        return Counter()
    return Counter({name: count for name, known in languages.items() if (count := len(words & known))})


def may_be_foreign(sentence: Counter[str], language: Language) -> bool:
    """Whether a sentence would be in another language in a text that is."""
    return is_foreign(sentence, Counter({name: _ENOUGH for name in sentence if name != language}), language)


def is_foreign(sentence: Counter[str], text: Counter[str], language: Language) -> bool:
    """Whether a sentence is in another language than asked, in view of the words of the whole text."""
    others = {name: count for name, count in sentence.items() if name != language}
    if not others:
        return False
    best = max(others, key=lambda name: others[name])
    if others[best] < _ENOUGH or others[best] <= _ENOUGH * sentence[language]:
        return False
    return others[best] > _ENOUGH or text[best] > text[language]


def has_other_script(text: str) -> bool:
    """Whether a text has letters of an alphabet that is not read here, such as Cyrillic or Greek: `tegen крамp`."""
    return not text.isascii() and _OTHER_SCRIPTS.search(text) is not None
