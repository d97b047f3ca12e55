"""Conditions of use: magnesium behind a claim, and mandatory statements next to it."""

import pytest

from recommend.claims.check import check_text
from recommend.claims.findings import Finding
from recommend.claims.product import check_portion, missing_statements

CLAIM = "Magnesium draagt bij tot een normale werking van de spieren"


def with_portion(text: str, micrograms: int) -> Finding:
    (finding,) = check_portion(check_text(text, "nl"), micrograms, "nl")
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


def test_other_findings_stay_as_they_are() -> None:
    findings = check_text("Helpt tegen migraine. Bevat 40 mg magnesium.", "nl")
    assert check_portion(findings, 40_000, "nl") == findings


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
