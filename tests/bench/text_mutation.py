"""Mutation testing of the texts: changes one text, number, label or source at a time; loading or a proof has to fail.

Run by hand it lists every survivor: `uv run shop dev mutation --texts`, or `shop dev mutation` after the logic.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

from msgspec import Struct, structs

from recommend.conditions import AtLeast
from recommend.knowledge import SEVERITIES, Note, Rule, Ruleset
from recommend.loading import RulesetError, check_ruleset, load_ruleset
from recommend.quantities import WORDS, quantities
from recommend.text import LANGUAGES, Language, Text
from recommend.verify import prove_texts

AT_LEAST_KILLED = 0.95

Path = tuple[Any, ...]
"""Fields, keys and positions that lead from the ruleset to a value."""

ONE_LANGUAGE_OR_BOTH: tuple[tuple[Language, ...], ...] = (("nl",), ("en",), ("nl", "en"))

LEFT_OUT = "an omission: what is left is true, names its subject and, in a warning, somebody who can help"
BOTH_OPPOSITES = "the text has both words, and swaps them in both languages"
NO_FACTS = "a heading or the reason of a declaration has no facts; no advice contains it"
SURVIVORS = {
    "guide/sections/forms/heading: 5 doubled in nl and en": NO_FACTS,
    "guide/sections/why_only_these/heading: negation 1 dropped in nl and en": NO_FACTS,
    "guide/sections/why_only_these/heading: meer/minder and more/less": NO_FACTS,
    "manifest/never_first/1/because: negation 1 dropped in nl and en": NO_FACTS,
    "manifest/never_first/1/because: negation 2 dropped in nl and en": NO_FACTS,
    "forms/oxide/about: meer/minder and more/less": BOTH_OPPOSITES,
    "guide/sections/safety/passages/2/text: meer/minder and more/less": BOTH_OPPOSITES,
    "rules/oxide-after-bowel-resection/reason: meer/minder and more/less": BOTH_OPPOSITES,
    "rules/bisglycinate-after-bowel-resection: 4 doubled in text and facts": (
        "the size of a subgroup; its shares, which decide, are in the design"
    ),
    **{
        f"notes/{note}: sentence {number} dropped": LEFT_OUT
        for note, *numbers in (
            ("kidney-unknown", 2),
            ("heart-disease-with-potassium-sparing-diuretic", 3),
            ("myasthenia", 2),
            ("bowel-obstruction", 3),
            ("age-65-plus", 2),
            ("oxide-honest", 3),
            ("glycinate-is-bisglycinate", 2, 3),
            ("taurate-no-human-study", 2),
            ("taurate-taurine", 2),
            ("supplement-counted", 2),
            ("medicines-in-general", 2),
            ("digoxin", 1),
            ("aminoglycoside", 3),
            ("muscle-relaxant", 2),
            ("bowel-constipated", 2),
            ("goal-sport", 2),
        )
        for number in numbers
    },
}
"""The mutants that survive, by name, with the reason why that is accepted."""


class Mutant(Struct, frozen=True):
    kind: str
    name: str
    ruleset: Ruleset


def replaced(value: Any, path: Path, new: Any) -> Any:
    """A copy of a record with the value at a path replaced."""
    if not path:
        return new
    head, rest = path[0], path[1:]
    if isinstance(value, Struct):
        return structs.replace(value, **{head: replaced(getattr(value, head), rest, new)})
    if isinstance(value, Mapping):
        return {**value, head: replaced(value[head], rest, new)}
    return tuple(replaced(item, rest, new) if place == head else item for place, item in enumerate(value))


def at(value: Any, path: Path) -> Any:
    for step in path:
        value = getattr(value, step) if isinstance(value, Struct) else value[step]
    return value


def values(value: Any, kind: type, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Values of one kind at any depth, each with its path."""
    if isinstance(value, kind):
        yield path, value
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from values(getattr(value, name), kind, (*path, name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from values(item, kind, (*path, key))
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            yield from values(item, kind, (*path, place))


def address(ruleset: Ruleset, path: Path) -> str:
    """Path in words, with the ids of records in place of their positions."""
    steps: list[str] = []
    value: Any = ruleset
    for step in path:
        value = getattr(value, step) if isinstance(value, Struct) else value[step]
        steps.append(str(getattr(value, "id", getattr(value, "value", step)) if isinstance(step, int) else step))
    return "/".join(steps)


def copy_paths(ruleset: Ruleset) -> list[tuple[Path, Text]]:
    """Texts that shoppers read: not the places of citations, nor the names of forms and salts."""
    left_out = {"citations", "salts", "name", "short_name", "annex_ii"}
    return [(path, text) for path, text in values(ruleset, Text) if not left_out & set(path)]


def edited(text: Text, languages: Sequence[Language], edit: Callable[[str, Language], str]) -> Text | None:
    """Text with some languages edited, or None when an edit has nothing to change in one of them."""
    new = {language: edit(text.in_language(language), language) for language in languages}
    if any(new[language] == text.in_language(language) for language in languages):
        return None
    return structs.replace(text, **new)


def mutants(ruleset: Ruleset) -> Iterator[Mutant]:
    """Every mutant of the texts, sources and constants."""
    for make in (
        *(other_numbers, numbers_with_their_facts, dropped_negations, swapped_words, dropped_sentences),
        *(swapped_texts, swapped_labels, swapped_sources, flipped_marks, moved_thresholds, dropped_flags),
    ):
        yield from make(ruleset)


def other_numbers(ruleset: Ruleset) -> Iterator[Mutant]:
    """Each number of a text doubled, in one language or both."""
    for path, text in copy_paths(ruleset):
        for found in dict.fromkeys(quantity.number for quantity in quantities(text.nl, "nl")):
            for languages in ONE_LANGUAGE_OR_BOTH:
                new = edited(text, languages, partial(_doubled, number=found))
                if new is not None:
                    name = f"{address(ruleset, path)}: {found} doubled in {' and '.join(languages)}"
                    yield Mutant("number", name, replaced(ruleset, path, new))


def _doubled(text: str, language: Language, number: str) -> str:
    """Text in which the first occurrence of a number is another one."""
    for match in re.finditer(rf"\d[\d.,-]*\d(?:\.nl)?|\d|{'|'.join(WORDS[language])}", text, re.IGNORECASE):
        read = quantities(match.group(), language)
        if [quantity.number for quantity in read] == [number]:
            return text[: match.start()] + _twice(match.group(), language) + text[match.end() :]
    return text


def _twice(number: str, language: Language) -> str:
    if number.lower() in WORDS[language]:
        words = WORDS[language]
        return words[(words.index(number.lower()) + 3) % len(words)]
    if not number.isdigit():
        return "9" + number[1:] if number[0] != "9" else "8" + number[1:]
    return str(2 * int(number))


def numbers_with_their_facts(ruleset: Ruleset) -> Iterator[Mutant]:
    """Each number of a note or rule doubled in both languages and in the facts beside it, as an editor might."""
    for kind in ("notes", "rules"):
        for place, record in enumerate(getattr(ruleset, kind)):
            part = "text" if isinstance(record, Note) else "reason"
            text: Text = getattr(record, part)
            for found in dict.fromkeys(quantity.number for quantity in quantities(text.nl, "nl")):
                new = edited(text, LANGUAGES, partial(_doubled, number=found))
                facts = _facts_doubled(record, found)
                if new is None or facts is None:
                    continue
                changed = structs.replace(record, **{part: new, "facts": facts})
                name = f"{kind}/{record.id}: {found} doubled in text and facts"
                yield Mutant("number with fact", name, replaced(ruleset, (kind, place), changed))


def _facts_doubled(record: Note | Rule, number: str) -> Any:
    for path, value in (*values(record.facts, int), *values(record.facts, float), *values(record.facts, str)):
        if str(value) == number and "polarity" not in path and "unsourced" not in path:
            new: Any = _twice(value, "nl") if isinstance(value, str) else type(value)(_twice_float(value))
            facts = replaced(record.facts, path, new)
            if path[0] == "separation" and path[2] == "before_h":
                separation = record.facts.separation[path[1]]
                if separation.before_h == separation.after_h:
                    facts = replaced(facts, ("separation", path[1], "after_h", *path[3:]), new)
            return facts
    return None


def _twice_float(value: float) -> float:
    return float(_twice(str(value), "en")) if isinstance(value, float) else 2 * value


NEGATIONS: dict[Language, str] = {"nl": r"niet|geen|nooit|niets", "en": r"cannot|do not|not|no|never|nothing"}


def dropped_negations(ruleset: Ruleset) -> Iterator[Mutant]:
    """Each "niet", "geen", "not", "no" … dropped, in one language or both."""
    for path, text in copy_paths(ruleset):
        for place in range(len(re.findall(rf"\b(?:{NEGATIONS['nl']})\b", text.nl, re.IGNORECASE))):
            for languages in ONE_LANGUAGE_OR_BOTH:
                new = edited(text, languages, partial(_without, place=place))
                if new is not None:
                    name = f"{address(ruleset, path)}: negation {place + 1} dropped in {' and '.join(languages)}"
                    yield Mutant("negation", name, replaced(ruleset, path, new))


def _without(text: str, language: Language, place: int) -> str:
    found = list(re.finditer(rf"\b(?:{NEGATIONS[language]})\b ?", text, re.IGNORECASE))
    return text[: found[place].start()] + text[found[place].end() :] if place < len(found) else text


SWAPS: tuple[dict[Language, tuple[str, str]], ...] = (
    {"nl": ("vóór", "na"), "en": ("before", "after")},
    {"nl": ("meer", "minder"), "en": ("more", "less")},
    {"nl": ("samen", "los van elkaar"), "en": ("together", "apart")},
    {"nl": ("vermindert", "verbetert"), "en": ("lowers", "improves")},
    {"nl": ("minstens", "hooguit"), "en": ("at least", "at most")},
    {"nl": ("hoger", "lager"), "en": ("higher", "lower")},
)


def swapped_words(ruleset: Ruleset) -> Iterator[Mutant]:
    """Words of opposite meaning swapped, in one language or both."""
    for path, text in copy_paths(ruleset):
        for swap in SWAPS:
            for languages in ONE_LANGUAGE_OR_BOTH:
                new = edited(text, languages, partial(_swap, swap=swap))
                if new is not None:
                    pair = " and ".join("/".join(swap[language]) for language in languages)
                    yield Mutant("opposite", f"{address(ruleset, path)}: {pair}", replaced(ruleset, path, new))


def _swap(text: str, language: Language, swap: Mapping[Language, tuple[str, str]]) -> str:
    one, other = swap[language]
    return re.sub(rf"\b(?:{one}|{other})\b", lambda match: other if match.group() == one else one, text)


def dropped_sentences(ruleset: Ruleset) -> Iterator[Mutant]:
    """Each sentence of a note dropped in both languages."""
    for place, note in enumerate(ruleset.notes):
        nl, en = (re.split(r"(?<=[.!?]) ", note.text.in_language(language)) for language in LANGUAGES)
        for number in range(min(len(nl), len(en)) if len(nl) > 1 and len(en) > 1 else 0):
            new = Text(nl=" ".join(nl[:number] + nl[number + 1 :]), en=" ".join(en[:number] + en[number + 1 :]))
            name = f"notes/{note.id}: sentence {number + 1} dropped"
            yield Mutant("sentence", name, replaced(ruleset, ("notes", place, "text"), new))


def swapped_texts(ruleset: Ruleset) -> Iterator[Mutant]:
    """Labels, and texts or reasons, swapped between neighbours and between records seven apart."""
    for kind, parts in (("notes", ("label", "text")), ("rules", ("label", "reason"))):
        records = getattr(ruleset, kind)
        for apart in (1, 7):
            for place in range(len(records) - apart):
                for part in parts:
                    one, other = (kind, place, part), (kind, place + apart, part)
                    yield from _swapped(ruleset, "text", one, other)
    for place, section in enumerate(ruleset.guide.sections):
        for number in range(len(section.passages) - 1):
            path = ("guide", "sections", place, "passages")
            yield from _swapped(ruleset, "text", (*path, number, "text"), (*path, number + 1, "text"))


def _swapped(ruleset: Ruleset, kind: str, one: Path, other: Path) -> Iterator[Mutant]:
    if at(ruleset, one) != at(ruleset, other):
        name = f"{address(ruleset, one)} swapped with {address(ruleset, other)}"
        yield Mutant(kind, name, replaced(replaced(ruleset, one, at(ruleset, other)), other, at(ruleset, one)))


def swapped_labels(ruleset: Ruleset) -> Iterator[Mutant]:
    """Labels swapped between neighbouring choices, in both languages and in each."""
    for key, question in ruleset.questions.items():
        for one, other in pairwise(range(len(question.choices))):
            path = ("questions", key, "choices")
            yield from _swapped(ruleset, "label", (*path, one, "label"), (*path, other, "label"))
            for language in LANGUAGES:
                yield from _swapped(
                    ruleset, "label", (*path, one, "label", language), (*path, other, "label", language)
                )


def _tuples(value: Any, path: Path) -> Iterator[Path]:
    if path[-1:] == ("citations",):
        yield path
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from _tuples(getattr(value, name), (*path, name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _tuples(item, (*path, key))
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            yield from _tuples(item, (*path, place))


def swapped_sources(ruleset: Ruleset) -> Iterator[Mutant]:
    """First citations, and their sources alone, swapped between neighbouring records."""
    paths = list(_tuples(ruleset, ()))
    for one, other in pairwise(paths):
        if at(ruleset, (*one, 0)).source != at(ruleset, (*other, 0)).source:
            yield from _swapped(ruleset, "source", (*one, 0), (*other, 0))
            yield from _swapped(ruleset, "source", (*one, 0, "source"), (*other, 0, "source"))


def flipped_marks(ruleset: Ruleset) -> Iterator[Mutant]:
    """The marks of each citation flipped: verified and computed."""
    for path in _tuples(ruleset, ()):
        for place, citation in enumerate(at(ruleset, path)):
            for mark in ("verified", "computed"):
                name = f"{address(ruleset, path)}/{citation.source}: {mark} flipped"
                yield Mutant("mark", name, replaced(ruleset, (*path, place, mark), not getattr(citation, mark)))


def moved_thresholds(ruleset: Ruleset) -> Iterator[Mutant]:
    """Amounts of notes moved by one, and the limits of the dose by five."""
    for place, note in enumerate(ruleset.notes):
        if isinstance(note.when, AtLeast):
            for amount in (note.when.minimum - 1, note.when.minimum + 1, 2 * note.when.minimum):
                moved = replaced(ruleset, ("notes", place, "when"), AtLeast(note.when.answer, amount))
                yield Mutant("threshold", f"notes/{note.id}: from {amount} mg", moved)
    for field in ("upper_limit_mg", "own_limit_mg", "label_reference_mg"):
        for by in (-5, 5):
            path = ("manifest", "dose", field)
            yield Mutant("threshold", f"{field} {by:+}", replaced(ruleset, path, at(ruleset, path) + by))


def dropped_flags(ruleset: Ruleset) -> Iterator[Mutant]:
    """Flags of notes flipped, severities changed, and `not_for` and permission of forms dropped."""
    for place, note in enumerate(ruleset.notes):
        path: Path = ("notes", place)
        yield Mutant("flag", f"notes/{note.id}: emergency", replaced(ruleset, (*path, "emergency"), not note.emergency))
        if note.always:
            yield Mutant("flag", f"notes/{note.id}: not always", replaced(ruleset, (*path, "always"), False))
        for severity in SEVERITIES:
            if severity != note.severity:
                name = f"notes/{note.id}: {severity}"
                yield Mutant("flag", name, replaced(ruleset, (*path, "severity"), severity))
    for key, form in ruleset.forms.items():
        for excluded in form.not_for:
            left = tuple(each for each in form.not_for if each != excluded)
            yield Mutant(
                "flag", f"forms/{key}: allowed for {excluded}", replaced(ruleset, ("forms", key, "not_for"), left)
            )
        if form.same_as is None:
            annex = form.name if form.annex_ii is None else None
            yield Mutant("flag", f"forms/{key}: permission", replaced(ruleset, ("forms", key, "annex_ii"), annex))


def survives(mutant: Mutant) -> bool:
    """Whether the mutant loads and every proof on texts and constants holds."""
    changed = mutant.ruleset
    try:
        check_ruleset(
            changed,
            [("forms.yaml", form) for form in changed.forms.values()],
            [("rules", rule) for rule in changed.rules],
            [("notes", note) for note in changed.notes],
        )
    except RulesetError:
        return False
    return all(proof.broken is None for proof in prove_texts(changed))


def results(some: Iterable[Mutant]) -> tuple[list[Mutant], Counter[str]]:
    """The mutants that nothing notices, and the number of mutants of each kind."""
    left: list[Mutant] = []
    total: Counter[str] = Counter()
    for mutant in some:
        total[mutant.kind] += 1
        if survives(mutant):
            left.append(mutant)
    return left, total


def report() -> bool:
    """List the survivors, and the killed by kind; whether enough are killed and the others have a reason."""
    left, total = results(mutants(load_ruleset()))
    for mutant in left:
        sys.stdout.write(f"survives: {mutant.name}: {SURVIVORS.get(mutant.name, 'NO REASON GIVEN')}\n")
    by_kind = Counter(mutant.kind for mutant in left)
    for kind, number in total.items():
        sys.stdout.write(f"  {kind}: {number - by_kind[kind]} of {number}\n")
    killed = 1 - len(left) / total.total()
    share = f"({killed:.1%}; at least {AT_LEAST_KILLED:.0%})"
    sys.stdout.write(f"{total.total() - len(left)} of {total.total()} mutants of texts killed {share}\n")
    return killed >= AT_LEAST_KILLED and not {mutant.name for mutant in left} - SURVIVORS.keys()


def main() -> None:
    """List the survivors; fail when too many, or one without a reason, is left."""
    if not report():
        raise SystemExit(1)
