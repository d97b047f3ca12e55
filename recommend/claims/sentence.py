"""Parsed sentence: its words, the concepts they name, and its segments between stops and contrasts ("but")."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from recommend.claims.lexicon import Lexicon, Mention
from recommend.claims.records import TOPICS
from recommend.claims.tokens import Token
from recommend.text import LANGUAGES

PROMISES = ("medical", "benefit", "contribute", "good-for", "against")
"""Concepts of verbs and prepositions that promise an effect."""
EFFECTS = (*PROMISES, "mild-benefit")
"""Concepts that assert an effect, mild ones ("keeps", "supports") included."""
OFFERED = ("nutrient", "mineral-form", "product")
"""Concepts that name the goods: magnesium, one of its forms, or the product."""
OTHER_GOODS = ("other-nutrient", "other-ingredient")
"""Concepts that name what a supplement may contain beside magnesium."""
_SAFETY = ("not-use", "caution", "excess")
_OWN_CLAIM = ("contribute", "benefit", "medical", "against", "good-for", "gone", "suffering")
_LONGEST_HEADING = 8
_TREATED_WITHIN = 5  # words after a medicine that may name the complaint it treats
_NEGATION_DISTANCE = 3
_DOUBT_DISTANCE = 3
_AND = ("en", "and", "of", "or", "noch", "nor")
_REASONS_FOR_A_DOCTOR = frozenset(["complaint", "condition", "side_effect", "fatigue"])
_BESIDE = frozenset(
    ["samen", "naast", "tegelijk", "combinatie", "combineren", "combineer", "gecombineerd"]
) | frozenset(["together", "alongside", "combined", "combination", "combine", "combining", "with"])
_AGAINST_MEDICINE = ("likeness", "shedding", "not-taking", "deficiency", "natural", "gone", "medical")
_READER = frozenset(["you", "me", "us", "je", "jou", "u", "ge", "gij", "mij", "ons"])
_JOINING = frozenset(
    ["of", "the", "a", "your", "my", "van", "de", "het", "een", "je", "jouw", "uw", "en", "and", "op", "up", "to"]
)
_PROMISING = frozenset(["more", "meer", "extra", "again", "weer", "against", "tegen", "less", "minder", "voor", "for"])
_YEARS = frozenset(map(str, range(1500, 2040)))
_MANY = 2
_OFFERING = frozenset(
    ["more", "meer", "extra", "against", "tegen", "less", "minder", "voor", "for", "zonder", "without"]
)
_READERS_OWN = frozenset(["you", "me", "your", "yours", "yourself", "my", "everyone"]) | frozenset(
    ["je", "jou", "jouw", "jezelf", "u", "uw", "ge", "gij", "mij", "mijn", "iedereen"]
)
_WITHOUT = frozenset(["geen", "nooit", "zonder", "no", "never", "fewer", "without"])
_NEAR_THE_START = 2
_TESTIFYING = frozenset(["jij", "ik", "i", "mijn", "my", "eindelijk", "finally", "sinds", "dankzij", "thanks"])
_US = frozenset(["we", "wij", "ons", "us"])
_ASKED_WITHIN = 3  # words behind "talk to", "consult" that name who is asked
_NOT = frozenset(["niet", "nooit", "not", "never"])
_OF_THE_SHOP = frozenset(
    ["ons", "onze", "us", "our", "winkel", "webwinkel", "webshop", "shop", "store", "account", "team"]
) | (frozenset(["klantenservice", "keuzehulp", "chat", "bestel", "bestellen", "koop", "order", "buy", "quiz"]))
"""Words of the shop and of buying there: who sends the reader to these sends to no professional."""
_OTHERS = (
    _READERS_OWN
    | frozenset(["klant", "klanten", "kopers", "bezoekers", "mensen", "gebruiker", "gebruikers", "lezers", "leden"])
    | frozenset(["vrienden", "kinderen", "gezin", "ze", "zij", "hij", "wie", "elkaar", "jullie", "our", "onze"])
    | frozenset(["customer", "customers", "buyers", "people", "user", "users", "readers", "members", "friends"])
    | frozenset(["children", "family", "they", "he", "she", "those", "who"])
)
"""People who have a state and are not the shop's own."""
_CHANGED = _TESTIFYING - {"ik", "i", "mijn", "my"} | frozenset(["weer", "again", "nu", "now", "zelfs", "even"])
_ABOUT = frozenset(
    ["van", "over", "rond", "rondom", "om", "door", "bij", "met", "of", "about", "around", "from", "with"]
)
_SCENES = frozenset(["als", "wanneer", "terwijl", "zelfs", "ook", "if", "when", "while", "even", "though", "hoewel"])
_MATTER_WITHIN = 4  # words behind "of", "about"
_BEARER_WITHIN = 8  # words between a complaint and who has it
_OF_THE_GOODS = (
    "dosage",
    "takers",
    "suffering",
    "deficiency",
    "not-taking",
    "makes-you",
    "use-heading",
    "drug",
    "covert-hint",
)
_NO_OTHER_GOODS = (
    "nutrient",
    "mineral-form",
    "dosage",
    "takers",
    "suffering",
    "deficiency",
    "not-taking",
    "drug",
    "covert-hint",
)
_SETTINGS = ("setting-kitchen", "setting-works", "setting-work", "setting-past", "setting-contest")
_OTHER_WORLDS = ("trade", "shop-world", "other-field", "other-bearer", "other-goods", "law-and-reference")
_NO_OTHER_SETTING = (*(name for name in _NO_OTHER_GOODS if name != "dosage"), "makes-you", "use-heading", *OTHER_GOODS)
_TROUBLES, _WHOLE_SENTENCE = frozenset(["complaint", "fatigue", "side_effect"]), 8  # words
_NO_TROUBLE = (
    *(name for name in (*_NO_OTHER_GOODS, *OTHER_GOODS) if name != "dosage"),
    *EFFECTS,
    *("product", "makes-you", "use-heading", "gone", "less", "stronger", "professional", "turning-point"),
)
_ENDED = frozenset(
    ["history", "over", "past", "geschiedenis", "voorbij", "scoop", "scoops", "schepje", "schep", "jar", "pot"]
)
"""Words beside which a trouble of the shop is one that the goods end."""
_BENEFICIARIES = _OTHERS - {"ze", "zij", "they", "wie", "who", "our", "onze"}
NEVER_FIGURES = frozenset(["sleep", "heart", "blood-pressure", "blood-sugar", "hormones", "immunity", "digestion"]) | (
    frozenset(["stomach-comfort", "skin-hair", "intimacy", "weight-loss"])
)
"""Effects whose words are no figures of speech."""
_NAMED_STATES = frozenset(["relaxation", "stress", "mood", "memory", "joints", "senses-and-organs"])
_FIGURATIVE_KINDS = frozenset(["health", "general"])
_DETERMINERS = frozenset(["the", "de", "het", "a", "een", "of", "van", "these", "deze", "your", "je"])
_NEAR_A_TOPIC = 3  # words
_LIKENING = frozenset(["like", "zoals", "than", "net", "zo"])
_CHAPTER, _TITLE_WITHIN = ("hoofdstuk", "chapter"), 4  # `Chapter 4: …` has the title of a text behind it
_SUBJECT_WITHIN = 4  # words before the goods that a sentence on them and the reader begins with
_COMPARED_OR_BODY = frozenset(
    ["als", "zoals", "like", "than", "dan", "lichaam", "lijf", "body", "jezelf", "yourself"]
) | (frozenset(["ik", "i", "mijn", "my"]))
_POSSESSIVES = frozenset(["je", "jouw", "uw", "mijn", "your", "my"])
_BODY_OR_I = frozenset(["lichaam", "lijf", "jezelf", "brein", "ik", "mijn", "mij"]) | frozenset(
    ["body", "bodies", "yourself", "brain", "mind", "i", "i'm", "my", "me"]
)
_OF_EXPERTS = ("professional", "professionals", "made-by", "recommends")
_HONEST = (
    "contribute",
    "role",
    "normal",
    "consult",
    "not",
    "study",
    "contains",
    "source-of",
    "rich-in",
    "amount",
    "trade",
)
"""Concepts of a fact or an authorised claim: behind "but" they make a denial no hint."""
_ENDINGS = ("", "e", "n", "s", "en", "heid", "ness")


