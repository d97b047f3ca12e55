"""Day plan: magnesium at a meal that keeps the hours of every medicine, or the pharmacist decides."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from recommend.engine import advise
from recommend.knowledge import Ruleset
from recommend.medicines import load_medicines
from recommend.presentation import advice_as_dict
from recommend.schedule import DayPlan
from recommend.verify.design import SEPARATIONS
from tests.recommend.shoppers import MANY, anybody, beside, shopper
from tests.recommend.verify.rulesets import Edit, Records, edited, record

MEDICINE_OF = {
    "tetracycline-quinolone": "tetracycline_quinolone",
    "bisphosphonate": "bisphosphonate",
    "levothyroxine": "levothyroxine",
    "gabapentin": "gabapentin",
    "iron-zinc": "iron_zinc",
}
"""Medicines with a separation time whose moments are known, by note."""
UNKNOWN = ("other", "unknown")
"""Values of which nobody knows the moments."""
DOSES_A_DAY = {"tetracycline_quinolone": 2, "gabapentin": 3}
MEALS = {"breakfast", "lunch", "dinner"}


def subsets(*values: str) -> Iterator[tuple[str, ...]]:
    for count in range(len(values) + 1):
        yield from combinations(values, count)


def plan_of(ruleset: Ruleset, *medicines: str, **answers: Any) -> DayPlan | None:
    return advise(shopper(medicines=list(medicines), **answers), ruleset).schedule


def in_json(ruleset: Ruleset, *medicines: str, language: Any = "en", **answers: Any) -> Any:
    return advice_as_dict(advise(shopper(medicines=list(medicines), **answers), ruleset), language)["schedule"]


def clock(plan: Any, taken: str) -> list[float]:
    """Hours since midnight at which something is taken."""
    times = [moment["at"].split(":") for moment in plan["moments"] if taken in moment["take"]]
    return [int(hours) + int(minutes) / 60 for hours, minutes in times]


def hours_kept(plan: Any, medicine: str) -> tuple[float, float]:
    """Least hours from the medicine to the next magnesium, and from magnesium to the next medicine, day after day."""
    week = range(3)
    magnesium = [24 * day + hour for day in week for hour in clock(plan, "magnesium")]
    doses = [24 * day + hour for day in week for hour in clock(plan, medicine)]
    before = [mg - dose for mg in magnesium for dose in doses if mg >= dose]
    after = [dose - mg for mg in magnesium for dose in doses if dose >= mg]
    return min(before), min(after)


def widest(hours: int | tuple[int, int]) -> int:
    return max(hours) if isinstance(hours, tuple) else hours


@pytest.mark.parametrize("medicines", list(subsets(*MEDICINE_OF.values(), *UNKNOWN)), ids="+".join)
def test_a_plan_keeps_the_widest_hours_of_every_medicine_or_names_no_moment(
    medicines: tuple[str, ...], ruleset: Ruleset
) -> None:
    plan = in_json(ruleset, *medicines)
    if not medicines:
        assert plan is None
        return
    assert plan["possible"] == bool(plan["moments"])
    if not plan["possible"]:
        assert "your pharmacist" in plan["text"]
        return
    assert set(medicines).isdisjoint(UNKNOWN)
    assert len(clock(plan, "magnesium")) == 1
    for note, medicine in MEDICINE_OF.items():
        if medicine in medicines:
            assert len(clock(plan, medicine)) == DOSES_A_DAY.get(medicine, 1)
            before, after = hours_kept(plan, medicine)
            for separation in SEPARATIONS[note]:
                assert before >= widest(separation.before_h)
                assert after >= widest(separation.after_h)


@pytest.mark.parametrize("medicine", MEDICINE_OF.values())
def test_a_plan_also_keeps_the_hours_of_each_medicine_that_a_name_ticks(medicine: str, ruleset: Ruleset) -> None:
    plan = in_json(ruleset, medicine)
    before, after = hours_kept(plan, medicine)
    named = [found.separation for found in load_medicines().by_id.values() if found.key == medicine]
    assert any(named)
    for separation in filter(None, named):  # there, hours before and after are those of magnesium
        assert before >= (separation.after_h or 0)
        assert after >= (separation.before_h or 0)


@pytest.mark.parametrize("medicine", MEDICINE_OF.values())
def test_a_single_medicine_with_known_moments_always_gets_a_meal(medicine: str, ruleset: Ruleset) -> None:
    plan = in_json(ruleset, medicine)
    [meal] = [moment for moment in plan["moments"] if "magnesium" in moment["take"]]
    assert meal["moment"] in MEALS


@given(answers=anybody())
def test_a_plan_exists_exactly_for_a_suggestion_beside_a_medicine_with_hours(
    answers: dict[str, Any], ruleset: Ruleset
) -> None:
    advice = advise(beside(answers, {}), ruleset)
    needs_hours = set(answers["medicines"]) & {*MEDICINE_OF.values(), *UNKNOWN}
    assert (advice.schedule is not None) == (advice.status == "suggested" and bool(needs_hours))


@pytest.mark.parametrize("stop", [{"age_group": "under_18"}, {"conditions": ["kidney_disease"]}])
def test_a_withheld_advice_has_no_plan(stop: dict[str, Any], ruleset: Ruleset) -> None:
    assert plan_of(ruleset, "levothyroxine", **stop) is None


@pytest.mark.parametrize("medicine", ["digoxin", "hiv_integrase_inhibitor", "aminoglycoside"])
def test_a_medicine_that_withholds_the_advice_leaves_no_plan_for_another(medicine: str, ruleset: Ruleset) -> None:
    assert plan_of(ruleset, "levothyroxine", medicine) is None


def test_a_medicine_without_hours_changes_nothing(ruleset: Ruleset) -> None:
    without = {*MANY["medicines"]} - {*MEDICINE_OF.values(), *UNKNOWN}
    calm = without - {"digoxin", "hiv_integrase_inhibitor", "aminoglycoside"}
    assert plan_of(ruleset, *calm) is None
    assert in_json(ruleset, "levothyroxine", *calm) == in_json(ruleset, "levothyroxine")


def test_magnesium_goes_with_dinner_beside_levothyroxine_in_the_morning(ruleset: Ruleset) -> None:
    plan = plan_of(ruleset, "levothyroxine")
    assert plan is not None
    assert plan.summary("nl") == (
        "Magnesium bij het avondeten, levothyroxine een half uur vóór het ontbijt: dan klopt het."
    )
    assert plan.summary("en") == (
        "Magnesium with dinner, levothyroxine half an hour before breakfast: then the hours are right."
    )


def test_magnesium_goes_with_lunch_between_two_doses_of_an_antibiotic(ruleset: Ruleset) -> None:
    plan = in_json(ruleset, "tetracycline_quinolone")
    assert [moment["moment"] for moment in plan["moments"]] == ["waking", "lunch", "evening"]
    morning, evening = clock(plan, "tetracycline_quinolone")
    assert evening - morning == 12


def test_fasting_medicines_come_before_breakfast_and_not_together(ruleset: Ruleset) -> None:
    plan = in_json(ruleset, "levothyroxine", "bisphosphonate", "gabapentin")
    breakfast = next(moment["at"] for moment in plan["moments"] if moment["moment"] == "breakfast")
    assert breakfast == "08:00"
    assert clock(plan, "bisphosphonate") == [7.0]
    assert clock(plan, "levothyroxine") == [7.5]


@pytest.mark.parametrize("other", ["gabapentin", "iron_zinc", "levothyroxine", "bisphosphonate"])
def test_an_antibiotic_beside_another_medicine_is_for_the_pharmacist(other: str, ruleset: Ruleset) -> None:
    plan = plan_of(ruleset, "tetracycline_quinolone", other)
    assert plan is not None
    assert not plan.possible
    assert plan.summary("nl").endswith("vinden we geen moment dat past: je apotheker kiest.")
    assert plan.remarks("nl") == []


@pytest.mark.parametrize("unknown", UNKNOWN)
def test_beside_a_medicine_of_unknown_moments_nothing_is_said_to_be_right(unknown: str, ruleset: Ruleset) -> None:
    plan = plan_of(ruleset, "levothyroxine", unknown)
    assert plan is not None
    assert plan.text("en") == ruleset.schedule.unknown_moment.text.en
    assert list(plan.hours) == ["levothyroxine"]


def test_a_plan_says_what_it_assumes(ruleset: Ruleset) -> None:
    text = in_json(ruleset, "levothyroxine")["text"]
    assert "only at these moments" in text
    assert "an assumption of our own" in text
    assert "another supplement, an antacid or a laxative" in text
    assert "between the medicines themselves" not in text
    assert "between the medicines themselves" in in_json(ruleset, "levothyroxine", "gabapentin")["text"]


def test_a_plan_lists_the_widest_hours_of_a_range(ruleset: Ruleset) -> None:
    assert in_json(ruleset, "tetracycline_quinolone", "bisphosphonate", language="nl")["hours"] == [
        {"medicine": "tetracycline_quinolone", "name": "het antibioticum", "before_h": 2, "after_h": 6},
        {"medicine": "bisphosphonate", "name": "het botmedicijn", "before_h": 4, "after_h": 4},
    ]


def moments_of(medicine: str, *moments: str) -> Edit:
    def edit(schedule: Records) -> None:
        record(schedule["medicines"], medicine).update(moments=list(moments))

    return edit


def test_the_evening_before_counts_for_the_next_morning(tmp_path: Path) -> None:
    def late_dinner(schedule: Records) -> None:
        schedule["magnesium"] = ["dinner"]
        for moment, at in (
            ("dinner", "22:10"),
            ("evening", "22:20"),
            ("waking", "01:00"),
            ("before_breakfast", "02:00"),
        ):
            record(schedule["moments"], moment).update(at=at)

    broken = edited(tmp_path, "schedule.yaml", late_dinner)
    plan = plan_of(broken, "levothyroxine")
    assert plan is not None
    assert not plan.possible  # 20 hours after the medicine, and 3 hours 50 minutes before the next


def test_a_medicine_that_moves_to_dinner_moves_magnesium(tmp_path: Path) -> None:
    moved = edited(tmp_path, "schedule.yaml", moments_of("levothyroxine", "dinner"))
    assert [moment["take"] for moment in in_json(moved, "levothyroxine")["moments"]] == [
        ["magnesium"],
        ["levothyroxine"],
    ]


def test_a_medicine_at_every_meal_has_no_moment_left(tmp_path: Path) -> None:
    moved = edited(tmp_path, "schedule.yaml", moments_of("gabapentin", *sorted(MEALS)))
    plan = plan_of(moved, "gabapentin")
    assert plan is not None
    assert plan.summary("en") == "With gabapentin we find no moment that fits: your pharmacist decides."


def test_a_note_with_hours_that_names_no_medicine_leaves_it_to_the_pharmacist(tmp_path: Path) -> None:
    def for_the_old(notes: Records) -> None:
        record(notes, "levothyroxine").update(when={"answer": "age_group", "is": ["65_plus"]})

    broken = edited(tmp_path, "notes/medicines.yaml", for_the_old)
    plan = plan_of(broken, "gabapentin", age_group="65_plus")
    assert plan is not None
    assert plan.summary("en") == broken.schedule.unknown_moment.text.en


def test_a_medicine_within_a_longer_condition_counts(tmp_path: Path) -> None:
    def nested(notes: Records) -> None:
        taken = {"answer": "medicines", "includes": ["levothyroxine"]}
        record(notes, "levothyroxine").update(
            when={"all": [taken, {"any": [taken, {"answer": "sex", "is": ["male"]}]}]}
        )

    broken = edited(tmp_path, "notes/medicines.yaml", nested)
    plan = plan_of(broken, "levothyroxine")
    assert plan is not None
    assert plan.possible
    assert list(plan.hours) == ["levothyroxine"]
