"""Schedule: a day plan keeps the hours of the design between magnesium and every medicine, or names no moment."""

from collections.abc import Callable, Iterator, Mapping
from itertools import product

from recommend.answers import Answers
from recommend.conditions import Atom
from recommend.engine import Advice, advise
from recommend.knowledge import Hours, Ruleset
from recommend.medicines import load_medicines
from recommend.schedule import MAGNESIUM, DayPlan
from recommend.space import Cone
from recommend.text import LANGUAGES
from recommend.verify.design import (
    FASTING,
    HOURS_BETWEEN_DOSES,
    MINUTES_BETWEEN,
    NEVER_PLANNED,
    PLANNED,
    SEPARATIONS,
)
from recommend.verify.firing import atoms_by_note
from recommend.verify.proof import Proof, prove
from recommend.verify.wording import HELPERS

DAY = 24 * 60
FASTING_MINUTES = 30
MEDICINES = frozenset({*(medicine for medicine, _ in PLANNED.values()), *NEVER_PLANNED})
"""Medicines with hours to keep, of known and unknown moments."""

PlanFault = Callable[[Answers, DayPlan], str | None]


def prove_schedule(ruleset: Ruleset) -> Iterator[Proof]:
    """Proofs on the day plan, over all subsets of the medicines with hours to keep."""
    advices = {answers: advise(answers, ruleset) for answers in _cone(ruleset)}
    yield _exists(advices)
    claims: dict[str, PlanFault] = {
        "a plan keeps the widest hours between magnesium and every dose, the next day's included": _too_close,
        "a plan keeps the hours of each medicine that a name ticks": _closer_than_named(ruleset),
        "a plan has every medicine as often as it may be taken in a day, and magnesium once, with a meal": _other_doses,
        "a plan puts fasting medicines before the first meal, and keeps medicines apart": _medicines_too_close,
        "beside a medicine of unknown moments a plan names no moment": _guessed,
        "a plan says in both languages what to take when, or that the pharmacist decides": _says_otherwise,
    }
    for claim, fault in claims.items():
        yield prove("schedule", claim, advices, _of_plan(advices, fault))
    yield _alone(advices)


def _cone(ruleset: Ruleset) -> Cone:
    """Answers that a plan depends on: the notes with hours, and for the status an age and a medicine that stop."""
    with_hours = atoms_by_note(note for note in ruleset.notes if note.facts.separation)
    boxes = {Atom("medicines", frozenset({medicine})) for medicine in (*MEDICINES, "digoxin")}
    return Cone(frozenset().union(boxes, {Atom("age_group")}, *with_hours.values()))


def _of_plan(advices: Mapping[Answers, Advice], fault: PlanFault) -> Callable[[Answers], str | None]:
    """Fault of the plan of an advice; an advice without one has none."""

    def fault_of(answers: Answers) -> str | None:
        plan = advices[answers].schedule
        return fault(answers, plan) if plan else None

    return fault_of


def _exists(advices: Mapping[Answers, Advice]) -> Proof:
    def fault(answers: Answers) -> str | None:
        advice = advices[answers]
        needed = not advice.withheld and not MEDICINES.isdisjoint(answers.medicines)
        if needed == (advice.schedule is not None):
            return None
        return f"the advice is {advice.status}, and {'no plan is' if needed else 'a plan is'} given"

    return prove("schedule", "a plan exists exactly for a suggestion beside a medicine with hours", advices, fault)


def _alone(advices: Mapping[Answers, Advice]) -> Proof:
    def fault(answers: Answers) -> str | None:
        plan = advices[answers].schedule
        return None if plan and plan.possible else "no moment is named"

    alone = [next(point for point in advices if point.medicines == (medicine,)) for medicine, _ in PLANNED.values()]
    claim = "each medicine of known moments alone gets a meal for magnesium"
    return prove("schedule", claim, alone, fault, total=len(alone))


def _clock(plan: DayPlan) -> dict[str, list[int]]:
    """Minutes since midnight by what is taken, read from the clock times as a shopper sees them."""
    found: dict[str, list[int]] = {}
    for planned in plan.moments:
        hours, minutes = planned.moment.at.split(":")
        for taken in planned.take:
            found.setdefault(taken, []).append(int(hours) * 60 + int(minutes))
    return found


