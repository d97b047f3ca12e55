"""Settings of a sentence: whose state it is, of which goods, field or world, so that a topic is no claim."""

from functools import cached_property

from recommend.claims.lexicon import Mention
from recommend.claims.records import TOPICS
from recommend.claims.reversals import ends_by_the_goods
from recommend.claims.segments import SegmentedSentence
from recommend.claims.sentence_words import EFFECTS, OFFERED, OTHER_GOODS, PROMISES, REASONS_FOR_A_DOCTOR

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
_OF_EXPERTS = ("professional", "professionals", "made-by", "recommends")
_NO_STATE_OF_ANOTHER = (
    *(*OFFERED, *OTHER_GOODS, *_OF_THE_GOODS, *_OF_EXPERTS, "uses-it", "gone", "less", "stronger", "turning-point"),
    *("regained", "praise", "shedding", "good-news", "tried-them", "endorsing", "figure", "lowers-risk", "causes"),
)
_COPULAS = frozenset(
    ["is", "are", "was", "were", "has", "have", "had", "got", "gets", "looks", "looked", "goes", "went", "feels", "be"]
) | frozenset(["zijn", "waren", "heeft", "hebben", "had", "kreeg", "krijgt", "ligt", "lijkt", "ging", "gaat", "voelt"])
"""Verbs between somebody and the state that is theirs."""
_BETTER = frozenset(["down", "terug", "back", "again", "weer", "beter", "better", "minder", "fewer", "longer", "meer"])
_THESE = frozenset(["this", "these", "dit", "deze", "we", "wij"])
_TURNS_TO_GOODS = frozenset(
    ["this", "these", "here", "then", "now", "shop", "shops", "parcel", "pouch", "subscription", "sachet", "photo"]
) | frozenset(["dit", "deze", "hier", "toen", "nu", "winkel", "webwinkel", "pakje", "pakketje", "abonnement", "zakje"])
"""Words behind a state that bring the goods in: `…, and then came this parcel`."""
_STATE_WITHIN = 6  # words
_MINE = frozenset(["my", "mijn"])
_NO_DEFINITION = (
    *(*PROMISES, *OTHER_GOODS, "product", "mineral-form", "gone", "stronger", "less", "makes-you", "influence", "role"),
    *("mild-benefit", "good-news"),
)
_OURS = frozenset(["our", "ours", "ons", "onze"])
_DEFINED_WITHIN = 6  # words behind the colon of a glossary
_CHAPTER, _TITLE_WITHIN = ("hoofdstuk", "chapter"), 4  # `Chapter 4: …` has the title of a text behind it
_SUBJECT_WITHIN = 4  # words before the goods that a sentence on them and the reader begins with
_COMPARED_OR_BODY = frozenset(
    ["als", "zoals", "like", "than", "dan", "lichaam", "lijf", "body", "jezelf", "yourself"]
) | (frozenset(["ik", "i", "mijn", "my"]))
_POSSESSIVES = frozenset(["je", "jouw", "uw", "mijn", "your", "my"])
_BODY_OR_I = frozenset(["lichaam", "lijf", "jezelf", "brein", "ik", "mijn", "mij"]) | frozenset(
    ["body", "bodies", "yourself", "brain", "mind", "i", "i'm", "my", "me"]
)


class SetSentence(SegmentedSentence):
    """Sentence with the setting of its topics: the shop, its staff, other goods, a kitchen, a job, the past."""

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
        if topic.concept.kind in REASONS_FOR_A_DOCTOR and (
            self.has("turning-point", "gone", "shedding") or ends_by_the_goods(self) or not self._is_near_bearer(topic)
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

    def is_state_of_another(self, topic: Mention) -> bool:
        """Whether a thing, an animal or another person has the state: `This page is asleep`, `My sister has measles`.

        Not where goods, an effect or a change are named, nor of the reader and theirs.
        """
        if self.is_promised(topic) or not self._tells_of_another:
            return False
        persons = ("another-person",) if topic.concept.kind in {*REASONS_FOR_A_DOCTOR, "process"} else ()
        for bearer in self.mentions_of("another-thing", *persons):
            distance = topic.first - bearer.last
            between = [token.text for token in self.tokens[bearer.last + 1 : topic.first]]
            is_linked = not between or not _COPULAS.isdisjoint(between)
            if not 0 < distance <= _STATE_WITHIN or not is_linked or self.segment(bearer) is not self.segment(topic):
                continue
            behind = {token.text for token in self.tokens[topic.last + 1 :]}
            turns = _TURNS_TO_GOODS if bearer.concept.id == "another-person" else _THESE
            if not turns.isdisjoint(behind):
                continue
            around = self.tokens[max(0, bearer.first - 1) : topic.first]
            if _READERS_OWN.isdisjoint({token.text for token in around} - _MINE):
                return True
        return False

    @cached_property
    def _tells_of_another(self) -> bool:
        """Whether another is named, and neither goods, their takers, an effect nor a change for the better."""
        if self.list_intro or not self.has("another-thing", "another-person") or self.has(*_NO_STATE_OF_ANOTHER):
            return False
        if any(one.concept.kind == "substance" for one in self.mentions) or self.tells_of_change or self.is_question:
            return False
        if not _BETTER.isdisjoint(token.text for token in self.tokens):
            return False
        return not any(segment.promises for segment in self.segments)

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

    def is_handled_by(self, topic: Mention) -> bool:
        """Whether a topic is in the clause on a lid or small print: not `easy to open and hard on migraine`."""
        if not self.is_about_handling:
            return False
        first = min(one.last for one in self.mentions_of("handling"))
        between = self.tokens[first + 1 : topic.first]
        return not any(token.is_stop or token.text in ("en", "and") for token in between)

    @cached_property
    def is_about_handling(self) -> bool:
        """Whether the sentence is on a lid or small print: `Hard to open with arthritic hands`; not on what changed."""
        if not self.has("handling") or self.has(*PROMISES, "gone", "stronger", "deficiency", "not-taking"):
            return False
        return not self.tells_of_change

    @cached_property
    def is_definition(self) -> bool:
        """Whether a word is explained as in a glossary, and nothing else: `Deficiency: technical term for a lack`."""
        return bool(self._defining) and all(self.is_defined(topic) for topic in self.topics)

    def is_defined(self, topic: Mention) -> bool:
        """Whether a topic is the word that is explained, or explains it."""
        return topic.first in self._defining

    @cached_property
    def _defining(self) -> range:
        """Places of a word and its explanation, up to the next stop; none where the goods or a promise are named."""
        colon = next((place for place, token in enumerate(self.tokens[:_TITLE_WITHIN]) if token.text == ":"), 0)
        if not colon or self.has(*_NO_DEFINITION) or any(one.concept.kind == "substance" for one in self.mentions):
            return range(0)
        if not (_READERS_OWN | _OURS).isdisjoint(token.text for token in self.tokens):
            return range(0)
        end = next(
            (place for place, token in enumerate(self.tokens) if place > colon and token.is_stop), len(self.tokens)
        )
        explains = any(0 < one.first - colon <= _DEFINED_WITHIN for one in self.mentions_of("definition"))
        return range(end) if explains else range(0)

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
        if topic.concept.kind not in REASONS_FOR_A_DOCTOR:
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
        begins = not topic.first and topic.concept.kind == "health"  # `Sharp in meetings`
        if (
            not self.is_set_elsewhere
            or begins
            or topic.concept.id in NEVER_FIGURES
            or self.has("gone", "turning-point")
        ):
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
