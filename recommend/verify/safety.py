"""Safety: every stop of the design withholds the advice; one more health answer never makes it less cautious."""

from collections.abc import Callable, Iterable, Iterator

from recommend.answers import Answers
from recommend.conditions import Atom, Condition
from recommend.engine import advise, judge_other_forms, rank_forms
from recommend.knowledge import Ruleset, Severity
from recommend.presentation import advice_as_dict
from recommend.space import Cone, answer_sets_of, set_answer
from recommend.verify.design import CAUTIONS, EMERGENCIES, IMPLIED, NOT_FOR, NOT_SUITABLE, STOPS
from recommend.verify.firing import NoteGroup, atoms_by_note, note_groups, silence_groups, stop_groups
from recommend.verify.proof import Broken, Proof, merge_proofs, prove

ADVICE_KEYS = {"status", "forms", "other_forms", "notes", "dose", "schedule", "ruleset"}
"""Keys of an advice before the catalogue adds products: no product or price is among them."""


def prove_safety(ruleset: Ruleset) -> Iterator[Proof]:
    """Proofs on stops, cautions, emergencies, and on ticking one more box."""
    for name, stop in STOPS.items():
        claim = f"{name} withholds the advice, whatever else is answered"
        yield _always_noted(claim, stop, ruleset, ("stop",))
    for name, caution in CAUTIONS.items():
        claim = f"{name} brings a caution, whatever else is answered"
        yield _always_noted(claim, caution, ruleset, ("stop", "caution"))
    for sign in EMERGENCIES:
        yield _called_first(sign, ruleset)
    for implying, implied in IMPLIED:
        yield _implied_counts(implying, implied, ruleset)
    yield _personal_first(ruleset)
    yield _forbidden_form_absent(ruleset)
    for forms, given in NOT_SUITABLE:
        yield _not_suitable(forms, given, ruleset)
    yield _cautions_suggest(ruleset)
    yield _nothing_leaves(ruleset)
    yield _ticking_keeps_notes(ruleset)
    yield _ticking_keeps_withholding(ruleset)


def _always_noted(claim: str, given: Condition, ruleset: Ruleset, severities: tuple[Severity, ...]) -> Proof:
    """Proof that where `given` is true a note of these severities fires because of it, not by coincidence."""
    own, *others = note_groups(ruleset, severities, given.depends_on())

    def fault(answers: Answers) -> Broken | None:
        if own.fires(answers, ruleset):
            return None
        silent = silence_groups(others, answers, ruleset)
        return Broken(f"no {' or '.join(severities)} note fires", (silent,)) if silent else None

    return prove("safety", claim, filter(given.holds, own.cone), fault, total=answer_sets_of(given))


def _called_first(sign: str, ruleset: Ruleset) -> Proof:
    """Proof that the sign alone fires an emergency note; the engine puts those first."""

    def fault(answers: Answers) -> str | None:
        notes = advise(answers, ruleset).notes
        return None if notes and notes[0].emergency else "no emergency note stands first"

    ticked = (answers for answers in Cone({Atom("warning_signs", frozenset({sign}))}) if sign in answers.warning_signs)
    return prove("safety", f"{sign.replace('_', ' ')} shows whom to call above everything else", ticked, fault)


def _implied_counts(implying: tuple[str, str], implied: tuple[str, str], ruleset: Ruleset) -> Proof:
    """Proof that a box with an implied one brings every note that ticking the implied one too would bring."""
    (answer, box), (other_answer, other_box) = implying, implied
    ticked = frozenset({Atom(answer, frozenset({box}))})
    claim = f"{answer} {box} counts as {other_answer} {other_box} too, in every note"

    def fault_in(group: NoteGroup) -> Callable[[Answers], Broken | None]:
        def fault(answers: Answers) -> Broken | None:
            both = set_answer(answers, other_answer, other_box, True)
            if group.fires(both, ruleset) and not group.fires(answers, ruleset):
                return Broken(
                    f"without {other_box} ticked, {', '.join(sorted(group.notes))} is missing", (answers, both)
                )
            return None

        return fault

    groups = [NoteGroup([note], atoms | ticked) for note, atoms in atoms_by_note(ruleset.notes).items()]
    points = (
        prove("safety", claim, (each for each in group.cone if box in getattr(each, answer)), fault_in(group))
        for group in groups
    )
    return merge_proofs("safety", claim, points)


