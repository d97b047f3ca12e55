"""Day plan: the meal for magnesium that keeps the hours of all medicines with a separation time, or none.

A plan assumes the moments of `data/schedule.yaml`. A day repeats itself, so the hours between evening and next morning
count too.
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from recommend.conditions import AllOf, AnyOf, Condition, Includes
from recommend.knowledge import Hours, Moment, Note, Ruleset, Schedule, Sentence, UsualMoments
from recommend.text import Language
from recommend.wording import AND

MAGNESIUM = "magnesium"
"""Magnesium among the things to take at a moment; the word is the same in both languages."""
UNNAMED = ""
"""Key of a medicine that a note does not name, whose moments nobody knows."""
MINUTES_A_DAY = 24 * 60
MINUTES_AN_HOUR = 60


class HoursApart(Struct, frozen=True):
    """Widest hours of a medicine's notes: the medicine `before_h` before magnesium or `after_h` after it."""

    before_h: int = 0
    after_h: int = 0

    def widened(self, before_h: int, after_h: int) -> "HoursApart":
        """The wider of both, on each side."""
        return HoursApart(max(self.before_h, before_h), max(self.after_h, after_h))


class PlannedMoment(Struct, frozen=True):
    """A moment with what is taken: `MAGNESIUM` or keys of medicines."""

    moment: Moment
    take: tuple[str, ...]


class DayPlan(Struct, frozen=True):
    """A plan for one day; without `moments` none fits, and the pharmacist decides.

    `hours` are those of the medicines with known moments, by key; `complete` is false when another one has none.
    """

    schedule: Schedule
    hours: Mapping[str, HoursApart]
    complete: bool
    moments: tuple[PlannedMoment, ...] = ()

    @property
    def possible(self) -> bool:
        """Whether a moment for magnesium was found."""
        return bool(self.moments)

    def name_of(self, key: str, language: Language) -> str:
        """Name of a medicine, or of magnesium."""
        return MAGNESIUM if key == MAGNESIUM else _usual(self.schedule)[key].name.in_language(language)

    def summary(self, language: Language) -> str:
        """The plan in one sentence, or the sentence that the pharmacist decides."""
        schedule = self.schedule
        if not self.complete:
            return schedule.unknown_moment.text.in_language(language)
        if not self.possible:
            names = [self.name_of(key, language) for key in self.hours]
            return schedule.no_moment.text.in_language(language).format(medicines=_listed(names, language))
        parts = [f"{self.name_of(key, language)} {self._moments_of(key, language)}" for key in (MAGNESIUM, *self.hours)]
        several = any(len(_usual(schedule)[key].moments) > 1 for key in self.hours)
        sentence = schedule.fits.text.in_language(language).format(plan=("; " if several else ", ").join(parts))
        return sentence[:1].upper() + sentence[1:]

    def remarks(self, language: Language) -> list[str]:
        """Sentences on what the plan assumes and leaves out."""
        return [sentence.text.in_language(language) for sentence in self._remarks()]

    def text(self, language: Language) -> str:
        """Summary and remarks."""
        return " ".join([self.summary(language), *self.remarks(language)])

    def _remarks(self) -> Iterator[Sentence]:
        if self.possible:
            schedule = self.schedule
            yield from (schedule.only_then, schedule.all_magnesium, schedule.own_assumption)
            if len(self.hours) > 1:
                yield schedule.other_gaps

    def _moments_of(self, key: str, language: Language) -> str:
        names = [planned.moment.name.in_language(language) for planned in self.moments if key in planned.take]
        return _listed(names, language)


def _listed(names: list[str], language: Language) -> str:
    """Names with commas and "and"."""
    *others, last = names
    return f"{', '.join(others)} {AND.in_language(language)} {last}" if others else last


def plan_day(notes: Iterable[Note], ruleset: Ruleset) -> DayPlan | None:
    """Day plan for the notes of an advice; None when no note on an answer has hours to keep.

    Without a certain answer there is no plan: a medicine whose moments are not known leaves it to the pharmacist.
    """
    schedule = ruleset.schedule
    usual = _usual(schedule)
    found = _hours_by_medicine(notes)
    if not found:
        return None
    hours = {key: found[key] for key in usual if key in found}
    if len(hours) < len(found):
        return DayPlan(schedule, hours, complete=False)
    medicines = [usual[key] for key in hours]
    meal = _meal_that_fits(medicines, hours, schedule)
    moments = tuple(_planned(meal, medicines, schedule)) if meal else ()
    return DayPlan(schedule, hours, complete=True, moments=moments)


def _meal_that_fits(
    medicines: Iterable[UsualMoments], hours: Mapping[str, HoursApart], schedule: Schedule
) -> Moment | None:
    """First meal to try that keeps the hours of all medicines; None when these are too close to each other."""
    moments = {moment.id: moment for moment in schedule.moments}
    doses = {medicine.id: [moments[name].minute for name in medicine.moments] for medicine in medicines}
    if not _keep_apart(doses, schedule):
        return None
    meals = (moments[name] for name in schedule.magnesium)
    return next((meal for meal in meals if _fits(meal.minute, doses, hours)), None)


def _usual(schedule: Schedule) -> dict[str, UsualMoments]:
    return {medicine.id: medicine for medicine in schedule.medicines}


def _hours_by_medicine(notes: Iterable[Note]) -> dict[str, HoursApart]:
    """Widest hours by medicine; a note that names none counts as `UNNAMED`."""
    found: dict[str, HoursApart] = {}
    for note in notes:
        if not note.is_personal:
            continue
        for separation in note.facts.separation:
            for key in _medicines_in(note.when) or {UNNAMED}:
                apart = found.get(key, HoursApart())
                found[key] = apart.widened(_most(separation.before_h), _most(separation.after_h))
    return found


def _medicines_in(condition: Condition | None) -> set[str]:
    match condition:
        case Includes("medicines", values):
            return set(values)
        case AllOf(parts) | AnyOf(parts):
            return set().union(*map(_medicines_in, parts))
    return set()


def _most(hours: Hours) -> int:
    return hours[1] if isinstance(hours, tuple) else hours


def _minutes_from(start: int, end: int) -> int:
    """Minutes from one clock time to the next time that it is the other; 0 for the same time."""
    return (end - start) % MINUTES_A_DAY


def _fits(magnesium: int, doses: Mapping[str, list[int]], hours: Mapping[str, HoursApart]) -> bool:
    """Whether magnesium at this minute keeps the hours of every dose, the next day's included."""
    return all(
        _minutes_from(dose, magnesium) >= hours[key].before_h * MINUTES_AN_HOUR
        and _minutes_from(magnesium, dose) >= hours[key].after_h * MINUTES_AN_HOUR
        for key, minutes in doses.items()
        for dose in minutes
    )


def _keep_apart(doses: Mapping[str, list[int]], schedule: Schedule) -> bool:
    """Whether the medicines keep the gaps that a plan needs between them."""
    return all(
        min(_minutes_from(dose, other), _minutes_from(other, dose)) >= gap.minutes
        for gap in schedule.between
        for dose in doses.get(gap.medicines[0], ())
        for other in doses.get(gap.medicines[1], ())
    )


def _planned(meal: Moment, medicines: list[UsualMoments], schedule: Schedule) -> Iterator[PlannedMoment]:
    """Moments in the order of the day, each with what is taken; moments with nothing are left out."""
    for moment in schedule.moments:
        take = [medicine.id for medicine in medicines if moment.id in medicine.moments]
        if moment is meal:
            take.insert(0, MAGNESIUM)
        if take:
            yield PlannedMoment(moment, tuple(take))
