"""Broken rulesets, for every property but safety: the named property fails, with answers that show it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from recommend.answers import Answers
from recommend.engine import advise, rank_forms, safety_notes
from recommend.knowledge import Ruleset
from recommend.verify.dose import prove_dose
from recommend.verify.liveness import prove_liveness
from recommend.verify.monotony import prove_monotony
from recommend.verify.prices import prove_prices
from recommend.verify.proof import Proof
from recommend.verify.schedule import prove_schedule
from recommend.verify.totality import FORMS, prove_totality
from tests.recommend.verify.rulesets import Edit, Records, broken_claims, change, edited, record

pytestmark = pytest.mark.exhaustive

Prove = Callable[[Ruleset], Iterator[Proof]]
Shows = Callable[[Ruleset, tuple[Answers, ...]], bool]
"""Whether the counter-example shows the opposite of the claim."""


class Case(NamedTuple):
    """One change in one file, the claim it breaks, and the check of its counter-example."""

    prove: Prove
    file: str
    edit: Edit
    claim: str
    shows: Shows


def place(form: str, answers: Answers, ruleset: Ruleset) -> int:
    return next(ranked.rank for ranked in rank_forms(answers, ruleset) if ranked.form.id == form)


OXIDE_CHEAPER = {"oxide": 1, "citrate": 2}


def points(form: str, answers: Answers, ruleset: Ruleset) -> int:
    return next(ranked.score for ranked in rank_forms(answers, ruleset) if ranked.form.id == form)


def rises(form: str) -> Shows:
    return lambda ruleset, pair: (
        place(form, pair[1], ruleset) < place(form, pair[0], ruleset)
        or points(form, pair[1], ruleset) > points(form, pair[0], ruleset)
    )


def is_first(form: str, prices: dict[str, int] = {}) -> Shows:  # noqa: B006 - never changed
    return lambda ruleset, found: place(form, found[0], ruleset.at_prices(prices)) == 1


def is_not_first(form: str) -> Shows:
    return lambda ruleset, found: place(form, found[0], ruleset) > 1


def has_note(note: str) -> Shows:
    return lambda ruleset, found: note in {fired.id for fired in safety_notes(found[0], ruleset)}


def lacks_note(note: str) -> Shows:
    return lambda ruleset, found: note not in {fired.id for fired in safety_notes(found[0], ruleset)}


def has_rule(rule: str) -> Shows:
    return lambda ruleset, found: rule in _fired(found[0], ruleset)


def lacks_rule(rule: str) -> Shows:
    return lambda ruleset, found: rule not in _fired(found[0], ruleset)


def _fired(answers: Answers, ruleset: Ruleset) -> set[str]:
    return {rule.id for form in rank_forms(answers, ruleset) for rule in form.reasons}


def above_limit(ruleset: Ruleset, found: tuple[Answers, ...]) -> bool:
    return advise(found[0], ruleset).dose.suggested_mg + found[0].counted_supplement_mg > 250


def other_reference(ruleset: Ruleset, found: tuple[Answers, ...]) -> bool:
    return advise(found[0], ruleset).dose.reference_intake_mg == 310


def only_four_forms(ruleset: Ruleset, found: tuple[Answers, ...]) -> bool:
    return len(rank_forms(found[0], ruleset)) == 4


def leave_out_glycinate(manifest: Records) -> None:
    manifest["ranked_forms"].remove("glycinate")
    undeclare("glycinate")(manifest)


def a_rule_for(form: str, points: int, when: Any) -> Edit:
    """Copy of a rule for another form and condition."""

    def edit(rules: Records) -> None:
        copied = {**rules[0], "id": "added", "forms": [form], "points": points, "when": when, "advise_against": False}
        rules.append(copied)

    return edit


def limit(mg: int) -> Edit:
    return lambda manifest: manifest["dose"].update(upper_limit_mg=mg, own_limit_mg=mg)


def declare(form: str) -> Edit:
    return lambda manifest: manifest["never_first"].append(
        {"form": form, "because": {"nl": "Zomaar.", "en": "Just so."}}
    )


def undeclare(form: str) -> Edit:
    return lambda manifest: manifest["never_first"].remove(
        next(entry for entry in manifest["never_first"] if entry["form"] == form)
    )


def moments_of(medicine: str, *moments: str) -> Edit:
    return lambda schedule: record(schedule["medicines"], medicine).update(moments=list(moments))


def moment_at(moment: str, at: str) -> Edit:
    return lambda schedule: record(schedule["moments"], moment).update(at=at)


def sentence(key: str, nl: str, en: str) -> Edit:
    return lambda schedule: schedule[key].update(text={"nl": nl, "en": en}, facts={})


def guess_moments(schedule: Records) -> None:
    name = {"nl": "een ander medicijn", "en": "another medicine"}
    schedule["medicines"] += [{"id": key, "name": name, "moments": ["waking"]} for key in ("other", "unknown")]


def plans(*medicines: str) -> Shows:
    """Whether these medicines, and no more, show the fault in a plan that names moments."""

    def shows(ruleset: Ruleset, found: tuple[Answers, ...]) -> bool:
        plan = advise(found[0], ruleset).schedule
        return found[0].medicines == medicines and plan is not None and plan.possible

    return shows


def has_no_moment(ruleset: Ruleset, found: tuple[Answers, ...]) -> bool:
    plan = advise(found[0], ruleset).schedule
    return plan is not None and not plan.possible


def has_no_plan(ruleset: Ruleset, found: tuple[Answers, ...]) -> bool:
    return bool(found[0].medicines) and advise(found[0], ruleset).schedule is None


IMPOSSIBLE = {"all": [{"answer": "stomach", "is": ["mild"]}, {"answer": "stomach", "is": ["strong"]}]}
EVERYBODY = {"answer": "sex", "is": ["female", "male", "unspecified"]}
EVIDENCE, NOTES = "rules/evidence.yaml", "notes/signs_and_goals.yaml"
SCHEDULE, MEDICINES = "schedule.yaml", "notes/medicines.yaml"
HOURS_KEPT = "a plan keeps the widest hours between magnesium and every dose, the next day's included"
AS_OFTEN = "a plan has every medicine as often as it may be taken in a day, and magnesium once, with a meal"
MEDICINES_APART = "a plan puts fasting medicines before the first meal, and keeps medicines apart"
SAYS = "a plan says in both languages what to take when, or that the pharmacist decides"

CASES = {
    "a form left out": Case(
        prove_totality,
        "ruleset.yaml",
        leave_out_glycinate,
        f"every answer set has these five forms, each on a place of its own: {', '.join(FORMS)}",
        only_four_forms,
    ),
    "oxide raised by a strong stomach": Case(
        prove_monotony,
        EVIDENCE,
        a_rule_for("oxide", 12, {"answer": "stomach", "is": ["strong"]}),
        "a more sensitive stomach never raises oxide",
        rises("oxide"),
    ),
    "citrate raised by a mild stomach": Case(
        prove_monotony,
        EVIDENCE,
        a_rule_for("citrate", 1, {"answer": "stomach", "is": ["mild"]}),
        "a more sensitive stomach never raises citrate",
        rises("citrate"),
    ),
    "oxide raised by absorption, only with a proton-pump inhibitor": Case(
        prove_monotony,
        EVIDENCE,
        a_rule_for(
            "oxide",
            7,
            {
                "all": [
                    {"answer": "absorption", "is": ["important"]},
                    {"answer": "medicines", "includes": ["proton_pump_inhibitor"]},
                ]
            },
        ),
        "asking for absorption never raises oxide",
        rises("oxide"),
    ),
    "taurate raised by a low budget": Case(
        prove_monotony,
        "rules/budget.yaml",
        change("taurate-dearer-on-low-budget", points=2),
        "a lower budget never raises the dearest form, taurate",
        rises("taurate"),
    ),
    "no rule for cheaper oxide": Case(
        prove_prices,
        "rules/budget.yaml",
        change("oxide-cheaper-than-citrate", points=0),
        "on a low budget oxide stands above citrate where it costs less, with no strong certainty",
        is_first("citrate", OXIDE_CHEAPER),
    ),
    "oxide before citrate whatever it costs": Case(
        prove_prices,
        "rules/budget.yaml",
        change("oxide-cheap-on-low-budget", points=3),
        "citrate stands above oxide for everybody, unless oxide costs less",
        is_first("oxide"),
    ),
    "a price rule the wrong way round": Case(
        prove_prices,
        "rules/budget.yaml",
        change("oxide-cheaper-than-citrate", forms=["citrate"], cheaper_than="oxide"),
        "on a low budget oxide stands above citrate where it costs less, with no strong certainty",
        is_first("citrate", OXIDE_CHEAPER),
    ),
    "a dose up to 350 mg": Case(
        prove_dose,
        "ruleset.yaml",
        limit(350),
        "suggested and already taken together are at most 250 mg, for every amount taken",
        above_limit,
    ),
    "another reference intake": Case(
        prove_dose,
        "ruleset.yaml",
        lambda manifest: manifest["dose"]["reference_intake_mg"].update(female=310),
        "the reference intake is 300 mg (female), 350 mg (male) or not given",
        other_reference,
    ),
    "a dead rule": Case(
        prove_liveness,
        EVIDENCE,
        a_rule_for("oxide", 1, IMPOSSIBLE),
        "every rule fires for somebody",
        lacks_rule("added"),
    ),
    "a dead note": Case(
        prove_liveness,
        NOTES,
        change("goal-sport", when=IMPOSSIBLE),
        "every note fires for somebody",
        lacks_note("goal-sport"),
    ),
    "a rule that says `is` and means always": Case(
        prove_liveness,
        EVIDENCE,
        a_rule_for("oxide", 1, EVERYBODY),
        "no rule fires for everybody, unless it says so with `when: always`",
        has_rule("added"),
    ),
    "a note that says `is` and means always": Case(
        prove_liveness,
        NOTES,
        change("goal-sport", when=EVERYBODY),
        "no note fires for everybody, unless it says so with `when: always`",
        has_note("goal-sport"),
    ),
    "a form that is first for nobody": Case(
        prove_liveness,
        EVIDENCE,
        change("oxide-start", points=-9),
        "oxide is first for somebody",
        is_not_first("oxide"),
    ),
    "a form that is first for nobody and no longer declared": Case(
        prove_liveness, "ruleset.yaml", undeclare("taurate"), "taurate is first for somebody", is_not_first("taurate")
    ),
    "oxide first beside a medicine that it hinders": Case(
        prove_liveness,
        "rules/absorption.yaml",
        change("oxide-beside-medicines-to-take-apart", points=0),
        "oxide is never first when absorption matters, with a bowel condition or beside a medicine that it hinders",
        is_first("oxide", OXIDE_CHEAPER),
    ),
    "magnesium an hour before an antibiotic": Case(
        prove_schedule,
        MEDICINES,
        change(
            "tetracycline-quinolone",
            text={
                "nl": "Neem het antibioticum 2 uur vóór of 1 uur na magnesium.",
                "en": "Take the antibiotic 2 hours before or 1 hours after magnesium.",
            },
            facts={
                "separation": [{"before_h": 2, "after_h": 1}],
                "polarity": {"before": 1, "after": 1},
                "unsourced": [1],
            },
        ),
        HOURS_KEPT,
        plans("tetracycline_quinolone"),
    ),
    "a lunch that is too early for one of the antibiotics": Case(
        prove_schedule,
        SCHEDULE,
        moment_at("lunch", "12:30"),
        "a plan keeps the hours of each medicine that a name ticks",
        plans("tetracycline_quinolone"),
    ),
    "gabapentin twice a day": Case(
        prove_schedule, SCHEDULE, moments_of("gabapentin", "breakfast", "lunch"), AS_OFTEN, plans("gabapentin")
    ),
    "levothyroxine with breakfast": Case(
        prove_schedule, SCHEDULE, moments_of("levothyroxine", "breakfast"), MEDICINES_APART, plans("levothyroxine")
    ),
    "an antibiotic at unequal hours": Case(
        prove_schedule,
        SCHEDULE,
        moments_of("tetracycline_quinolone", "waking", "bedtime"),
        MEDICINES_APART,
        plans("tetracycline_quinolone"),
    ),
    "two medicines close together": Case(
        prove_schedule,
        SCHEDULE,
        lambda schedule: schedule.update(between=[]),
        MEDICINES_APART,
        plans("tetracycline_quinolone", "bisphosphonate"),
    ),
    "moments guessed for another medicine": Case(
        prove_schedule,
        SCHEDULE,
        guess_moments,
        "beside a medicine of unknown moments a plan names no moment",
        plans("other"),
    ),
    "no meal left for magnesium": Case(
        prove_schedule,
        SCHEDULE,
        moments_of("gabapentin", "breakfast", "lunch", "dinner"),
        "each medicine of known moments alone gets a meal for magnesium",
        has_no_moment,
    ),
    "hours that a note lost": Case(
        prove_schedule,
        MEDICINES,
        change("levothyroxine", text={"nl": "Vraag je apotheker.", "en": "Ask your pharmacist."}, facts={}),
        "a plan exists exactly for a suggestion beside a medicine with hours",
        has_no_plan,
    ),
    "no moment, and said to be right": Case(
        prove_schedule,
        SCHEDULE,
        sentence("no_moment", "Met {medicines}: dan klopt het.", "With {medicines}: ask your pharmacist."),
        SAYS,
        has_no_moment,
    ),
    "unknown moments, and nobody to ask": Case(
        prove_schedule, SCHEDULE, sentence("unknown_moment", "Kies zelf.", "Choose yourself."), SAYS, has_no_moment
    ),
    "a form that is declared never first and is first": Case(
        prove_liveness,
        "ruleset.yaml",
        declare("oxide"),
        "oxide is never first, as declared",
        is_first("oxide", OXIDE_CHEAPER),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_broken_ruleset_is_found_with_answers_that_show_it(case: Case, tmp_path: Path) -> None:
    broken = edited(tmp_path, case.file, case.edit)
    proof = broken_claims(case.prove(broken))[case.claim]
    assert proof.broken is not None
    assert case.shows(broken, proof.broken.answers)


def test_a_form_first_only_when_the_advice_is_withheld_is_first_for_nobody(tmp_path: Path) -> None:
    def only_with_myasthenia(rules: Records) -> None:
        record(rules, "oxide-start").update(points=-9)
        a_rule_for("oxide", 30, {"answer": "conditions", "includes": ["myasthenia"]})(rules)

    broken = edited(tmp_path, EVIDENCE, only_with_myasthenia)
    assert "oxide is first for somebody" in broken_claims(prove_liveness(broken))
