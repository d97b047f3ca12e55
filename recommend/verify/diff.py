"""Difference between two rulesets: exact numbers of answer sets over the whole space, and the smallest examples."""

from bisect import bisect
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from msgspec import Struct, structs

from recommend.answers import QUESTIONS, SUPPLEMENT_MG_MAX, Answers, amount_of
from recommend.conditions import Atom
from recommend.engine import Dose, advise, rank_forms, safety_notes, set_dose
from recommend.knowledge import Note, Ruleset
from recommend.space import ALL_ANSWER_SETS, NEUTRAL, Cone, atoms_of_answer, independent_groups
from recommend.verify.firing import atoms_by_note, fired_notes, form_atoms
from recommend.verify.prices import at_every_price

EXAMPLES = 5
"""Maximum number of examples per change."""
EXAMPLES_SEARCHED = 200_000
"""Number of answer sets, nearest to the neutral one first, that are searched for examples."""

SPARE = (Atom("stomach"), Atom("budget"), Atom("absorption"))
"""Atoms that vary in examples as well: a change at one point still concerns many answer sets."""

RulesetPair = tuple[Ruleset, Ruleset]
ComparedOutput = Callable[[Answers, Ruleset], Any]


class Example(Struct, frozen=True):
    """Answers for which the two rulesets differ, with the output of each."""

    answers: Answers
    old: Any
    new: Any


class Change(Struct, frozen=True):
    """Number of answer sets for which one part of the advice differs, and the smallest examples."""

    answer_sets: int
    examples: tuple[Example, ...] = ()


class Diff(Struct, frozen=True):
    """Changes by part of the advice."""

    status: Change
    first_form: Change
    notes: Change
    dose: Change


def compare(old: Ruleset, new: Ruleset) -> Diff:
    """Compare two rulesets over all answer sets. Raises TooLargeError for an output with too large a cone."""
    pair = (old, new)
    return Diff(
        status=_changed_status(pair),
        first_form=_changed_first_form(pair),
        notes=_changed_notes(pair),
        dose=_changed_dose(pair),
    )


def status_of(answers: Answers, ruleset: Ruleset) -> str:
    return advise(answers, ruleset).status


def first_form_of(answers: Answers, ruleset: Ruleset) -> str:
    """Id of the first form; every first form where it depends on prices."""
    forms = (rank_forms(answers, priced)[0].form.id for priced in at_every_price(ruleset))
    return " or ".join(dict.fromkeys(forms))


def notes_of(answers: Answers, ruleset: Ruleset) -> dict[str, str]:
    """Severity of each note in the advice, by id."""
    return {note.id: _shown_as(note) for note in safety_notes(answers, ruleset)}


def dose_of(answers: Answers, ruleset: Ruleset) -> Dose:
    return advise(answers, ruleset).dose


def _change(answer_sets: int, atoms: Iterable[Atom], output: ComparedOutput, pair: RulesetPair) -> Change:
    """Change with examples, searched from the neutral answers outwards."""
    return Change(answer_sets, tuple(_examples(atoms, output, pair)) if answer_sets else ())


def _examples(atoms: Iterable[Atom], output: ComparedOutput, pair: RulesetPair) -> Iterator[Example]:
    near = islice(Cone({*atoms, *SPARE}).nearest(), EXAMPLES_SEARCHED)
    outcomes = ((answers, output(answers, pair[0]), output(answers, pair[1])) for answers in near)
    return islice((Example(*found) for found in outcomes if found[1] != found[2]), EXAMPLES)


