"""Which notes and rules fire where, as the real engine says, each over its own cone."""

from collections.abc import Container, Iterable

from recommend.answers import Answers
from recommend.conditions import Atom
from recommend.engine import rank_forms, safety_notes
from recommend.knowledge import Note, Ruleset, Severity
from recommend.space import NEUTRAL, Cone, independent_groups


def fired_notes(answers: Answers, ruleset: Ruleset) -> frozenset[str]:
    return frozenset(note.id for note in safety_notes(answers, ruleset))


def fired_rules(answers: Answers, ruleset: Ruleset) -> frozenset[str]:
    """The rules that count for at least one form. A rule for no ranked form never does."""
    return frozenset(rule.id for ranked in rank_forms(answers, ruleset) for rule in ranked.reasons)


def atoms_by_note(notes: Iterable[Note]) -> dict[str, frozenset[Atom]]:
    """The notes that an advice can carry, by id, each with what it depends on."""
    return {note.id: note.when.depends_on() for note in notes if note.when is not None}


def form_atoms(ruleset: Ruleset, *forms: str) -> frozenset[Atom]:
    """What the scores of these forms depend on, or of all ranked forms when none is named."""
    records = {ruleset.forms[form].record for form in forms or ruleset.manifest.ranked_forms}
    return frozenset().union(*(rule.when.depends_on() for rule in ruleset.rules if records & set(rule.forms)))


class NoteGroup:
    """Notes whose conditions hang merge_proofs, and the cone they share."""

    def __init__(self, notes: Iterable[str], atoms: Iterable[Atom], *, base: Answers = NEUTRAL) -> None:
        self.notes = frozenset(notes)
        self.cone = Cone(atoms, base=base)

    def fires(self, answers: Answers, ruleset: Ruleset) -> bool:
        return not self.notes.isdisjoint(fired_notes(answers, ruleset))


def note_groups(
    ruleset: Ruleset, severities: Container[Severity], extra: frozenset[Atom] = frozenset()
) -> list[NoteGroup]:
    """The notes of these severities in groups that never influence each other.

    The first group is the one that hangs merge_proofs with the atoms of `extra`; it may hold no notes.
    """
    atoms = atoms_by_note(note for note in ruleset.notes if note.severity in severities)
    groups = independent_groups({"": extra, **atoms})
    groups.sort(key=lambda group: "" not in group[0])
    return [NoteGroup(set(members) - {""}, union) for members, union in groups]


def stop_groups(ruleset: Ruleset) -> list[NoteGroup]:
    """The status is `withheld` when any of these groups fires, so each is enumerated alone."""
    return [group for group in note_groups(ruleset, ("stop",)) if group.notes]


def silence_groups(groups: Iterable[NoteGroup], answers: Answers, ruleset: Ruleset) -> Answers | None:
    """The answers with every other group kept silent; None when one of those groups always fires anyway."""
    for group in groups:
        quiet = next((point for point in group.cone if not group.fires(point, ruleset)), None)
        if quiet is None:
            return None
        answers = group.cone.copy(quiet, onto=answers)
    return answers