@dataclass
class Segment:
    """Part of a sentence without a stop or a "but" inside; token indices from `first` up to and including `last`.

    `denied`: the sentence denies the effects in this segment. `effects` are the asserted ones.
    """

    first: int
    last: int
    after_contrast: bool
    denied: bool = False
    effects: list[Mention] = field(default_factory=list)

    @property
    def has_effect(self) -> bool:
        """Whether an effect is asserted in this segment."""
        return bool(self.effects)

    @cached_property
    def promises(self) -> frozenset[str]:
        """Ids of the promised effects in this segment."""
        return frozenset(effect.concept.id for effect in self.effects if effect.concept.id in PROMISES)


class ParsedSentence:
    """One sentence with its tokens, mentions and segments.

    `named` are the ids of its concepts. `list_intro` is the line that introduces the list of which this sentence is an
    item; None for any other sentence, and for an item that asserts an effect itself. `is_closed`: the text ends in a
    full stop or a like sign, as a label seldom does.
    """

    def __init__(
        self,
        tokens: Sequence[Token],
        lexicon: Lexicon,
        list_intro: "ParsedSentence | None" = None,
        *,
        is_closed: bool = False,
    ) -> None:
        self.tokens = tokens
        self.is_closed = is_closed
        self.mentions = lexicon.mentions(tokens)
        self.language = lexicon.language
        self._everyday_words = lexicon.everyday
        self._by_concept: dict[str, list[Mention]] = defaultdict(list)
        self._firsts: dict[str, list[int]] = {}
        for mention in self.mentions:
            self._by_concept[mention.concept.id].append(mention)
        self.named = frozenset(self._by_concept)
        self.list_intro = list_intro if list_intro and not self.has(*_OWN_CLAIM) else None
        self.segments = self._cut_segments()
        self._segment_at = self._segment_numbers()
        self._mark_denied()

    def mentions_of(self, *concepts: str) -> list[Mention]:
        """Mentions of these concepts, concept by concept."""
        return [mention for concept in concepts for mention in self._by_concept.get(concept, ())]

    def has(self, *concepts: str) -> bool:
        """Whether the sentence names one of these concepts."""
        return not self.named.isdisjoint(concepts)

    def has_all(self, concepts: Iterable[str]) -> bool:
        """Whether the sentence names all of these concepts."""
        return self.named.issuperset(concepts)

    def mentions_between(self, concept: str, low: int, high: int) -> list[Mention]:
        """Mentions of a concept whose first token index is from `low` to `high`, in order."""
        row = self._by_concept.get(concept, [])
        if concept not in self._firsts:
            self._firsts[concept] = [mention.first for mention in row]
        firsts = self._firsts[concept]
        return row[bisect_left(firsts, low) : bisect_right(firsts, high)]

    def has_near(self, mention: Mention, distance: int, *concepts: str) -> bool:
        """Whether one of the concepts starts at most `distance` tokens before the mention or after its end."""
        low, high = mention.first - distance, mention.last + distance
        return any(self.mentions_between(concept, low, high) for concept in concepts)

    def has_in_context(self, *concepts: str) -> bool:
        """Whether the sentence, or the line that introduces its list, names one of these concepts."""
        return self.has(*concepts) or bool(self.list_intro and self.list_intro.has(*concepts))

    @cached_property
    def topics(self) -> list[Mention]:
        """Mentions of topics (complaints, effects, organs), in order."""
        return [mention for mention in self.mentions if mention.concept.kind in TOPICS]

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
        if self.has_in_context("consult"):
            return not self._sends_to_the_shop
        if not self.has_in_context("professional", "your-professional"):
            return False
        if self.has_in_context("ask", "your-professional"):
            return self.has("your-professional") or not self.has("professionals")
        named = any(mention.concept.kind in _REASONS_FOR_A_DOCTOR for mention in self.topics)
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
        return self.has("consult", *_SAFETY, "your-professional") and not self.has(*_OWN_CLAIM)

    @cached_property
    def is_listed_use(self) -> bool:
        """Whether the sentence is an item of a list of uses, and not an answer of a visitor (`Because I …`)."""
        if not self.list_intro or any(token.text in ("ik", "i") for token in self.tokens):
            return False
        return self.list_intro.has("use-heading") and not self.list_intro.is_warning

    @property
    def is_question(self) -> bool:
        """Whether the sentence ends in a question mark."""
        return bool(self.tokens) and self.tokens[-1].text == "?"

    @cached_property
    def expresses_doubt(self) -> bool:
        """Whether the sentence calls something unproven, undecided or not permitted to say."""
        return self.has("denial", "undecided") or bool(self._doubted_mentions())

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

    def segment(self, mention: Mention) -> Segment:
        """Segment in which a mention starts."""
        return self.segments[self._segment_at[mention.first]]

    def words(self, mentions: Iterable[Mention]) -> str:
        """Quoted words of the mentions, at most six, for the reason of a finding; nested mentions are left out."""
        spans = sorted({(mention.first, -mention.last) for mention in mentions})
        texts: list[str] = []
        reached = -1
        for first, minus_last in spans:
            if -minus_last > reached:  # a mention inside a longer one adds no words
                texts.append(" ".join(token.text for token in self.tokens[first : 1 - minus_last]))
                reached = -minus_last
        return ", ".join(f"“{text}”" for text in dict.fromkeys(texts[:6]))

    def marks(self, mentions: Iterable[Mention]) -> tuple[tuple[int, int], ...]:
        """Source positions (start, end) of the mentions, sorted."""
        places = {(self.tokens[mention.first].start, self.tokens[mention.last].end) for mention in mentions}
        return tuple(sorted(places))

    def segment_start(self, place: int) -> int:
        """First token index of the segment of a token; of the last segment for an index past the end."""
        return self.segments[self._segment_at[min(place, len(self.tokens) - 1)]].first

    def is_whole_word(self, mention: Mention) -> bool:
        """Whether the mention is a whole word, not part of a compound such as `krampverlichting`."""
        word = self.tokens[mention.first].text
        phrases = [phrase.strip("=*") for language in LANGUAGES for phrase in mention.concept.phrases(language)]
        return any(word.startswith(phrase) and word[len(phrase) :] in _ENDINGS for phrase in phrases)

    def promises(self, mention: Mention) -> frozenset[str]:
        """Ids of the effects promised in the segment of the mention."""
        return self.segment(mention).promises

    def is_treated_by_medicine(self, mention: Mention) -> bool:
        """Whether a medicine is for this complaint: `tablets against high blood pressure`, not `no medicine, but …`."""
        denied = {place for one in self.mentions_of("no-medicine") for place in range(one.first, one.last + 1)}
        medicines = self.mentions_between("medicine", mention.first - _TREATED_WITHIN, mention.first - 1)
        return any(medicine.first not in denied for medicine in medicines)

    @cached_property
    def topic_places(self) -> frozenset[int]:
        """Indices of the tokens that belong to a topic."""
        return frozenset(place for topic in self.topics for place in range(topic.first, topic.last + 1))

    def is_everyday(self, mention: Mention) -> bool:
        """Whether the mention is an everyday word, and the sentence is about the shop: `Restore your basket`.

        Not where the sentence is about the goods, about another topic, or promises: `Order for more energy`.
        """
        return self._is_about_the_shop and self._is_everyday_use(mention)

    def _is_everyday_use(self, mention: Mention) -> bool:
        """Whether all words of the mention are everyday ones, and it does not act on the reader (`Recovers you`)."""
        after = mention.last + 1
        if after < len(self.tokens) and self.tokens[after].text in _READER and not self._is_of_the_shop(after + 1):
            return False
        return all(self._is_everyday_word(place) for place in range(mention.first, mention.last + 1))

    def _is_of_the_shop(self, place: int) -> bool:
        """Whether a word of the shop is here, so that the "je" before it is "your": `Herstel je wachtwoord`."""
        return bool(self.mentions_between("trade", place, place) or self.mentions_between("shop-world", place, place))

    def _is_everyday_word(self, place: int) -> bool:
        word = self.tokens[place].text
        return word in self._everyday_words or word in _JOINING

    @cached_property
    def _is_about_the_shop(self) -> bool:
        """Whether only everyday words could be a claim, and shop or brevity explains them."""
        if self.has("nutrient", "mineral-form", "dosage", "takers", "suffering", "deficiency", "not-taking"):
            return False
        if not all(self._is_everyday_use(topic) for topic in self.topics):
            return False
        if len(self.tokens) == 1 and not self.list_intro:
            return True  # a button: `Refresh`
        return self.has("trade", "shop-world") and not any(self._is_promised(topic) for topic in self.topics)

    def is_promised(self, topic: Mention) -> bool:
        """Whether a topic is offered or made more of: `more energy`, `strong bones`, `your mood`."""
        before = self.tokens[max(0, topic.first - 2) : topic.first]
        if any(token.text in _OFFERING or token.text in _WITHOUT for token in before):
            return True
        if before and before[-1].text in _POSSESSIVES:
            return True
        return any(topic.first - one.last in (1, 2) for one in self.mentions_of("stronger"))

    def _is_promised(self, topic: Mention) -> bool:
        """Whether the words before a topic make it a promise: `for more energy`, `against stress`."""
        return any(token.text in _PROMISING for token in self.tokens[max(0, topic.first - 2) : topic.first])

    def is_said_of_others(self, topic: Mention) -> bool:
        """Whether a topic is a state of someone or something else: `flu among our packers`, `our logo is a heart`.

        Not where goods, those who take them or an effect are named, and not of the reader (`your head`).
        """
        if not self.has_other_bearer or self._is_promised(topic) or self._is_before_a_scene(topic):
            return False
        if any(token.text in _WITHOUT for token in self.tokens[max(0, topic.first - 2) : topic.first]):
            return False
        if not self.has("other-bearer") and topic.first > _NEAR_THE_START and not self._is_of_us:
            return False
        if topic.concept.kind in _REASONS_FOR_A_DOCTOR and (
            self.has("turning-point", "gone") or not self._is_near_bearer(topic)
        ):
            return False
        around = range(max(0, topic.first - 2), min(topic.last + 2, len(self.tokens)))
        if any(self.tokens[place].text in _READERS_OWN and not self._is_of_the_shop(place + 1) for place in around):
            return False
        promised = [effect for effect in self.segment(topic).effects if effect.concept.id in PROMISES]
        return all(effect.first == topic.first or self._is_everyday_use(effect) for effect in promised)

    def _is_near_bearer(self, topic: Mention) -> bool:
        """Whether those whose state it may be are named a few words from a topic."""
        around = self.tokens[max(0, topic.first - _BEARER_WITHIN) : topic.last + _BEARER_WITHIN + 1]
        is_ours = self._is_of_us and any(token.text in _US for token in around)
        return is_ours or self.has_near(topic, _BEARER_WITHIN, "other-bearer")

    def _is_before_a_scene(self, topic: Mention) -> bool:
        """Whether the bearers come in a clause behind the topic: `A steady pulse, even when the train is late`."""
        bearers = self.mentions_of("other-bearer")
        if self._is_of_us or not bearers or bearers[0].first <= topic.last:
            return False
        between = [token.text for token in self.tokens[topic.last + 1 : bearers[0].first]]
        return "," in between and not _SCENES.isdisjoint(between)

    def is_of_shop_matter(self, topic: Mention) -> bool:
        """Whether a state is about a matter of the shop: `Tired of paper invoices?`, `stress over je bestelling`."""
        place = topic.last + 1
        if topic.concept.kind not in TOPICS or place >= len(self.tokens) or self.tokens[place].text not in _ABOUT:
            return False
        if self.has(*OFFERED, *_OF_THE_GOODS):
            return False
        matter = range(place + 1, place + 1 + _MATTER_WITHIN)
        texts = {self.tokens[one].text for one in matter if one < len(self.tokens)}
        return texts.isdisjoint(_BODY_OR_I) and any(
            mention.first in matter for mention in self.mentions_of("trade", "shop-world")
        )

    @cached_property
    def is_about_handling(self) -> bool:
        """Whether the sentence is on a lid or small print: `Hard to open with arthritic hands`; not on what changed."""
        if not self.has("handling") or self.has(*PROMISES, "gone", "stronger", "deficiency", "not-taking"):
            return False
        return not self.tells_of_change

    @cached_property
    def tells_of_change(self) -> bool:
        """Whether something is better than before, or the reader's turn comes: `eindelijk`, `thanks to`, `jij`."""
        return not _CHANGED.isdisjoint(token.text for token in self.tokens)

    @cached_property
    def has_other_bearer(self) -> bool:
        """Whether the sentence is about staff, places, things or "we", and not about the goods and their takers."""
        if self.list_intro or self.has(*OFFERED, *_OF_THE_GOODS, *_OF_EXPERTS, "uses-it") or self._names_a_night:
            return False
        starts_with_we = bool(self.tokens) and self.tokens[0].text in ("we", "wij")
        if any(token.text in _TESTIFYING for token in self.tokens):
            return False
        return self.has("other-bearer") or (starts_with_we and not self.has("stronger", "gone")) or self._is_of_us

    @property
    def _names_a_night(self) -> bool:
        """Whether a night is named by itself, and not as part of a complaint (`sleepless nights`)."""
        ends = {topic.last for topic in self.topics}
        return any(night.first - 1 not in ends for night in self.mentions_of("night"))

    @cached_property
    def _is_of_us(self) -> bool:
        """Whether the sentence is about the shop's own people: `Our office is short-staffed because of flu`.

        Not where customers or the reader are named, or what changed for the better.
        """
        texts = {token.text for token in self.tokens}
        if not self.has("trade", "shop-world") or texts.isdisjoint(_US):
            return False
        return texts.isdisjoint(_OTHERS) and not self.has("gone", "stronger", "benefit", "medical", "against")

    @cached_property
    def is_of_other_goods(self) -> bool:
        """Whether the sentence is about goods of another shop, such as laptops and novels, and about no body.

        Not where ours or their takers are named, and not in a comparison: `Charge up like your phone`.
        """
        if not self.has("other-goods") or self.list_intro or self.has(*_NO_OTHER_GOODS):
            return False
        texts = [token.text for token in self.tokens]
        if not _COMPARED_OR_BODY.isdisjoint(texts) or (":" in texts[:_TITLE_WITHIN] and texts[0] in _CHAPTER):
            return False
        return self.mentions_of("other-goods")[0].first < _SUBJECT_WITHIN or _READERS_OWN.isdisjoint(texts)

    @cached_property
    def is_of_another_field(self) -> bool:
        """Whether the sentence is about software, a job, a company, law or an event, and about no goods and no body.

        Two words of such a field outweigh a product, which law speaks of as well.
        """
        if not self.has("other-field", "law-and-reference") or self.list_intro:
            return False
        texts = {token.text for token in self.tokens}
        if self.has(*_NO_OTHER_GOODS, "makes-you") or not _BODY_OR_I.isdisjoint(texts):
            return False
        return not self.has("product") or len({mention.first for mention in self.mentions_of("other-field")}) > 1

    def is_of_that_field(self, topic: Mention) -> bool:
        """Whether a topic is one of another field: `Memory usage cut by a third`, not `An update for your brain`."""
        if not self.is_of_another_field:
            return False
        if any(field.first <= topic.first <= field.last for field in self.mentions_of("other-field")):
            return True  # `less memory`
        if self._is_promised(topic):
            return False
        before = [token.text for token in self.tokens[max(0, topic.first - 2) : topic.first]]
        if any(text in _WITHOUT for text in before) or (before and before[-1] in _POSSESSIVES):
            return False
        if topic.concept.kind not in _REASONS_FOR_A_DOCTOR:
            return True
        fields = {mention.first for mention in self.mentions_of("other-field", "law-and-reference")}
        return len(fields) > 1 and not self.has("suffering", "gone", *EFFECTS)

    @cached_property
    def is_set_elsewhere(self) -> bool:
        """Whether the sentence is set in a kitchen, at a machine, at work, in the past …, and the goods are not named.

        `Simmer the bones for twelve hours`; not `One scoop in your soup`, `Reboot your body`.
        """
        if not self.has(*_SETTINGS) or self.list_intro or self.has(*_NO_OTHER_SETTING):
            return False
        years = any(token.text in _YEARS for token in self.tokens)  # beside a word of a setting, and once
        if any(one.concept.kind == "substance" for one in self.mentions):
            return False
        if self._acts_on_reader or self.likens or not _BODY_OR_I.isdisjoint({token.text for token in self.tokens}):
            return False
        places = {topic.first - 1 for topic in self.topics if topic.first} - self.topic_places
        if any(self.tokens[place].text in _POSSESSIVES for place in places):
            return False
        own = self._setting_places
        named = {place for one in self.mentions_of(*_SETTINGS) for place in range(one.first, one.last + 1)}
        others = {one.first for one in self.mentions_of(*_OTHER_WORLDS)} - self.topic_places - named
        if self.has("product", "dosage"):
            texts = {token.text for token in self.tokens}
            return len(own) + years > 1 and _READERS_OWN.isdisjoint(texts) and not self.has("night", "gone", "stronger")
        return len(own) + years > 1 or (len(own) > 0 and len(others) > 0)

    @cached_property
    def likens(self) -> bool:
        """Whether something is likened to the setting: `like butter in a pan`, `as steady as a wall`."""
        texts = [token.text for token in self.tokens]
        joined = any(text == "als" and not before.is_stop for before, text in zip(self.tokens, texts[1:], strict=False))
        return joined or not _LIKENING.isdisjoint(texts) or "as" in texts

    @cached_property
    def _setting_places(self) -> frozenset[int]:
        """Places of the words of a setting that name no topic; one phrase counts once, however many words it has."""
        found: set[int] = set()
        until = -1
        for one in sorted(self.mentions_of(*_SETTINGS), key=lambda one: (one.first, -one.last)):
            if one.first > until:
                found.add(one.first)
            until = max(until, one.last)
        return frozenset(found) - self.topic_places

    @cached_property
    def _acts_on_reader(self) -> bool:
        """Whether an effect or a change has the reader behind it: `helps you`, `brings your head to rest`."""
        for effect in self.mentions_of(*EFFECTS, "stronger", "gone", "makes-you"):
            behind = self.tokens[effect.last + 1 : effect.last + 3]
            if any(
                token.text in _READERS_OWN and not self._is_of_the_shop(place)
                for place, token in enumerate(behind, effect.last + 2)
            ):
                return True
        return False

    def is_of_setting(self, topic: Mention) -> bool:
        """Whether a topic has the sense of another setting: `at full power` of a machine, `the bones` in a kitchen.

        Never a named disease, sleep, or what blood, hormones and the like do; nor what becomes stronger.
        """
        if self._is_trouble_of_the_shop(topic):
            return True
        if not self.is_set_elsewhere or topic.concept.id in NEVER_FIGURES or self.has("gone", "turning-point"):
            return False
        before = [token.text for token in self.tokens[max(0, topic.first - 2) : topic.first]]
        if topic.concept.kind == "process":
            is_ingredient = self.has("setting-kitchen") and not self.has("stronger", *EFFECTS)
            return is_ingredient and bool(before) and before[-1] in _DETERMINERS
        around = {*before, *(token.text for token in self.tokens[topic.last + 1 : topic.last + 2])}
        if topic.concept.kind not in _FIGURATIVE_KINDS or not _OFFERING.isdisjoint(around):
            return False
        if topic.concept.id in _NAMED_STATES and any(
            not topic.first <= one.first <= topic.last and abs(one.first - topic.first) <= _NEAR_A_TOPIC
            for one in self.mentions_of("stronger", "nice")
        ):
            return False
        is_plain = len(self._setting_places) >= _MANY and _READERS_OWN.isdisjoint(token.text for token in self.tokens)
        return is_plain or not self.promises(topic)

    def _is_trouble_of_the_shop(self, topic: Mention) -> bool:
        """Whether a complaint is what business calls its troubles: `It's a headache when a code fails, so we …`.

        Only words on a list, in a whole sentence on shop matters, without goods, takers, an effect or a question.
        """
        if (
            not self.has("trouble-figure")
            or topic.concept.kind not in _TROUBLES
            or self.is_question
            or len(self.tokens) < _WHOLE_SENTENCE
        ):
            return False
        if not topic.first:
            return False
        if not any(one.first <= topic.first <= one.last for one in self.mentions_of("trouble-figure")):
            return False
        if self.list_intro or self.has(*_NO_TROUBLE) or any(one.concept.kind == "substance" for one in self.mentions):
            return False
        if any(token.text in _BENEFICIARIES or token.text in _ENDED for token in self.tokens):
            return False
        places = {one.first for one in self.mentions_of(*_OTHER_WORLDS, *_SETTINGS)}
        before = {token.text for token in self.tokens[max(0, topic.first - 2) : topic.first]}
        return len(places - self.topic_places) >= _MANY and _OFFERING.isdisjoint(before)

    @cached_property
    def names_suffering(self) -> bool:
        """Whether the sentence names suffering (`last van …`) outside a topic such as `moeite met ademen`."""
        return any(mention.first not in self.topic_places for mention in self.mentions_of("suffering"))

    def _assert_effects(self) -> None:
        """Give each segment its asserted effects; the effects of a medicine do not count."""
        treated = {
            place for mention in self.mentions_of("medicine") for place in range(mention.first, mention.last + 1)
        }
        for mention in self.mentions_of(*EFFECTS):
            after_medicine = mention.concept.id == "against" and {mention.first - 1, mention.first - 2} & treated
            if mention.first not in treated and not after_medicine and not self._negated(mention):
                self.segment(mention).effects.append(mention)

    def _cut_segments(self) -> list[Segment]:
        """Segments of the sentence, cut at stops, contrasts, and "and" before an effect."""
        protected = {
            place for one in self.mentions_of("denial", "undecided") for place in range(one.first, one.last + 1)
        }
        contrasts = {mention.first for mention in self.mentions_of("but")} - protected  # `is still being studied`
        actions = {mention.first for mention in self.mentions_of("contribute", "benefit", "medical")}
        segments = [Segment(0, -1, False)]
        for place, token in enumerate(self.tokens):
            joins = token.text in ("en", "and") and (place + 1 in actions or place + 2 in actions)
            if token.is_stop or joins:
                segments.append(Segment(place + 1, place, False))
            elif place in contrasts:
                segments.append(Segment(place, place, True))
            segments[-1].last = place
        return segments

    def _segment_numbers(self) -> list[int]:
        """Number of the segment of each token; a stop belongs to the segment that it ends."""
        at = [0] * (len(self.tokens) + 1)
        for number, segment in enumerate(self.segments):
            for place in range(segment.first, segment.last + 1):
                at[place] = number
        for place, token in enumerate(self.tokens):
            if token.is_stop and place:
                at[place] = at[place - 1]
        return at

    def _negated(self, effect: Mention) -> bool:
        """Whether a negation is near the effect in its segment, without a joint such as "if" between them."""
        segment = self.segment(effect)
        for negation in self.mentions_between(
            "not", effect.first - _NEGATION_DISTANCE, effect.last + _NEGATION_DISTANCE
        ):
            low, high = sorted((negation.first, effect.first))
            joined = self.mentions_between("conditional", low + 1, high - 1) or self.mentions_between(
                "against", low + 1, high - 1
            )
            if self.segment(negation) is segment and not joined:
                return True
        return False

    def _mark_denied(self) -> None:
        """Mark the segments in which an effect is denied."""
        self._assert_effects()
        weak = {id(self.segment(mention)) for mention in self.mentions_of("no-medicine")}
        for mention in self.mentions_of(*EFFECTS, "role"):
            if self._negated(mention) and not self.segment(mention).has_effect:
                weak.add(id(self.segment(mention)))
        for chain in self._verb_lists():
            if any(id(segment) in weak for segment in chain):
                weak.update(map(id, chain))
        forward = {id(self.segment(mention)) for mention in self.mentions_of("not-intended")}
        both = {
            id(self.segment(mention))
            for mention in [*self.mentions_of("denial", "undecided"), *self._doubted_mentions()]
        }
        carried = reaching = False
        for segment in self.segments:
            if segment.after_contrast:
                carried = reaching = False
            reaching = reaching or id(segment) in forward or id(segment) in both
            carried = id(segment) in weak or (carried and not segment.has_effect)
            segment.denied = reaching or carried
        self._mark_denied_backwards(both)

    def _doubted_mentions(self) -> list[Mention]:
        """Mentions of proof or speech next to a negation: `hardly any evidence`, `we never say`.

        Speech in the first person singular does not count: it may be a customer's.
        """
        is_first_person = any(token.text in ("ik", "i") for token in self.tokens)
        doubtable = self.mentions_of("proof", *([] if is_first_person else ["speech"]))
        return [
            one
            for one in doubtable
            if self._ends_in_doubt(one) or any(self._has_in_segment(one, concept) for concept in ("not", "scant"))
        ]

    def _ends_in_doubt(self, proof: Mention) -> bool:
        """Whether the sentence is proof, a clause and its denial: `Evidence that it helps … is insufficient`."""
        if proof.concept.id != "proof" or proof.first > 1:
            return False
        end = len(self.tokens)
        return any(self.mentions_between(concept, end - _DOUBT_DISTANCE, end) for concept in ("not", "scant"))

    def _has_in_segment(self, mention: Mention, concept: str) -> bool:
        """Whether a concept is at most `_DOUBT_DISTANCE` tokens from the mention, in the same segment."""
        words = self.mentions_between(concept, mention.first - _DOUBT_DISTANCE, mention.last + _DOUBT_DISTANCE)
        return any(self.segment(word) is self.segment(mention) for word in words)

    def _verb_lists(self) -> list[list[Segment]]:
        """Consecutive segments that form one list of verbs: `geneest, behandelt of voorkomt geen ziekte`."""
        starts = {mention.first for mention in self.mentions_of(*EFFECTS)}
        ends = {mention.last for mention in self.mentions_of(*EFFECTS)}
        chains: list[list[Segment]] = []
        for before, after in pairwise(self.segments):
            last = before.last - (1 if before.last >= 0 and self.tokens[before.last].is_stop else 0)
            first = after.first + (1 if after.last > after.first and self.tokens[after.first].text in _AND else 0)
            if last in ends and first in starts:
                if chains and chains[-1][-1] is before:
                    chains[-1].append(after)
                else:
                    chains.append([before, after])
        return chains

    def _mark_denied_backwards(self, both: set[int]) -> None:
        """Mark the segments before a denial or doubt, back to a contrast."""
        reaching = False
        for segment in reversed(self.segments):
            reaching = reaching or id(segment) in both
            segment.denied = segment.denied or reaching
            if segment.after_contrast:
                reaching = False
