"""Fits the second opinion to the labelled sentences: `uv run --group bench shop dev bench classifier`.

Fitted to the part to develop on and to the shop's own texts, which pass the rules; never to a part kept apart.
The same sentences give the same weights.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
import yaml
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import chi2
from sklearn.linear_model import LogisticRegression

from catalog.samples.sample import SAMPLE
from recommend.claims.classifier import Weights, pieces_of, word_features
from recommend.claims.findings import VERDICTS
from recommend.claims.text.markup import visible_parts
from recommend.claims.tokens import sentence_spans, tokens_of
from recommend.loading import DATA
from recommend.text import LANGUAGES
from shop.copy_check.messages import interface_messages, shown
from tests.bench.claims import LABELLED

FILE = DATA / "claims" / "opinion.json"
_KEPT = {"words": 8000, "pieces": 8000}  # features that tell verdicts apart best
_FIRMNESS = 30.0
_SCALE = 1000
_LABELLED = 1.0
_OWN = 1.0  # the shop's own texts are many, and much alike
_OWN_DATA = (
    DATA / "guide.yaml",
    DATA / "search_answers.yaml",
    *(DATA / "rules").glob("*.yaml"),
    *(DATA / "notes").glob("*.yaml"),
    SAMPLE,
)


def labelled_bytes() -> bytes:
    return (LABELLED / "labelled_develop.yaml").read_bytes()


def words_of(text: str) -> list[list[str]]:
    """The words of each unit, as the check sees them."""
    return [
        [token.text for token in tokens_of(part.text[first:after], list(part.starts), list(part.ends))]
        for part in visible_parts(text)
        for first, after in sentence_spans(part.text)
    ]


def own_texts() -> Iterator[str]:
    """Texts of the shop itself: each passes the rules, so it is neutral unless it words an authorised claim."""
    for message in interface_messages():
        yield shown(message)
    for file in sorted(_OWN_DATA):
        yield from _texts_in(yaml.safe_load(file.read_text(encoding="utf-8")))
    medicines = yaml.safe_load((DATA / "medicines.yaml").read_text(encoding="utf-8"))
    yield from _texts_in(medicines["reasons"])


def _texts_in(data: object) -> Iterator[str]:
    if isinstance(data, dict):
        for value in data.values():
            yield from _texts_in(value)
    elif isinstance(data, list):
        for value in data:
            yield from _texts_in(value)
    elif isinstance(data, str) and " " in data:
        yield data


def examples() -> tuple[list[list[str]], list[int], list[float]]:
    """Units, their verdicts as places in VERDICTS, and how much each counts, so that verdicts count alike."""
    rows: list[tuple[list[str], int, float]] = []
    for group in yaml.safe_load(labelled_bytes()):
        for text in (text for language in LANGUAGES for text in group[language]):
            rows += [
                ([word for words in words_of(text) for word in words], VERDICTS.index(group["verdict"]), _LABELLED)
            ]
    for text in own_texts():
        if "bij tot" not in text and "contribut" not in text:
            rows += [(words, VERDICTS.index("neutral"), _OWN) for words in words_of(text) if len(words) > 1]
    sizes = Counter(verdict for _, verdict, count in rows if count == _LABELLED)
    counts = [count / sizes[verdict] * sum(sizes.values()) / len(sizes) for _, verdict, count in rows]
    return [words for words, *_ in rows], [verdict for _, verdict, _ in rows], counts


def _pairs(words: Sequence[str]) -> list[str]:
    return [feature for _, feature in word_features(words)]


def _pieces(words: Sequence[str]) -> list[str]:
    return [piece for word in words for piece in pieces_of(word)]


def fitted() -> Weights:
    units, verdicts, counts = examples()
    blocks, names, rarities = [], [], []
    for analyzer, kept in ((_pairs, _KEPT["words"]), (_pieces, _KEPT["pieces"])):
        whole = TfidfVectorizer(analyzer=analyzer, min_df=2, binary=True).fit(units)
        scores = np.nan_to_num(chi2(whole.transform(units), verdicts)[0])
        best = sorted(whole.get_feature_names_out()[np.argsort(-scores, kind="stable")[:kept]])
        chosen = TfidfVectorizer(analyzer=analyzer, vocabulary=best, binary=True).fit(units)
        blocks.append(chosen.transform(units))
        names.append(best)
        rarities.append(chosen.idf_)
    model = LogisticRegression(C=_FIRMNESS, max_iter=5000).fit(hstack(blocks).tocsr(), verdicts, sample_weight=counts)
    rows = [
        {
            name: (round(rarity * 100), *(round(weight * _SCALE) for weight in model.coef_[:, first + number]))
            for number, (name, rarity) in enumerate(zip(block, idf, strict=True))
        }
        for block, idf, first in zip(names, rarities, (0, len(names[0])), strict=True)
    ]
    intercepts = tuple(round(weight * _SCALE) for weight in model.intercept_)
    return Weights(hashlib.sha256(labelled_bytes()).hexdigest(), intercepts, *rows)


def main() -> None:
    """Write the fitted weights to the ruleset's data."""
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode(fitted()), indent=0) + b"\n")
    print(f"{FILE.name}: {FILE.stat().st_size // 1024} kB")