def _changed_first_form(pair: RulesetPair) -> Change:
    atoms = form_atoms(pair[0]) | form_atoms(pair[1])
    cone = Cone(atoms)
    differ = sum(
        cone.weight(answers) for answers in cone if first_form_of(answers, pair[0]) != first_form_of(answers, pair[1])
    )
    return _change(differ * ALL_ANSWER_SETS // cone.total, atoms, first_form_of, pair)


def _changed_notes(pair: RulesetPair) -> Change:
    """Change of the notes, as all answer sets minus those for which no note differs."""
    atoms = _changed_note_atoms(pair)
    same = ALL_ANSWER_SETS
    for ids, group_atoms in independent_groups(atoms):
        cone = Cone(group_atoms)
        unchanged = sum(cone.weight(answers) for answers in cone if not _differ(ids, answers, pair))
        same = same * unchanged // cone.total
    return _change(ALL_ANSWER_SETS - same, frozenset().union(*atoms.values()), notes_of, pair)


def _changed_note_atoms(pair: RulesetPair) -> dict[str, frozenset[Atom]]:
    """Atoms of each note that the rulesets treat differently, in either version."""
    old, new = ({note.id: note for note in ruleset.notes if note.when is not None} for ruleset in pair)
    atoms = [atoms_by_note(ruleset.notes) for ruleset in pair]
    return {
        key: atoms[0].get(key, frozenset()) | atoms[1].get(key, frozenset())
        for key in old | new
        if _shown(old.get(key)) != _shown(new.get(key))
    }


def _shown(note: Note | None) -> tuple[Any, ...] | None:
    return (note.when, _shown_as(note)) if note else None


def _shown_as(note: Note) -> str:
    return f"{note.severity}, emergency" if note.emergency else note.severity


def _differ(notes: Iterable[str], answers: Answers, pair: RulesetPair) -> bool:
    old, new = (notes_of(answers, ruleset) for ruleset in pair)
    return any(old.get(note) != new.get(note) for note in notes)


def _stop_atoms(pair: RulesetPair) -> frozenset[Atom]:
    return frozenset().union(*_stops(pair).values())


def _stops(rulesets: Iterable[Ruleset]) -> dict[tuple[int, str], frozenset[Atom]]:
    """Atoms of the stop notes, by index of the ruleset and note id."""
    return {
        (number, note): atoms
        for number, ruleset in enumerate(rulesets)
        for note, atoms in atoms_by_note(note for note in ruleset.notes if note.severity == "stop").items()
    }


def _count_suggested(rulesets: tuple[Ruleset, ...], base: Answers = NEUTRAL, without: tuple[str, ...] = ()) -> int:
    """Number of answer sets for which none of these rulesets has a stop note.

    The answers in `without` have their value of `base`; the result still includes the factor of their raw values.
    """
    count = ALL_ANSWER_SETS
    for stops, atoms in independent_groups(_stops(rulesets)):
        cone = Cone(atoms, base=base, without=without)
        silent = sum(cone.weight(answers) for answers in cone if not _any_fires(stops, answers, rulesets))
        count = count * silent // cone.total
    return count


def _any_fires(stops: Iterable[tuple[int, str]], answers: Answers, rulesets: tuple[Ruleset, ...]) -> bool:
    fired = [fired_notes(answers, ruleset) for ruleset in rulesets]
    return any(note in fired[number] for number, note in stops)


StatusCounts = dict[tuple[bool, bool], int]
"""Number of answer sets by (old ruleset withholds, new ruleset withholds)."""


def _count_statuses(pair: RulesetPair, base: Answers = NEUTRAL, without: tuple[str, ...] = ()) -> StatusCounts:
    """Number of answer sets by the status under the old and the new ruleset."""
    old, new = (_count_suggested((ruleset,), base, without) for ruleset in pair)
    neither = _count_suggested(pair, base, without)
    return {
        (False, False): neither,
        (False, True): old - neither,
        (True, False): new - neither,
        (True, True): ALL_ANSWER_SETS - old - new + neither,
    }


def _changed_status(pair: RulesetPair) -> Change:
    statuses = _count_statuses(pair)
    return _change(statuses[False, True] + statuses[True, False], _stop_atoms(pair), status_of, pair)


DOSE_ANSWERS = ("supplement_mg", "sex")
"""Answers that the dose depends on, next to the status."""


def _changed_dose(pair: RulesetPair) -> Change:
    """Change of the dose, for every amount taken and each sex: with these fixed, only the two statuses matter."""
    all_doses = Cone(frozenset().union(*map(atoms_of_answer, DOSE_ANSWERS)))
    stops = Cone({atom for atom in _stop_atoms(pair) if atom.answer in DOSE_ANSWERS} | atoms_of_answer("sex"))
    differ = 0
    for representative in stops:
        statuses = _count_statuses(pair, representative, DOSE_ANSWERS)
        for answers in _amounts_like(representative, stops):
            differ += sum(
                number
                for withheld, number in statuses.items()
                if _dose(answers, pair[0], withheld[0]) != _dose(answers, pair[1], withheld[1])
            )
    return _change(differ // all_doses.total, all_doses.atoms | _stop_atoms(pair), dose_of, pair)


def _amounts_like(representative: Answers, cone: Cone) -> Iterator[Answers]:
    """All amounts, in numbers and in words, that no condition distinguishes from this one."""
    told_apart = [value for axis in cone.axes if axis.answer == "supplement_mg" for value in axis.values] or [0]
    starts = [value for value in told_apart if isinstance(value, int)]
    for taken in (*range(SUPPLEMENT_MG_MAX + 1), *QUESTIONS["supplement_mg"].values):
        alike = taken if taken in told_apart else starts[bisect(starts, amount_of(taken)) - 1]
        if alike == representative.supplement_mg:
            yield structs.replace(representative, supplement_mg=taken)


def _dose(answers: Answers, ruleset: Ruleset, withheld: bool) -> Dose:
    return set_dose(answers, ruleset, withheld=withheld)
