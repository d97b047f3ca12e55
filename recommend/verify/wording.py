"""Wording: every note, rule and choice names its own subject, and a stop says that no products are shown."""

import re
from collections.abc import Iterable, Iterator

from recommend.conditions import AllOf, AnyOf, Condition, Includes, Is
from recommend.knowledge import Choice, Note, Rule, Ruleset
from recommend.text import LANGUAGES, Language
from recommend.verify.proof import Broken, Proof, prove_records
from recommend.verify.vocabulary import SUBJECTS, VALUES, Names

NO_PRODUCTS: dict[Language, re.Pattern[str]] = {
    "nl": re.compile(r"laten (?:we )?(?:nu )?geen producten zien", re.IGNORECASE),
    "en": re.compile(r"we show no products", re.IGNORECASE),
}
"""Words with which a stop says that the advice is withheld."""

WAITS: dict[Language, re.Pattern[str]] = {
    "nl": re.compile(
        r"(?<!of )\bwacht (?:dan )?(?:nog )?met magnesium|\b(?:begin|start)(?: er)?(?: nu)?(?: nog)? (?:niet|pas)\b"
        r"|\bneem (?:nu|nog) geen magnesium",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"(?<!or )\bwait with magnesium|\bdo not (?:yet )?(?:start|begin)|\bonly start\b"
        r"|\btake no magnesium (?:yet|now)",
        re.IGNORECASE,
    ),
}
"""Words that tell the reader not to start yet; "or wait" is a choice beside hours to keep."""

HELPERS: dict[Language, re.Pattern[str]] = {
    "nl": re.compile(r"arts\b|apotheker|cardioloog|neuroloog|verloskundige"),
    "en": re.compile(r"\bGPs?\b|doctor|pharmacist|cardiologist|neurologist|midwife|specialist"),
}
"""People to whom a shopper can turn."""

NAMED_FORMS_MAX = 3
"""Most forms that one text names; a rule for more of them speaks of the form beside which it stands."""
CHEAPER: dict[Language, str] = {"nl": "goedkoper", "en": "cheaper"}
LABEL_TOPICS: dict[str, dict[Language, str]] = {
    "budget": {"nl": "budget", "en": "budget"},
    "absorption": {"nl": "opname", "en": "absorption"},
}
"""Words for the question in the label of a rule on its answer alone."""
THIS_FORM: dict[Language, str] = {"nl": "deze vorm", "en": "this form"}


def prove_wording(ruleset: Ruleset) -> Iterator[Proof]:
    """Proofs on the words of labels, notes and reasons, in both languages."""
    choices = [(key, choice) for key, wording in ruleset.questions.items() for choice in wording.choices]
    labels = [(f"questions/{key}/{choice.value}", _misnamed(key, choice)) for key, choice in choices]
    yield prove_records("wording", "every choice is labelled with its own value and no other", labels, unit="labels")
    notes = [(f"notes/{note.id}", _silent_note(note, ruleset)) for note in ruleset.notes]
    claim = "the label and the text of every note name its own medicine, condition or form"
    yield prove_records("wording", claim, notes, unit="notes")
    rules = [(f"rules/{rule.id}", _silent_rule(rule, ruleset)) for rule in ruleset.rules]
    yield prove_records("wording", "the label and the reason of every rule name its form", rules, unit="rules")
    stops = [(f"notes/{note.id}", _stop_said(note)) for note in ruleset.notes]
    yield prove_records("wording", "a stop says that no products are shown, and no other note", stops, unit="notes")
    waits = [(f"notes/{note.id}", _wait_beside_products(note)) for note in ruleset.notes]
    claim = "a note that says to wait or not to start never stands above products"
    yield prove_records("wording", claim, waits, unit="notes")
    alone = [(f"notes/{note.id}", _helper_named(note)) for note in ruleset.notes if note.severity != "info"]
    yield prove_records("wording", "every stop and caution says whom to ask or call", alone, unit="notes")


def _misnamed(question: str, choice: Choice) -> Broken | None:
    """Label that lacks a word of its value, or has one of another value."""
    values = VALUES.get(question, {})
    if choice.value not in values:
        return Broken("no words for this value in the vocabulary")
    own = values[choice.value]
    for language in LANGUAGES:
        label = choice.label.in_language(language)
        for word in _words(own, language):
            if not _has(label, word):
                return Broken(f"the label in {language} lacks {word!r}")
        for value, other in values.items():
            for word in _words(other, language):
                if value != choice.value and word not in _words(own, language) and _has(label, word):
                    return Broken(f"the label in {language} has {word!r}, a word for {value}")
    return None


