"""Totality: all answers give exactly one advice."""

from collections.abc import Iterable, Iterator
from itertools import chain, combinations

from recommend.answers import Answers
from recommend.conditions import Always
from recommend.engine import advise, rank_forms
from recommend.knowledge import Ruleset
from recommend.space import Cone
from recommend.verify.firing import atoms_by_note, form_atoms, stop_groups
from recommend.verify.proof import Broken, Proof, prove, prove_records

FORMS = ("citrate", "bisglycinate", "glycinate", "oxide", "taurate")
"""Forms that every advice ranks: those of the article on which the shop is based."""

WHOLE_STATUS_MAX = 2**18
"""Largest cone, in points, for which the status is also proven without splitting its stop notes into groups."""


def prove_totality(ruleset: Ruleset) -> Iterator[Proof]:
    """Proofs on status, ranked forms and their order."""
    yield _one_status(ruleset)
    yield _five_forms(ruleset)
    yield _one_line_each(ruleset)
    for upper, lower in combinations(ruleset.manifest.ranked_forms, 2):
        yield _decided(upper, lower, ruleset)


def _one_status(ruleset: Ruleset) -> Proof:
    def fault(answers: Answers) -> str | None:
        advice = advise(answers, ruleset)
        stops = [note.id for note in advice.notes if note.severity == "stop"]
        expected = "withheld" if stops else "suggested"
        return None if advice.status == expected else f"the status is {advice.status} with the stop notes {stops}"

    claim = "every answer set has one status: withheld when a stop note fires, suggested otherwise"
    return prove("totality", claim, status_points(ruleset), fault)


def status_points(ruleset: Ruleset) -> Iterable[Answers]:
    """All points of the cone of the status; of each independent group when that cone is too large."""
    stops = atoms_by_note(note for note in ruleset.notes if note.severity == "stop")
    status_cone = Cone(frozenset().union(*stops.values()))
    if status_cone.points <= WHOLE_STATUS_MAX:
        return status_cone
    return chain.from_iterable(group.cone for group in stop_groups(ruleset))


def _five_forms(ruleset: Ruleset) -> Proof:
    def fault(answers: Answers) -> str | None:
        ranked = rank_forms(answers, ruleset)
        names = [form.form.id for form in ranked]
        if sorted(names) != sorted(FORMS):
            return f"the ranked forms are {', '.join(names)}"
        places = [form.rank for form in ranked]
        return None if places == [1, 2, 3, 4, 5] else f"the places are {places}"

    claim = f"every answer set has these five forms, each on a place of its own: {', '.join(FORMS)}"
    return prove("totality", claim, Cone(form_atoms(ruleset)), fault)


def _one_line_each(ruleset: Ruleset) -> Proof:
    """Proof that a form that is not ranked has one line on what is known of it, whatever is answered."""
    faults = []
    for form in ruleset.other_forms:
        lines = [rule.id for rule in ruleset.rules if form.record in rule.forms and isinstance(rule.when, Always)]
        faults.append((f"forms/{form.id}", None if len(lines) == 1 else Broken(f"has {len(lines)} such lines")))
    claim = "every other form that a shop may sell has one line for everybody on what is known of it"
    return prove_records("totality", claim, faults, unit="forms")


def _decided(earlier: str, later: str, ruleset: Ruleset) -> Proof:
    """Proof that points order the two forms, and the declared order does when points are equal."""

    def fault(answers: Answers) -> str | None:
        ranked = rank_forms(answers, ruleset)
        place = {form.form.id: form for form in ranked}
        first_by_points = place[earlier].score >= place[later].score
        if (place[earlier].rank < place[later].rank) == first_by_points:
            return None
        return f"{earlier} has {place[earlier].score} points and {later} {place[later].score}, yet the order differs"

    claim = f"{earlier} and {later}: the points decide, and the declared order when they are equal"
    return prove("totality", claim, Cone(form_atoms(ruleset, earlier, later)), fault)
