"""Fits the second opinion to the labelled sentences: `uv run --group bench shop dev bench classifier`.

Fitted to the part to develop on and to the shop's own texts, which pass the rules; never to a part kept apart.
The same sentences give the same weights.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import yaml
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.feature_selection import chi2
from sklearn.linear_model import LogisticRegression

from catalog.samples.sample import SAMPLE
from recommend.claims.classifier import Weights, pieces_of, word_features
from recommend.claims.findings import VERDICTS
from recommend.claims.lexicon import load_lexicon
from recommend.claims.sentence import ParsedSentence
from recommend.claims.text.markup import visible_parts
from recommend.claims.tokens import sentence_spans, tokens_of
from recommend.loading import DATA
from recommend.text import LANGUAGES, Language
from shop.copy_check.messages import interface_messages, shown
from tests.bench.claims import LABELLED

FILE = DATA / "claims" / "opinion.json"
_KEPT = 10_000  # features of each family that tell verdicts apart best
_FIRMNESS = 30.0
_SCALE = 1000
_FITTED_TO = ("develop", "ninth_develop", "voices_develop")
_OWN_DATA = (
    DATA / "guide.yaml",
    DATA / "search_answers.yaml",
    *(DATA / "rules").glob("*.yaml"),
    *(DATA / "notes").glob("*.yaml"),
    SAMPLE,
)


class Unit(NamedTuple):
    """A unit of text as the model sees it: its words, and the concepts that they name."""

    words: tuple[str, ...]
    concepts: frozenset[str]


def labelled_bytes() -> bytes:
    return b"".join((LABELLED / f"labelled_{name}.yaml").read_bytes() for name in _FITTED_TO)


def units_of(text: str, language: Language) -> list[Unit]:
    """The units of a text, as the check sees them."""
    return [
        Unit(tuple(token.text for token in tokens), ParsedSentence(tokens, load_lexicon(language)).named)
        for part in visible_parts(text)
        for first, after in sentence_spans(part.text)
        if (tokens := tokens_of(part.text[first:after], list(part.starts), list(part.ends)))
    ]


def own_texts() -> Iterator[tuple[str, Language]]:
    """Texts of the shop itself: each passes the rules, so it is neutral unless it words an authorised claim."""
    for message in interface_messages():
        yield shown(message), message.language
    for file in sorted(_OWN_DATA):
        yield from _texts_in(yaml.safe_load(file.read_text(encoding="utf-8")))
    medicines = yaml.safe_load((DATA / "medicines.yaml").read_text(encoding="utf-8"))
    yield from _texts_in(medicines["reasons"])


def _texts_in(data: object, language: Language = "nl") -> Iterator[tuple[str, Language]]:
    """Texts of a file; the key `nl` or `en` above a text, or at the end of the key, gives its language."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _texts_in(value, next((one for one in LANGUAGES if str(key).endswith(one)), language))
    elif isinstance(data, list):
        for value in data:
            yield from _texts_in(value, language)
    elif isinstance(data, str) and " " in data:
        yield data, language


def labelled_units() -> Iterator[tuple[Unit, str]]:
    """Each labelled sentence as one unit, with its verdict."""
    for group in yaml.safe_load(labelled_bytes()):
        for language in LANGUAGES:
            for text in group[language]:
                units = units_of(text, language)
                words = tuple(word for unit in units for word in unit.words)
                yield Unit(words, frozenset().union(*(unit.concepts for unit in units))), group["verdict"]


def examples() -> tuple[list[Unit], list[int], list[float]]:
    """Units, their verdicts as places in VERDICTS, and how much each counts, so that verdicts count alike."""
    rows = [(unit, VERDICTS.index(verdict)) for unit, verdict in labelled_units()]
    sizes = Counter(verdict for _, verdict in rows)
    for text, language in own_texts():
        if "bij tot" not in text and "contribut" not in text:
            rows += [(unit, VERDICTS.index("neutral")) for unit in units_of(text, language) if len(unit.words) > 1]
    counts = [sum(sizes.values()) / len(sizes) / sizes[verdict] for _, verdict in rows]
    return [unit for unit, _ in rows], [verdict for _, verdict in rows], counts


def _words(unit: Unit) -> list[str]:
    return [feature for _, feature in word_features(unit.words)]


def _pieces(unit: Unit) -> list[str]:
    """The pieces of each different word: a piece counts as often as words have it."""
    return [piece for word in dict.fromkeys(unit.words) for piece in pieces_of(word)]


def _concepts(unit: Unit) -> list[str]:
    return list(unit.concepts)


class Family(NamedTuple):
    """Features of one kind: their names and rarities, and how units are written in them."""

    names: list[str]
    rarities: np.ndarray
    counter: CountVectorizer

    def matrix(self, units: Sequence[Unit]) -> csr_matrix:
        """Rows of rarities; the length of a row is taken over the features of each word, as the model does."""
        counts = self.counter.transform(units)
        lengths = np.sqrt(counts @ self.rarities**2)
        lengths[lengths == 0] = 1.0
        return diags(1 / lengths) @ counts @ diags(self.rarities)


def family_of(units: Sequence[Unit], verdicts: Sequence[int], features: Callable[[Unit], list[str]]) -> Family:
    """The features that tell the verdicts of the units apart best."""
    whole = CountVectorizer(analyzer=features, min_df=2).fit(units)
    seen = whole.transform(units).minimum(1)
    scores = np.nan_to_num(chi2(seen, verdicts)[0])
    chosen = np.sort(np.argsort(-scores, kind="stable")[:_KEPT])
    names = list(whole.get_feature_names_out()[chosen])
    found = np.asarray(seen.sum(axis=0)).ravel()[chosen]
    rarities = np.log((1 + len(units)) / (1 + found)) + 1
    return Family(names, np.round(rarities * 100) / 100, CountVectorizer(analyzer=features, vocabulary=names))


def fitted() -> Weights:
    return fitted_to(*examples())


def fitted_to(units: list[Unit], verdicts: list[int], counts: list[float]) -> Weights:
    """Weights of a logistic regression on the three families of features."""
    families = [family_of(units, verdicts, features) for features in (_words, _pieces, _concepts)]
    matrix = hstack([family.matrix(units) for family in families]).tocsr()
    model = LogisticRegression(C=_FIRMNESS, max_iter=5000).fit(matrix, verdicts, sample_weight=counts)
    rows, first = [], 0
    for family in families:
        rows.append(
            {
                name: (round(rarity * 100), *(round(weight * _SCALE) for weight in model.coef_[:, first + number]))
                for number, (name, rarity) in enumerate(zip(family.names, family.rarities, strict=True))
            }
        )
        first += len(family.names)
    intercepts = tuple(round(weight * _SCALE) for weight in model.intercept_)
    return Weights(hashlib.sha256(labelled_bytes()).hexdigest(), intercepts, *rows)


def main() -> None:
    """Write the fitted weights to the ruleset's data."""
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode(fitted()), indent=0) + b"\n")
    print(f"{FILE.name}: {FILE.stat().st_size // 1024} kB")
