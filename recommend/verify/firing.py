"""Notes and rules that fire, according to the real engine, each over its own cone."""

from collections.abc import Container, Iterable

from recommend.answers import Answers
from recommend.conditions import Atom
from recommend.engine import judge_other_forms, rank_forms, safety_notes
from recommend.knowledge import Note, Ruleset, Severity
from recommend.space import NEUTRAL, Cone, independent_groups


def fired_notes(answers: Answers, ruleset: Ruleset) -> frozenset[str]:
    """Ids of the notes in the advice."""
    return frozenset(note.id for note in safety_notes(answers, ruleset))


def fired_rules(answers: Answers, ruleset: Ruleset) -> frozenset[str]:
    """Ids of the rules that count for at least one form, ranked or not; a rule for no form never does."""
    others = judge_other_forms(answers, ruleset, ruleset.forms)
    judged = (*rank_forms(answers, ruleset), *others)
    return frozenset(rule.id for form in judged for rule in form.reasons)


def atoms_by_note(notes: Iterable[Note]) -> dict[str, frozenset[Atom]]:
    """Atoms of each note that an advice can contain, by id."""
    return {note.id: note.when.depends_on() for note in notes if note.when is not None}


def form_atoms(ruleset: Ruleset, *forms: str) -> frozenset[Atom]:
    """Atoms that the scores of these forms depend on; of all ranked forms when none is named."""
    records = {ruleset.forms[form].record for form in forms or ruleset.manifest.ranked_forms}
    return frozenset().union(*(rule.when.depends_on() for rule in ruleset.rules if records & set(rule.forms)))


class NoteGroup:
    """Notes with overlapping conditions, and their common cone."""

    def __init__(self, notes: Iterable[str], atoms: Iterable[Atom], *, base: Answers = NEUTRAL) -> None:
        self.notes = frozenset(notes)
        self.cone = Cone(atoms, base=base)

    def fires(self, answers: Answers, ruleset: Ruleset) -> bool:
        """Whether a note of this group is in the advice."""
        return not self.notes.isdisjoint(fired_notes(answers, ruleset))


def note_groups(
    ruleset: Ruleset, severities: Container[Severity], extra: frozenset[Atom] = frozenset()
) -> list[NoteGroup]:
    """Notes of these severities in groups that never influence each other.

    The first group is the one that shares answers with `extra`; it may have no notes.
    """
    atoms = atoms_by_note(note for note in ruleset.notes if note.severity in severities)
    groups = independent_groups({"": extra, **atoms})
    groups.sort(key=lambda group: "" not in group[0])
    return [NoteGroup(set(members) - {""}, union) for members, union in groups]


def stop_groups(ruleset: Ruleset) -> list[NoteGroup]:
    """Groups of stop notes; any of them withholds the advice, so each is enumerated separately."""
    return [group for group in note_groups(ruleset, ("stop",)) if group.notes]


def silence_groups(groups: Iterable[NoteGroup], answers: Answers, ruleset: Ruleset) -> Answers | None:
    """Answers with all these groups silenced; None when one of the groups always fires."""
    for group in groups:
        silent = next((point for point in group.cone if not group.fires(point, ruleset)), None)
        if silent is None:
            return None
        answers = group.cone.copy(silent, onto=answers)
    return answers
