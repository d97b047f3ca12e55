"""Liveness: every rule, note and form matters for some answers; a record for all answers says `when: always`."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from recommend.answers import Answers
from recommend.conditions import Always, Condition
from recommend.engine import advise, rank_forms
from recommend.knowledge import Ruleset
from recommend.space import NEUTRAL, Cone, answer_sets_of, distance_from_neutral
from recommend.verify.design import OXIDE_NEVER_FIRST
from recommend.verify.firing import fired_notes, fired_rules, form_atoms
from recommend.verify.prices import at_every_price, prove_at_every_price
from recommend.verify.proof import Broken, Proof, merge_proofs, prove

FiresFor = Callable[[Answers], bool]
"""Whether the engine returns the record for these answers."""


class ConditionalRecord(Struct, frozen=True):
    """A rule or note with its condition and a predicate: whether the engine returns it for given answers."""

    id: str
    when: Condition
    fires: FiresFor


def prove_liveness(ruleset: Ruleset) -> Iterator[Proof]:
    """Proofs that rules and notes fire somewhere and not everywhere, and that forms can be first."""
    rules = [ConditionalRecord(rule.id, rule.when, _in_rules(rule.id, ruleset)) for rule in ruleset.rules]
    notes = [
        ConditionalRecord(note.id, note.when, _in_notes(note.id, ruleset))
        for note in ruleset.notes
        if note.when is not None
    ]
    for kind, records in (("rule", rules), ("note", notes)):
        claim = f"every {kind} fires for somebody"
        yield merge_proofs("liveness", claim, (_fires_somewhere(claim, record) for record in records))
        claim = f"no {kind} fires for everybody, unless it says so with `when: always`"
        yield merge_proofs("liveness", claim, (_silent_somewhere(claim, record) for record in records))
    declared = {entry.form for entry in ruleset.manifest.never_first}
    for form in ruleset.manifest.ranked_forms:
        if form not in declared:
            yield _first_for_somebody(form, ruleset)
    yield from prove_at_every_price(_never_first, ruleset)


def _in_rules(rule: str, ruleset: Ruleset) -> FiresFor:
    priced = at_every_price(ruleset)
    return lambda answers: any(rule in fired_rules(answers, each) for each in priced)


def _in_notes(note: str, ruleset: Ruleset) -> FiresFor:
    return lambda answers: note in fired_notes(answers, ruleset)


def _fires_somewhere(claim: str, record: ConditionalRecord) -> Proof:
    cone = Cone(record.when.depends_on())
    fired = [record.fires(answers) for answers in cone]
    dead = not any(fired)
    return Proof("liveness", claim, cone.points, broken=Broken(f"{record.id} is dead", (NEUTRAL,)) if dead else None)


def _silent_somewhere(claim: str, record: ConditionalRecord) -> Proof:
    cone = Cone(record.when.depends_on())
    fired = [record.fires(answers) for answers in cone]
    stuck = all(fired) and not isinstance(record.when, Always)
    why = f"{record.id} fires whatever is answered"
    return Proof("liveness", claim, cone.points, broken=Broken(why, (NEUTRAL,)) if stuck else None)


def _first_for_somebody(form: str, ruleset: Ruleset) -> Proof:
    """Proof that the form is first in some advice that is not withheld; else the nearest miss."""
    cone, priced = Cone(form_atoms(ruleset)), at_every_price(ruleset)
    places = [
        (min(_place(form, answers, each) for each in priced), distance_from_neutral(answers), answers)
        for answers in cone
    ]
    first = any(place == 1 and not advise(answers, ruleset).withheld for place, _, answers in places)
    place, _, answers = min(places, key=lambda found: found[:2])
    broken = None if first else Broken(f"{form} comes no further than place {place}, or only when withheld", (answers,))
    return Proof("liveness", f"{form} is first for somebody", cone.points, broken=broken)


def _never_first(ruleset: Ruleset) -> Iterator[Proof]:
    """Proofs on the forms that are first for nobody, and on oxide, which is first for few."""
    for entry in ruleset.manifest.never_first:
        yield _declared_never_first(entry.form, ruleset)
    yield _oxide_not_first(ruleset)


def _declared_never_first(form: str, ruleset: Ruleset) -> Proof:
    def fault(answers: Answers) -> str | None:
        return f"{form} is first, though ruleset.yaml says never" if _place(form, answers, ruleset) == 1 else None

    return prove("liveness", f"{form} is never first, as declared", Cone(form_atoms(ruleset)), fault)


def _oxide_not_first(ruleset: Ruleset) -> Proof:
    claim = "oxide is never first when absorption matters, with a bowel condition or beside a medicine that it hinders"
    cone = Cone(form_atoms(ruleset) | OXIDE_NEVER_FIRST.depends_on())

    def fault(answers: Answers) -> str | None:
        return "oxide is first" if _place("oxide", answers, ruleset) == 1 else None

    return prove(
        "liveness", claim, filter(OXIDE_NEVER_FIRST.holds, cone), fault, total=answer_sets_of(OXIDE_NEVER_FIRST)
    )


def _place(form: str, answers: Answers, ruleset: Ruleset) -> int:
    return next(ranked.rank for ranked in rank_forms(answers, ruleset) if ranked.form.id == form)