def _personal_first(ruleset: Ruleset) -> Proof:
    """Proof for each note with the answers that bring it; the order of two notes depends on nothing else."""

    def fault(answers: Answers) -> str | None:
        general: dict[str, str] = {}
        for note in advise(answers, ruleset).notes:
            if not note.is_personal:
                general[note.severity] = note.id
            elif note.severity in general:
                return f"{note.id} comes after {general[note.severity]}, which is for everybody"
        return None

    alone = (answers for _, atoms in atoms_by_note(ruleset.notes).items() for answers in Cone(atoms))
    return prove("safety", "a note on an answer comes before the notes for everybody", alone, fault)


def _forbidden_form_absent(ruleset: Ruleset) -> Proof:
    """Proof that an advice has no form that the law forbids for one of the conditions, even when it is for sale."""

    def fault(answers: Answers) -> str | None:
        judged = (*rank_forms(answers, ruleset), *judge_other_forms(answers, ruleset, ruleset.forms))
        forbidden = {form for form, conditions in NOT_FOR.items() if {*conditions} & {*answers.conditions}}
        found = [form.form.id for form in judged if form.form.id in forbidden and form.suitable]
        return f"{', '.join(found)} is in the advice" if found else None

    atoms = {Atom("conditions", frozenset({box})) for conditions in NOT_FOR.values() for box in conditions}
    return prove("safety", "no form is in the advice of people for whom the law forbids it", Cone(atoms), fault)


def _not_suitable(forms: tuple[str, ...], given: Condition, ruleset: Ruleset) -> Proof:
    def fault(answers: Answers) -> str | None:
        judged = (*rank_forms(answers, ruleset), *judge_other_forms(answers, ruleset, ruleset.forms))
        suitable = [form.form.id for form in judged if form.suitable and form.form.id in forms]
        return f"{', '.join(suitable)} is suitable" if suitable else None

    claim = f"not suitable, with the answers that the design lists: {', '.join(forms)}"
    points = filter(given.holds, Cone(given.depends_on()))
    return prove("safety", claim, points, fault, total=answer_sets_of(given))


def _cautions_suggest(ruleset: Ruleset) -> Proof:
    def fault(answers: Answers) -> str | None:
        return "the advice is withheld" if advise(answers, ruleset).withheld else None

    alone = [next(filter(caution.holds, Cone(caution.depends_on()))) for caution in CAUTIONS.values()]
    return prove("safety", "each caution alone still suggests a form", alone, fault, total=len(alone))


def _nothing_leaves(ruleset: Ruleset) -> Proof:
    def fault(answers: Answers) -> str | None:
        advice = advise(answers, ruleset)
        if advice.dose.suggested_mg != 0:
            return f"{advice.dose.suggested_mg} mg is suggested"
        extra = advice_as_dict(advice, "en").keys() - ADVICE_KEYS
        return f"the advice also holds {', '.join(sorted(extra))}" if extra else None

    groups = stop_groups(ruleset)
    withheld = (answers for group in groups for answers in group.cone if group.fires(answers, ruleset))
    return prove("safety", "no product, price or dose leaves with a stop", withheld, fault)


def _ticking_keeps_notes(ruleset: Ruleset) -> Proof:
    notes = [NoteGroup([note], atoms) for note, atoms in atoms_by_note(ruleset.notes).items()]
    return _ticking_keeps("ticking one more condition, medicine or sign never removes a note", notes, ruleset)


def _ticking_keeps_withholding(ruleset: Ruleset) -> Proof:
    claim = "ticking one more condition, medicine or sign never turns withheld into suggested"
    return _ticking_keeps(claim, stop_groups(ruleset), ruleset)


def _ticking_keeps(claim: str, groups: Iterable[NoteGroup], ruleset: Ruleset) -> Proof:
    """Proof that a firing group of notes still fires after any other box of its cone is ticked."""

    def fault_in(group: NoteGroup) -> Callable[[Answers], Broken | None]:
        def fault(answers: Answers) -> Broken | None:
            if not group.fires(answers, ruleset):
                return None
            for axis in group.cone.axes:
                more = set_answer(answers, axis.answer, axis.box, True) if axis.box else answers
                if not group.fires(more, ruleset):
                    return Broken(f"ticking {axis.box} takes away {', '.join(sorted(group.notes))}", (answers, more))
            return None

        return fault

    proofs = (prove("safety", claim, group.cone, fault_in(group)) for group in groups)
    return merge_proofs("safety", claim, proofs)
