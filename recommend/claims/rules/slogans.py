"""Slogans, recognised by shape.

No subject (`Gets you ready …`), "your" with an organ (`… your mind`), an opening on the reader's state (`Ready for …`)
or a figure of speech in a container (`… in one capsule`).
"""

from collections.abc import Iterator

from recommend.claims.lexicon import Mention
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
_SHORTEST_FIGURE, _LONGEST_SLOGAN = 3, 12  # words
_DAYS = (
    *("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
)
_FROM, _TO = frozenset(["van", "from"]), frozenset(["naar", "to"])
_NOT_OF_FIGURES = frozenset(
    [
        "vanaf",
        "nu",
        "ook",
        "nieuw",
        "weer",
        "in",
        "een",
        "de",
        "het",
        "now",
        "also",
        "new",
        "again",
        "a",
        "the",
        "from",
        "on",
    ]
)
_PLAIN_CONTENTS = frozenset(
    [
        *("vloeistof", "siroop", "oplossing", "concentraat", "korrels", "kristallen"),
        *("liquid", "syrup", "solution", "concentrate", "granules", "crystals"),
    ]
)
"""Contents of a container that are no figure of speech."""
_ONE = frozenset(["een", "één", "elke", "iedere", "one", "a", "an", "every", "each"])
_OF_THE_SHOP = (
    *("trade", "shop-world", "other-bearer", "no-slogan", "source-of", "rich-in", "contains", "ban", "denial"),
    *(
        "courtesy",
        "shop-talk",
        "business-talk",
        "law-and-reference",
        "fact",
        "technical",
        "amount",
        "absorption",
        "study",
    ),
    *("medicine", "professional", "other-nutrient", "consult", "not-use", "caution", "excess", "applying"),
)

_WHOLE_PHRASES = ("courtesy", "shop-talk", "business-talk", "law-and-reference")
"""Idioms, which count twice: a whole phrase is no slogan's by chance."""
_OF_USE = (
    "other-field",
    "food",
    "dosage",
    "layman",
    "no-need",
    "undecided",
    "mineral-form",
    "absorption",
    "time-of-day",
)


def slogan_grounds(sentence: ParsedSentence) -> Iterator[Ground]:
    """Ground for a slogan whose subject is missing or is the product on the page."""
    tokens = sentence.tokens
    if (
        sentence.is_warning
        or sentence.is_of_other_goods
        or sentence.is_of_another_field
        or sentence.is_set_elsewhere
        or sentence.is_application
        or sentence.list_intro
        or (tokens and tokens[-1].text in ("?", ":"))
    ):
        return
    found = _opening(sentence) or _transformation(sentence) or _figure_in_container(sentence)
    if found or sentence.has(*_FACTS):
        yield from _grounds(found)
        return
    if _starts_with_verb_and_you(sentence):
        found = sentence.mentions_of("you")[:1]
    for organ in sentence.mentions_of("organs"):
        before = organ.first - 1
        joined = before > 0 and tokens[before - 1].text in ("en", "and")
        if before > 0 and tokens[before].text in _YOURS and not joined:
            found.append(organ)
    yield from _grounds(found)


def _grounds(found: list[Mention]) -> Iterator[Ground]:
    if found:
        yield Ground("unauthorised_health", "block", "some-effect", tuple(found))


def _opening(sentence: ParsedSentence) -> list[Mention]:
    """Opening of a short slogan on the reader's state: `Ready for whatever comes`, not `Ready for use`."""
    if (
        len(sentence.tokens) > _LONGEST_SLOGAN
        or _is_of_the_shop(sentence)
        or sentence.has("dosage")
        or _has_number(sentence)
    ):
        return []
    found = sentence.mentions_between("slogan-opening", 0, 0)[:1]
    return found if found and found[0].last + 1 < len(sentence.tokens) else []


def _transformation(sentence: ParsedSentence) -> list[Mention]:
    """Words of a state in a slogan `From … to …`: `From grey Monday to sunny Friday`."""
    texts = [token.text for token in sentence.tokens]
    if not 0 < len(texts) <= _LONGEST_SLOGAN or texts[0] not in _FROM or _TO.isdisjoint(texts) or _has_number(sentence):
        return []
    return [] if _is_of_the_shop(sentence) else sentence.mentions_of("state-figure")[:1]


def _figure_in_container(sentence: ParsedSentence) -> list[Mention]:
    """Goods at the end of a figure of speech: `The calm after the storm, in one capsule`."""
    words = [place for place, token in enumerate(sentence.tokens) if token.text.isalpha()]
    if not _SHORTEST_FIGURE <= len(words) <= _LONGEST_SLOGAN or _is_of_the_shop(sentence) or _has_number(sentence):
        return []
    goods = [one for one in sentence.mentions_of("product", "container") if one.last == words[-1]]
    if not goods or sentence.has("nutrient", "mineral-form") or _names_substance(sentence):
        return []
    if sentence.mentions_of("product")[:1] not in ([], goods[:1]):
        return []  # `Unflavoured powder in a tub`
    texts = [sentence.tokens[place].text for place in words if place < goods[0].first]
    if not _PLAIN_CONTENTS.isdisjoint(texts):
        return []  # `Unflavoured liquid in a bottle`
    if len([text for text in texts if text not in _NOT_OF_FIGURES]) < _SHORTEST_FIGURE - 1:
        return []  # `From now on also in powder form`
    before = texts[-2:]
    return goods[:1] if before and (before[-1] == "in" or (before[0] == "in" and before[-1] in _ONE)) else []


def _is_of_the_shop(sentence: ParsedSentence) -> bool:
    """Whether a word of shop, law, taste or use is in the sentence; days of the week belong to readers as well."""
    return any(
        not sentence.tokens[mention.first].text.startswith(_DAYS) for mention in sentence.mentions_of(*_OF_THE_SHOP)
    )


def explanations(sentence: ParsedSentence) -> int:
    """How much explains a sentence without a claim: words of shop, law, food or use, a warning, a number; 2 is enough.

    One word alone may be a slogan's as well: `Coffee can pack its bags`.
    """
    if sentence.is_warning or sentence.is_of_other_goods:
        return 2
    if sentence.is_set_elsewhere and all(map(sentence.is_of_setting, sentence.topics)):
        return 2
    if sentence.is_application or sentence.list_intro:
        return 2
    places = {mention.first for mention in sentence.mentions_of(*_OF_THE_SHOP, *_OF_USE)}
    days = {place for place, token in enumerate(sentence.tokens) if token.text.startswith(_DAYS)}
    found = len(places - days) + _has_number(sentence) + len(sentence.mentions_of(*_WHOLE_PHRASES))
    return found + len(days) if found else 0  # `Ready for Monday`, but `open on Monday`


def _names_substance(sentence: ParsedSentence) -> bool:
    return any(mention.concept.kind == "substance" for mention in sentence.mentions)


def _has_number(sentence: ParsedSentence) -> bool:
    """Whether the sentence has a number other than 100, which is a figure of speech."""
    return any(token.text.isdecimal() and token.text != "100" for token in sentence.tokens)


def _starts_with_verb_and_you(sentence: ParsedSentence) -> bool:
    """Whether the sentence starts with a verb and "you": `Helpt je …`, `Gets you …`."""
    words = [token.text for token in sentence.tokens[:2]]
    if sentence.mentions_between("no-verb", 0, 0) or len(words) < 2 or len(words[0]) < _SHORTEST_VERB:  # noqa: PLR2004 - verb, object
        return False
    # In `maakt je` the word "je" is the object: with "je" as subject the verb loses its t (`maak je`).
    return words[1] in _OBJECT and words[0].endswith("s" if words[1].startswith("y") else "t")
