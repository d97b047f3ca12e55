"""Parsed sentence: its words, segments and settings, and what excuses a disease that it names."""

from functools import cached_property

from recommend.claims.reversals import tells_good_news
from recommend.claims.sentence_words import EFFECTS, OFFERED, OTHER_GOODS, OWN_CLAIM, REASONS_FOR_A_DOCTOR
from recommend.claims.settings import SetSentence

_SAFETY = ("not-use", "caution", "excess")
_LONGEST_HEADING = 8
_BESIDE = frozenset(
    ["samen", "naast", "tegelijk", "combinatie", "combineren", "combineer", "gecombineerd"]
) | frozenset(["together", "alongside", "combined", "combination", "combine", "combining", "with"])
_AGAINST_MEDICINE = ("likeness", "shedding", "not-taking", "deficiency", "natural", "gone", "medical")
_ASKED_WITHIN = 3  # words behind "talk to", "consult" that name who is asked
_NOT = frozenset(["niet", "nooit", "not", "never"])
_OF_THE_SHOP = frozenset(
    ["ons", "onze", "us", "our", "winkel", "webwinkel", "webshop", "shop", "store", "account", "team"]
) | (frozenset(["klantenservice", "keuzehulp", "chat", "bestel", "bestellen", "koop", "order", "buy", "quiz"]))
"""Words of the shop and of buying there: who sends the reader to these sends to no professional."""
_HONEST = (
    "contribute",
    "role",
    "normal",
    "consult",
    "study",
    "contains",
    "source-of",
    "rich-in",
    "amount",
)
"""Concepts of a fact or an authorised claim: behind "but" they make a denial no hint."""


class ParsedSentence(SetSentence):
    """One sentence, with its warnings, referrals to a professional, doubts and hints."""

    @cached_property
    def is_warning(self) -> bool:
        """Whether the sentence warns, or sends the reader to a professional."""
        return self.has_in_context(*_SAFETY) or self.refers_to_professional or self.warns_of_medicine

    @cached_property
    def warns_of_medicine(self) -> bool:
        """Whether the goods are called dangerous beside a medicine: `Together with a blood thinner it can be risky`."""
        if not self.has("danger") or not self.has("medicine", "drug") or self.has(*_AGAINST_MEDICINE):
            return False
        return any(token.text in _BESIDE for token in self.tokens)

    @cached_property
    def refers_to_professional(self) -> bool:
        """Whether the sentence sends the reader to a doctor or pharmacist."""
        if tells_good_news(self):
            return False
        if self.has_in_context("consult"):
            return not self._sends_to_the_shop
        if not self.has_in_context("professional", "your-professional"):
            return False
        if self.has("endorsing") and not self.has("your-professional"):
            return False  # `Nurse here, and I tell all my patients about these`
        if self.has_in_context("ask", "your-professional"):
            return self.has("your-professional") or not self.has("professionals")
        named = any(mention.concept.kind in REASONS_FOR_A_DOCTOR for mention in self.topics)
        return named and not self.has(*OFFERED, *OTHER_GOODS, "recommends", "praise", "professionals")

    @property
    def _sends_to_the_shop(self) -> bool:
        """Whether the one to ask is the shop, or nobody: `Talk to our team about …`, `Praat niet met je arts`."""
        consults = self.mentions_of("consult")
        asked = {place for consult in consults for place in range(consult.last + 1, consult.last + 1 + _ASKED_WITHIN)}
        shop = {place for place, token in enumerate(self.tokens) if token.text in _OF_THE_SHOP}
        if asked & shop or any(_NOT & {token.text for token in self.tokens[m.first + 1 : m.last]} for m in consults):
            return True
        return bool(shop) and not self.has("professional", "your-professional", "institution", "not", "denial")

    @cached_property
    def is_heading(self) -> bool:
        """Whether the line, if it stands alone, heads a list of uses or of warnings: `Suitable for`, `Side effects`."""
        if len(self.tokens) > _LONGEST_HEADING or not self.tokens or self.tokens[-1].text in (".", "!"):
            return False
        if self.has("use-heading", "side-effect-word"):
            return True
        return self.has("consult", *_SAFETY, "your-professional") and not self.has(*OWN_CLAIM)

    @cached_property
    def is_listed_use(self) -> bool:
        """Whether the sentence is an item of a list of uses, and not an answer of a visitor (`Because I …`)."""
        if not self.list_intro or any(token.text in ("ik", "i") for token in self.tokens):
            return False
        return self.list_intro.has("use-heading") and not self.list_intro.is_warning

    @cached_property
    def hints_at_banned_claim(self) -> bool:
        """Whether a denial is withdrawn: by a wink, or by a "but" after a ban behind which no fact stands.

        `We may not say that it helps with cramps, but you know`; not `… but it is a source of magnesium`.
        """
        if self.has("covert-hint"):
            return True
        bans = self.mentions_of("ban")
        turns = [turn for turn in self.mentions_of("but", "although") if bans and turn.first > bans[0].first]
        if not turns:
            return False
        rest = range(turns[0].first + 1, len(self.tokens))
        return not any(mention.first in rest for mention in self.mentions_of(*_HONEST))

    @cached_property
    def is_application(self) -> bool:
        """Whether the sentence says where to rub or spray the goods, and promises nothing: `Spray on your arms`."""
        return self.has("applying") and not self.has(*EFFECTS, "gone", "stronger", "suffering", "makes-you")
