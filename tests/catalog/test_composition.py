"""Composition: from the label's amounts to elemental magnesium per form."""

import pytest
from sqlalchemy.orm import Session

from catalog.composition import CompositionError, LabelLine, work_out
from catalog.models import Status
from catalog.product_problems import RefusedError
from recommend.knowledge import Ruleset
from tests.factories import make_product


def test_a_label_with_the_compound_alone_gets_its_elemental_magnesium_computed(ruleset: Ruleset) -> None:
    line = work_out(LabelLine("citrate", "trimagnesium_dicitrate", compound_ug=619_000), ruleset)
    assert line.elemental_ug == 100_051


def test_a_label_with_the_elemental_amount_alone_gets_its_compound_computed(ruleset: Ruleset) -> None:
    line = work_out(LabelLine("oxide", elemental_ug=100_000), ruleset)
    assert line.compound_ug == 165_826


@pytest.mark.parametrize(
    ("label_line", "dutch", "english"),
    [
        (LabelLine("bisglycinate"), "bisglycinaat: vul de", "bisglycinate: state the"),
        (LabelLine("citrate", elemental_ug=0), "een hoeveelheid van citraat moet", "an amount of citrate must"),
        (LabelLine("citrate", "x", elemental_ug=1), "x is geen zout van citraat", "x is no salt of citrate"),
        (LabelLine("hay", elemental_ug=1), "hay is geen vorm", "hay is no form"),
    ],
)
def test_a_form_is_named_in_the_readers_language(
    label_line: LabelLine, dutch: str, english: str, ruleset: Ruleset
) -> None:
    with pytest.raises(CompositionError) as refused:
        work_out(label_line, ruleset)
    [problem] = refused.value.problems
    assert problem.text("nl").startswith(dutch)
    assert problem.text("en").startswith(english)


def test_a_bisglycinate_of_20_percent_is_found_to_be_buffered(ruleset: Ruleset) -> None:
    line = work_out(LabelLine("bisglycinate", compound_ug=1_000_000, elemental_ug=200_000), ruleset)
    assert line.buffered
    assert line.oxide_ug == pytest.approx(77_000, abs=1000)  # 39 % of the magnesium


def test_a_pure_bisglycinate_is_not_called_buffered(ruleset: Ruleset) -> None:
    assert not work_out(LabelLine("bisglycinate", compound_ug=1_000_000, elemental_ug=141_000), ruleset).buffered


@pytest.mark.parametrize(
    ("label_line", "reason"),
    [
        (LabelLine("unobtainium", elemental_ug=1), "no form that we know"),
        (LabelLine("citrate", "unknown_salt", elemental_ug=1), "no salt of"),
        (LabelLine("citrate", elemental_ug=0), "above 0"),
        (LabelLine("citrate", compound_ug=-5), "above 0"),
        (LabelLine("citrate"), "state the compound"),
        (LabelLine("citrate_malate", compound_ug=1000), "no single formula"),
        (LabelLine("citrate", compound_ug=1000, elemental_ug=1000), "as much magnesium as it weighs"),
        (LabelLine("bisglycinate", compound_ug=1000, elemental_ug=700), "more magnesium than even pure oxide"),
    ],
)
def test_amounts_that_cannot_be_are_refused_with_the_reason(
    label_line: LabelLine, reason: str, ruleset: Ruleset
) -> None:
    with pytest.raises(CompositionError, match=reason):
        work_out(label_line, ruleset)


def test_a_product_counts_as_a_form_from_exactly_half_of_its_magnesium(session: Session) -> None:
    half = make_product(session, [LabelLine("citrate", elemental_ug=50_000), LabelLine("malate", elemental_ug=50_000)])
    less = make_product(session, [LabelLine("citrate", elemental_ug=49_999), LabelLine("malate", elemental_ug=50_001)])
    assert {tag.form: tag.counts_as_form for tag in half.tags} == {"citrate": True, "malate": True}
    assert {tag.form: tag.counts_as_form for tag in less.tags} == {"citrate": False, "malate": True}


def test_a_bisglycinate_that_is_mostly_oxide_does_not_count_as_bisglycinate(session: Session) -> None:
    product = make_product(session, [LabelLine("bisglycinate", compound_ug=500_000, elemental_ug=120_000)])
    assert {tag.form: tag.counts_as_form for tag in product.tags} == {"bisglycinate": False, "oxide": True}


@pytest.mark.parametrize("form", ["orotate", "aspartate"])
def test_a_form_that_the_law_does_not_allow_cannot_be_published(form: str, session: Session) -> None:
    with pytest.raises(RefusedError, match="not allowed"):
        make_product(session, [LabelLine(form, elemental_ug=50_000)])
    assert make_product(session, [LabelLine(form, elemental_ug=50_000)], status=Status.DRAFT).form_not_permitted


def test_a_product_without_composition_can_be_a_draft_but_not_published(session: Session) -> None:
    with pytest.raises(RefusedError, match="no magnesium form"):
        make_product(session, [])
    assert make_product(session, [], status=Status.DRAFT).magnesium_ug == 0
