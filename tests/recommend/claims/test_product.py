"""Content check of one product, field by field, against its daily portion."""

import pytest

from recommend.claims.product import ProductFinding, check_product
from recommend.text import Text

CLAIM = Text(
    nl="Magnesium draagt bij tot een normale werking van de spieren.",
    en="Magnesium contributes to normal muscle function.",
)
LIST = Text(
    nl="Magnesiumbisglycinaat, capsulewand (hydroxypropylmethylcellulose), valeriaan-extract, antiklontermiddel.",
    en="Magnesium bisglycinate, capsule shell (hydroxypropyl methylcellulose), valerian extract, anti-caking agent.",
)


def places(findings: tuple[ProductFinding, ...]) -> list[tuple[str, str]]:
    return [(one.field, one.language) for one in findings]


def test_a_cure_for_migraine_blocks_and_says_in_which_field_and_language() -> None:
    texts = {"name": Text("Magnesiumcitraat", "Magnesium citrate"), "summary": Text("Helpt tegen migraine", "A jar.")}
    (finding,) = check_product(texts, 100_000)
    assert (finding.field, finding.language) == ("summary", "nl")
    assert finding.blocks
    assert finding.finding.text == "Helpt tegen migraine"


@pytest.mark.parametrize(("portion_ug", "blocked"), [(100_000, False), (56_250, False), (56_249, True), (40_000, True)])
def test_an_authorised_claim_passes_at_100_mg_and_is_blocked_at_40_mg(portion_ug: int, blocked: bool) -> None:
    findings = check_product({"summary": CLAIM}, portion_ug)
    assert [one.blocks for one in findings] == ([True, True] if blocked else [])


@pytest.mark.parametrize(("portion_ug", "blocked"), [(112_500, False), (112_499, True)])
def test_rich_in_needs_twice_as_much(portion_ug: int, blocked: bool) -> None:
    findings = check_product({"summary": Text("Rijk aan magnesium.", "Rich in magnesium.")}, portion_ug)
    assert places(findings) == ([("summary", "nl"), ("summary", "en")] if blocked else [])


def test_no_amount_is_asked_for_while_the_portion_is_unknown() -> None:
    assert not check_product({"summary": CLAIM}, None)


@pytest.mark.parametrize("field", ["name", "ingredients", "directions", "storage", "picture 1, alt text"])
def test_a_claim_is_found_in_every_field_and_both_languages(field: str) -> None:
    findings = check_product({field: Text("Helpt tegen kramp", "Relieves cramps")}, 100_000)
    assert places(findings) == [(field, "nl"), (field, "en")]


@pytest.mark.parametrize("text", ["MigraStop", "SleepWell", "anti-migraine-capsules.webp", "helpt-tegen-kramp"])
def test_brands_slugs_and_file_names_are_read_in_both_languages_and_found_once(text: str) -> None:
    (finding,) = check_product({"brand": text}, 100_000)
    assert finding.blocks


def test_a_list_of_ingredients_is_neutral() -> None:
    assert not check_product({"ingredients": LIST}, 20_000)
    assert not check_product({"brand": "Duinvallei", "storage": Text("Droog bewaren.", "Keep dry.")}, 20_000)


def test_a_claim_among_the_ingredients_is_none_of_them() -> None:
    text = Text("Magnesiumcitraat, helpt tegen kramp, maïszetmeel 0,5 g.", "Magnesium citrate, maize starch 0.5 g.")
    (finding,) = check_product({"ingredients": text}, 100_000)
    assert finding.blocks
    assert finding.finding.text == "helpt tegen kramp"
    assert text.nl[finding.finding.start : finding.finding.end] == "helpt tegen kramp"


@pytest.mark.parametrize(
    "item", ["melatonine", "melatonine 0,29 mg", "melatonine (0,29 mg)", "collageen", "GABA 50 mg"]
)
def test_a_substance_that_a_list_must_name_claims_nothing_there(item: str) -> None:
    text = Text(f"Magnesiumcitraat, {item}, maïszetmeel.", "Magnesium citrate.")
    assert not check_product({"ingredients": text}, 100_000)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("ingredients", "Magnesiumcitraat, melatonine voor een goede nacht"),
        ("ingredients", "Magnesiumcitraat, melatonine om in te slapen 0,29 mg"),
        ("name", "Magnesium met melatonine"),
        ("summary", "Tabletten met melatonine."),
    ],
)
def test_it_still_promises_an_effect_with_more_words_or_elsewhere(field: str, text: str) -> None:
    assert any(one.blocks for one in check_product({field: Text(text, "")}, 100_000))


def test_a_general_benefit_needs_the_authorised_claim_beside_it() -> None:
    alone = check_product({"summary": Text("Goed voor je lichaam.", "A jar.")}, 100_000)
    beside = check_product({"summary": Text(f"Goed voor je lichaam. {CLAIM.nl}", "A jar.")}, 100_000)
    assert [one.finding.severity for one in alone] == ["block"]
    assert [one.finding.severity for one in beside] == ["warn"]


def test_a_warning_is_found_again_after_edits_around_it_and_not_after_its_own_words_change() -> None:
    def identity(text: str) -> str:
        warnings = [one for one in check_product({"summary": Text(text, "A jar.")}, 100_000) if not one.blocks]
        return warnings[0].identity

    sentence = "Magnesium draagt bij tot de werking van de spieren."
    recorded = identity(sentence)
    assert identity(f"Grote pot. {sentence.replace(' de ', '  de ')} Zonder smaakstof.") == recorded
    assert identity(sentence.replace("Magnesium", "MAGNE\u00adSIUM")) == recorded
    assert identity("Magnesium draagt bij tot de werking van je spieren.") != recorded


def test_the_same_words_in_another_field_or_language_need_their_own_reason() -> None:
    text = Text(*["Magnesium supports muscle function."] * 2)
    findings = check_product({"summary": text, "directions": text}, 100_000)
    assert len({one.identity for one in findings}) == len(findings)
