"""Reversals: what makes a denial, a warning or a referral of a sentence no excuse for the disease that it names.

`No pill lowers blood pressure like this` denies nothing; `Tell your doctor that your gout has gone` warns of nothing.
"""

from collections.abc import Iterable
from itertools import pairwise, takewhile

from recommend.claims.lexicon import Mention
from recommend.claims.sentence_words import EFFECTS, SentenceWords
from recommend.claims.tokens import Token

_NONE = frozenset(["geen", "niets", "niemand", "nooit", "no", "nothing", "nobody", "none", "never", "neither"])
"""Negations of a subject or of all times, which strengthen what is compared: `No pill works so fast`."""
_BETTER = frozenset(["beter", "betere", "sneller", "snellere", "sterker", "sterkere", "krachtiger", "grondiger"]) | (
    frozenset(["better", "faster", "quicker", "stronger", "harder", "longer", "further"])
)
_SO = frozenset(["zo", "zulke", "zulk", "so", "such", "as"])
_MEASURING = frozenset(["veel", "lang", "vaak", "much", "many", "long", "far", "often", "soon", "nodig"])
_LIKE = frozenset(["als", "zoals", "dan", "like", "as", "than", "way"])
_OURS = frozenset(["ons", "onze", "dit", "deze", "het", "our", "ours", "this", "these", "it"])
_THAT = frozenset(["dat", "that", "alsof", "who", "whoever", "wie", "those"])
_UNTIL = frozenset(["tot", "totdat", "voordat", "toen", "nadat", "until", "till", "before", "once", "after"])
_CASES = frozenset(["als", "wanneer", "indien", "of", "voordat", "tenzij", "totdat", "tot", "zodra"]) | frozenset(
    ["if", "when", "whether", "before", "unless", "until", "once", "should"]
)
"""Words that make good news a case to be asked about: `Ask your doctor whether …`."""
_UNPROVEN = ("proof", "speech", "study", "denial", "undecided", "scant", "not-intended")
_DENIED_WITHIN = 3  # words from a negation to the effect that it denies
_NEAR = 7  # words between a complaint and what it is called
_WITHIN = 2  # words behind "like" that name the goods


def strengthens_by_denying(sentence: SentenceWords) -> bool:
    """Whether a negation makes the effect greater or denies that there is none.

    `There is no doubt that …`, `Nothing works better`, `It is a myth that magnesium does not help …`.
    """
    if not sentence.has("not", "no-medicine", "no-doubt", "scant"):
        return False
    is_sure = sentence.has("no-doubt") and not _denies_an_effect(sentence)
    if is_sure or sentence.has("defeated") or _calls_needless(sentence):
        return True
    if _denies_a_denial(sentence) or _spares_none(sentence):
        return True
    return not sentence.has(*_UNPROVEN) and _is_beyond_compare(sentence)


def _denies_a_denial(sentence: SentenceWords) -> bool:
    """Whether a denial is called false, or said by those who are wrong."""
    wrong = sentence.mentions_of("falsehood", "doubter")
    for negation in _negates_beside(sentence, "falsehood", "doubter"):
        for one in wrong:
            low, high = sorted((one.first, negation.first))
            between = sentence.tokens[low:high]
            apart = any(token.is_stop and token.text != "," for token in between) or "en" in _texts(between)
            is_clause = (one.concept.id == "doubter" and not sentence.has("proof")) or not _THAT.isdisjoint(
                _texts(sentence.tokens[:high])
            )
            if is_clause and not apart and "and" not in _texts(between):
                return True
    return False


def _denies_an_effect(sentence: SentenceWords) -> bool:
    """Whether a negation is close before an effect: `There is no doubt that these tablets do not cure …`."""
    negations = _negates_beside(sentence, "no-doubt")
    return any(
        0 < effect.first - one.last <= _DENIED_WITHIN for effect in sentence.mentions_of(*EFFECTS) for one in negations
    )


def _negates_beside(sentence: SentenceWords, *concepts: str) -> list[Mention]:
    """Negations outside the mentions of these concepts, wherever in the sentence they stand."""
    inside = {place for one in sentence.mentions_of(*concepts) for place in range(one.first, one.last + 1)}
    return [negation for negation in sentence.mentions_of("not") if negation.first not in inside]


def _is_beyond_compare(sentence: SentenceWords) -> bool:
    """Whether nothing else is as good: `No supplement relieves it as ours does`, `Geen pil werkt zo snel`."""
    for negation in _of_all(sentence):
        rest = sentence.tokens[negation.last + 1 :]
        behind = [token.text for token in takewhile(lambda token: not token.is_stop, rest)]
        if sentence.mentions_between("rivalry", negation.last + 1, len(sentence.tokens)):
            return True
        likened = [place for place, text in enumerate(behind) if text in _LIKE]
        if any(not _OURS.isdisjoint(behind[place + 1 : place + 1 + _WITHIN]) for place in likened):
            return True
        if likened:
            continue
        if not _BETTER.isdisjoint(behind) or any(
            first in _SO and second not in _MEASURING for first, second in pairwise(behind)
        ):
            return True
    return False


def _spares_none(sentence: SentenceWords) -> bool:
    """Whether no disease is said to remain: `There is no ailment that it leaves alone`."""
    if not sentence.has("rivalry"):
        return False
    diseases = {topic.first for topic in sentence.topics if topic.concept.kind in ("complaint", "condition")}
    return any(negation.last + 1 in diseases for negation in _of_all(sentence))


def _calls_needless(sentence: SentenceWords) -> bool:
    """Whether a disease is what nobody need have: `Die maandelijkse buikpijn hoeft echt niet`."""
    diseases = [topic.last for topic in sentence.topics if topic.concept.kind == "complaint"]
    return any(abs(one.first - last) <= _NEAR for one in sentence.mentions_of("needless") for last in diseases)


def _of_all(sentence: SentenceWords) -> list[Mention]:
    negations = sentence.mentions_of("not", "no-medicine")
    return [one for one in negations if sentence.tokens[one.first].text in _NONE]


def tells_good_news(sentence: SentenceWords) -> bool:
    """Whether a professional is told, or amazed, that something is over; not in a case to be asked about."""
    if sentence.has("amazement"):
        return True
    if not sentence.has("good-news") or sentence.has("not", "medicine"):
        return False
    return _CASES.isdisjoint(_texts(sentence.tokens))


def ends_by_the_goods(sentence: SentenceWords) -> bool:
    """Whether somebody's state ended when they met the goods: `Our packer had gout until he tried a sachet`."""
    texts = [token.text for token in sentence.tokens]
    if any(_UNTIL.isdisjoint(texts[: news.first]) for news in sentence.mentions_of("good-news")):
        return True  # not `closed until the flu is over`
    return sentence.has("tried-them") and not _UNTIL.isdisjoint(texts)


def welcomes(sentence: SentenceWords, topic: Mention) -> bool:
    """Whether a warning welcomes what it names: `Do not use if you love your migraine`, `Caution, migraine: …`."""
    if sentence.has("defeated", "no-doubt") or (sentence.has_in_context("not-use") and sentence.has("fond-of")):
        return True
    before = topic.first - 1
    is_called = before > 0 and sentence.tokens[before].text == "," and topic.last + 1 < len(sentence.tokens)
    if not is_called or not sentence.tokens[topic.last + 1].is_stop:
        return False
    return any(one.last == before - 1 and not one.first for one in sentence.mentions_of("caution"))


def _texts(tokens: Iterable[Token]) -> set[str]:
    return {token.text for token in tokens}