def _until(start: int, end: int) -> int:
    """Minutes from a clock time to another, on the same day or the next."""
    return end - start if end >= start else end - start + DAY


def _gaps(plan: DayPlan, medicine: str) -> Iterator[tuple[int, int]]:
    """Minutes from each dose to the next magnesium, and from magnesium to the dose that follows it."""
    clock = _clock(plan)
    for dose, magnesium in product(clock.get(medicine, ()), clock.get(MAGNESIUM, ())):
        yield _until(dose, magnesium), _until(magnesium, dose)


def _widest(hours: Hours) -> int:
    return max(hours) if isinstance(hours, tuple) else hours


def _too_close(answers: Answers, plan: DayPlan) -> str | None:
    for note, (medicine, _) in PLANNED.items():
        if medicine not in answers.medicines:
            continue
        for (before, after), hours in product(_gaps(plan, medicine), SEPARATIONS[note]):
            if before < _widest(hours.before_h) * 60 or after < _widest(hours.after_h) * 60:
                return f"{medicine} comes {before} minutes before and {after} minutes after magnesium"
    return None


def _closer_than_named(ruleset: Ruleset) -> PlanFault:
    """Hours in the list of names are those of magnesium: before and after change places."""
    named = [found for found in load_medicines(ruleset.directory).by_id.values() if found.separation]

    def fault(answers: Answers, plan: DayPlan) -> str | None:
        for found in named:
            if found.key in answers.medicines and found.separation:
                least = (found.separation.after_h or 0, found.separation.before_h or 0)
                for before, after in _gaps(plan, found.key):
                    if before < least[0] * 60 or after < least[1] * 60:
                        return f"{found.id} comes {before} minutes before and {after} minutes after magnesium"
        return None

    return fault


def _other_doses(answers: Answers, plan: DayPlan) -> str | None:
    if not plan.possible:
        return None
    expected = {medicine: doses for medicine, doses in PLANNED.values() if medicine in answers.medicines}
    found = {taken: len(times) for taken, times in _clock(plan).items()}
    if found != {MAGNESIUM: 1, **expected}:
        return f"the doses are {found}"
    meals = [planned.moment.meal for planned in plan.moments if MAGNESIUM in planned.take]
    return None if all(meals) else "magnesium is taken without a meal"


def _medicines_too_close(_: Answers, plan: DayPlan) -> str | None:
    clock = _clock(plan)
    first_meal = min(moment.minute for moment in plan.schedule.moments if moment.meal)
    for medicine in FASTING:
        for dose in clock.get(medicine, ()):
            if dose > first_meal - FASTING_MINUTES:
                return f"{medicine} is taken {first_meal - dose} minutes before the first meal"
    for (one, other), minutes in MINUTES_BETWEEN.items():
        for dose, other_dose in product(clock.get(one, ()), clock.get(other, ())):
            if min(_until(dose, other_dose), _until(other_dose, dose)) < minutes:
                return f"{one} and {other} are less than {minutes} minutes apart"
    for medicine, (least, most) in HOURS_BETWEEN_DOSES.items():
        doses = clock.get(medicine, [])
        for dose, following in zip(doses, [*doses[1:], *doses[:1]], strict=True):
            if not least * 60 <= _until(dose, following) <= most * 60:
                return f"{medicine} is taken {_until(dose, following)} minutes after the dose before"
    return None


def _guessed(answers: Answers, plan: DayPlan) -> str | None:
    guessed = plan.possible and not set(NEVER_PLANNED).isdisjoint(answers.medicines)
    return "the plan names moments" if guessed else None


def _says_otherwise(_: Answers, plan: DayPlan) -> str | None:
    for language in LANGUAGES:
        text = plan.text(language)
        if not plan.possible:
            right = plan.schedule.fits.text.in_language(language).partition("}")[2]
            if right in text or not HELPERS[language].search(text):
                return f"without a moment the text in {language} is {text!r}"
            continue
        for planned in plan.moments:
            for words in (
                planned.moment.name.in_language(language),
                *(plan.name_of(t, language) for t in planned.take),
            ):
                if words not in text[:1].lower() + text[1:]:
                    return f"the text in {language} does not say {words!r}"
    return None
