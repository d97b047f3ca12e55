"""Conditions of use: magnesium behind a claim, and mandatory statements next to it."""

from decimal import Decimal

import pytest

from recommend.claims.check import check_text
from recommend.claims.findings import Finding
from recommend.claims.product import Portion, check_portion, missing_statements

CLAIM = "Magnesium draagt bij tot een normale werking van de spieren"


def with_portion(text: str, micrograms: int) -> Finding:
    (finding,) = check_portion(check_text(text, "nl"), Portion(micrograms), "nl")
    return finding


@pytest.mark.parametrize(("micrograms", "blocked"), [(40_000, True), (56_249, True), (56_250, False), (100_000, False)])
def test_an_authorised_claim_needs_a_source_of_magnesium(micrograms: int, blocked: bool) -> None:
    assert with_portion(CLAIM, micrograms).blocks is blocked


@pytest.mark.parametrize(("micrograms", "blocked"), [(56_250, True), (112_499, True), (112_500, False)])
def test_rich_in_needs_twice_as_much(micrograms: int, blocked: bool) -> None:
    assert with_portion("Rijk aan magnesium", micrograms).blocks is blocked


@pytest.mark.parametrize(("micrograms", "blocked"), [(56_249, True), (56_250, False)])
def test_source_of_needs_fifteen_per_cent(micrograms: int, blocked: bool) -> None:
    assert with_portion("Bron van magnesium", micrograms).blocks is blocked


def test_the_reason_names_both_amounts() -> None:
    why = with_portion(CLAIM, 40_000).why
    assert "56,25 mg" in why
    assert "40 mg" in why


def test_a_claim_on_another_nutrient_needs_its_own_amount() -> None:
    tiredness = "Vitamine B6 draagt bij tot de vermindering van vermoeidheid en moeheid"
    bones = "Vitamine D draagt bij tot de instandhouding van normale botten"
    joint = "Magnesium en zink dragen bij tot een normale eiwitsynthese"
    for text, magnesium, others, blocked in (
        (tiredness, 0, {"vitamin_b6": "210"}, False),
        (tiredness, 0, {"vitamin_b6": "209.99"}, True),
        (bones, 0, {"vitamin_d": "0.75"}, False),
        (bones, 0, {"vitamin_d": "0.74"}, True),
        (joint, 56_250, {"zinc": "1500"}, False),
        (joint, 56_250, {"zinc": "1499"}, True),
        (joint, 56_249, {"zinc": "1500"}, True),
        (joint, 100_000, {}, True),
        ("Bron van zink en vitamine D", 0, {"zinc": "1500", "vitamin_d": "0.75"}, False),
        ("Bron van magnesium en zink", 40_000, {"zinc": "1500"}, True),
        ("Bevat magnesium, zink en vitamine B6", 100_000, {"zinc": "1500"}, True),
        ("Rijk aan vitamine C", 0, {"vitamin_c": "24000"}, False),
        ("Rijk aan vitamine C", 0, {"vitamin_c": "23999"}, True),
    ):
        portion = Portion(magnesium, {name: Decimal(amount) for name, amount in others.items()})
        (finding,) = check_portion(check_text(text, "nl"), portion, "nl")
        assert finding.blocks is blocked, (text, others)


def test_the_reason_names_the_substance_with_its_amounts() -> None:
    text = "Vitamin B6 contributes to the reduction of tiredness and fatigue"
    (finding,) = check_portion(check_text(text, "en"), Portion(100_000, {"vitamin_b6": Decimal(200)}), "en")
    assert "at least 0.21 mg of Vitamin B6 per daily portion; here it is 0.2 mg" in finding.why
    (finding,) = check_portion(check_text(text, "en"), Portion(100_000, {}), "en")
    assert "about Vitamin B6, of which this product declares no amount" in finding.why


def test_a_condition_of_its_own_is_for_a_person_and_an_unknown_product_needs_nothing() -> None:
    text = "DHA draagt bij tot de instandhouding van een normale hersenfunctie"
    (finding,) = check_portion(check_text(text, "nl"), Portion(100_000, {"omega_3": Decimal(500_000)}), "nl")
    assert (finding.verdict, finding.severity) == ("authorised", "warn")
    assert "vertel de consument: 250 mg DHA per dag" in finding.why
    assert check_portion(check_text(text, "nl"), Portion(None), "nl") == check_text(text, "nl")


def test_other_findings_stay_as_they_are() -> None:
    findings = check_text("Helpt tegen migraine. Bevat 40 mg magnesium.", "nl")
    assert check_portion(findings, Portion(40_000), "nl") == findings


def test_a_page_with_a_claim_must_show_three_statements() -> None:
    assert [missing.statement for missing in missing_statements(CLAIM, "nl")] == [
        "varied-diet",
        "daily-portion",
        "do-not-exceed",
    ]


@pytest.mark.parametrize(
    ("page", "language"),
    [
        (
            "<p>Een gevarieerde, evenwichtige voeding en een gezonde leefstijl zijn belangrijk.</p>"
            "<p>Neem 2 capsules per dag. De aanbevolen dagelijkse portie niet overschrijden.</p>",
            "nl",
        ),
        ("A varied and balanced diet is important. Two capsules a day. Do not exceed the daily portion.", "en"),
    ],
)
def test_a_page_that_shows_them_misses_nothing(page: str, language: str) -> None:
    assert not missing_statements(page, language)  # type: ignore[arg-type] # a parameter