def _silent_note(note: Note, ruleset: Ruleset) -> Broken | None:
    for part, text in (("label", note.label), ("text", note.text)):
        for language in LANGUAGES:
            if not _names_subject(note, text.in_language(language), language, ruleset):
                return Broken(f"the {part} in {language} does not name its subject")
    return None


def _names_subject(note: Note, text: str, language: Language, ruleset: Ruleset) -> bool:
    if note.id in SUBJECTS:
        return _any_of(SUBJECTS[note.id], text, language)
    if note.forms:
        return any(_has(text, name) for name in _form_names(note.forms, language, ruleset))
    return note.when is not None and _names_condition(note.when, text, language)


def _names_condition(condition: Condition, text: str, language: Language) -> bool:
    """Whether a text names a condition: all parts of an `all`, one of an `any`, one of the values of an answer."""
    match condition:
        case AllOf(parts):
            return all(_names_condition(part, text, language) for part in parts)
        case AnyOf(parts):
            return any(_names_condition(part, text, language) for part in parts)
        case Is("age_group", values) if "18_64" in values:
            return True  # adults are who a text is for when it names no age
        case Is(answer, values) | Includes(answer, values):
            return any(_any_of(VALUES[answer][value], text, language) for value in values if value in VALUES[answer])
    return False


def _silent_rule(rule: Rule, ruleset: Ruleset) -> Broken | None:
    for part, both in (("label", rule.label), ("reason", rule.reason)):
        for language in LANGUAGES:
            text = both.in_language(language)
            names = _form_names(rule.forms, language, ruleset)
            if len(rule.forms) > NAMED_FORMS_MAX:
                names = [THIS_FORM[language]]
            place = _first_place(names, text)
            if place is None:
                return Broken(f"the {part} in {language} does not name {' or '.join(names)}")
            if rule.cheaper_than is not None:
                other = _first_place(_form_names([rule.cheaper_than], language, ruleset), text)
                if other is None or other < place or not _has(text, CHEAPER[language]):
                    return Broken(f"the {part} in {language} does not call its form cheaper than {rule.cheaper_than}")
    topic = LABEL_TOPICS.get(rule.when.answer) if isinstance(rule.when, Is) else None
    silent = [each for each in LANGUAGES if topic and not _has(rule.label.in_language(each), topic[each])]
    return Broken(f"the label in {' and '.join(silent)} does not name the answer") if silent else None


def _first_place(names: Iterable[str], text: str) -> int | None:
    """Place of the first of these names in a text; None without any."""
    places = [text.casefold().find(name.casefold()) for name in names if _has(text, name)]
    return min(places, default=None)


def _form_names(forms: Iterable[str], language: Language, ruleset: Ruleset) -> list[str]:
    """Short and full names of forms."""
    found = [ruleset.forms[form] for form in forms if form in ruleset.forms]
    return [name.in_language(language) for form in found for name in (form.short_name, form.name)]


def _stop_said(note: Note) -> Broken | None:
    for language in LANGUAGES:
        said = NO_PRODUCTS[language].search(note.text.in_language(language)) is not None
        if said != (note.severity == "stop"):
            return Broken(f"the text in {language} {'says' if said else 'does not say'} that no products are shown")
    return None


def _wait_beside_products(note: Note) -> Broken | None:
    if note.severity == "stop":
        return None
    said = [each for each in LANGUAGES if WAITS[each].search(note.text.in_language(each))]
    return Broken(f"the text in {' and '.join(said)} says to wait, and products are shown") if said else None


def _helper_named(note: Note) -> Broken | None:
    silent = [each for each in LANGUAGES if not HELPERS[each].search(note.text.in_language(each))]
    return Broken(f"the text in {' and '.join(silent)} names nobody to ask") if silent else None


def _any_of(names: Names, text: str, language: Language) -> bool:
    notes = names.note_nl if language == "nl" else names.note_en
    return any(_has(text, word) for word in (*_words(names, language), *notes))


def _words(names: Names, language: Language) -> tuple[str, ...]:
    return names.nl if language == "nl" else names.en


def _has(text: str, word: str) -> bool:
    """Whether a word, or the beginning of a longer one, is in a text."""
    return re.search(rf"(?<!\w){re.escape(word)}", text, re.IGNORECASE) is not None
