"""Slogans, recognised by shape: no subject (`Gets you ready …`), or "your" with an organ (`… your mind`)."""

from collections.abc import Iterator

from recommend.claims.rules.ground import Ground
from recommend.claims.sentence import ParsedSentence

_FACTS = (
    "fact",
    "technical",
    "amount",
    "absorption",
    "study",
    "comparison",
    "conditional",
    "not",
    "medicine",
    "food",
    "professional",
    "other-nutrient",
    "role",
    "working",
)
_YOURS = frozenset(["je", "jouw", "uw", "your"])
_OBJECT = frozenset(["je", "jou", "jouw", "you", "your"])
_SHORTEST_VERB = 3


def slogan_grounds(sentence: ParsedSentence) -> Iterator[Ground]:
    """Ground for a slogan whose subject is missing or is the product on the page."""
    tokens = sentence.tokens
    if (
        sentence.is_warning
        or sentence.is_of_other_goods
        or sentence.is_application
        or sentence.list_intro
        or sentence.has(*_FACTS)
        or (tokens and tokens[-1].text in ("?", ":"))
    ):
        return
    found = []
    if _starts_with_verb_and_you(sentence):
        found = sentence.mentions_of("you")[:1]
    for organ in sentence.mentions_of("organs"):
        before = organ.first - 1
        joined = before > 0 and tokens[before - 1].text in ("en", "and")
        if before > 0 and tokens[before].text in _YOURS and not joined:
            found.append(organ)
    if found:
        yield Ground("unauthorised_health", "block", "some-effect", tuple(found))


def _starts_with_verb_and_you(sentence: ParsedSentence) -> bool:
    """Whether the sentence starts with a verb and "you": `Helpt je …`, `Gets you …`."""
    words = [token.text for token in sentence.tokens[:2]]
    if sentence.mentions_between("no-verb", 0, 0) or len(words) < 2 or len(words[0]) < _SHORTEST_VERB:  # noqa: PLR2004 - verb, object
        return False
    # In `maakt je` the word "je" is the object: with "je" as subject the verb loses its t (`maak je`).
    return words[1] in _OBJECT and words[0].endswith("s" if words[1].startswith("y") else "t")
