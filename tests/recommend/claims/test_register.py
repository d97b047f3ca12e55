"""The register of claims: complete, marked, strictly loaded, found by name."""

import re
import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from recommend.claims.register import load_register
from recommend.loading import DATA, RulesetError
from recommend.substances import load_substances


def test_the_register_has_every_claim_of_the_list_and_what_is_not_on_it() -> None:
    register = load_register()
    claims = Counter((claim.record.article, claim.record.status) for claim in register.claims.values())
    assert claims == {
        ("13(1)", "authorised"): 226,
        ("13(1)", "unusable"): 2,  # melatonin
        ("13(1)", "revoked"): 1,  # red yeast rice
        ("13(5)", "authorised"): 10,
        ("14(1)(a)", "authorised"): 13,
        ("14(1)(b)", "authorised"): 12,
    }
    effects = Counter(one.status for entry in register.by_id.values() for one in entry.not_authorised)
    assert effects["refused"] >= 60
    assert effects["on_hold"] == 25
    assert effects["not_listed"] >= 20
    assert set(load_substances().by_id) <= set(register.by_id)


def test_every_claim_has_an_id_of_its_own_and_magnesium_keeps_its_ten() -> None:
    register = load_register()
    assert [claim.id for claim in register.by_id["magnesium"].claims] == [f"MG{number:02}" for number in range(1, 11)]
    assert register.claims["zinc.immune_system"].record.en == (
        "Zinc contributes to the normal function of the immune system"
    )
    assert len(register.claims) == sum(len(entry.claims) for entry in register.by_id.values())


def test_a_claim_on_a_nutrient_needs_15_percent_of_its_reference_value() -> None:
    needed = {claim.substance: claim.needed_ug for claim in load_register().claims.values() if claim.needed_ug}
    expected = {"vitamin_b6": 210, "vitamin_d": Decimal("0.75"), "zinc": 1500, "magnesium": 56250}
    assert {key: needed[key] for key in expected} == expected


def test_a_dutch_wording_is_never_marked_as_read_in_the_official_text() -> None:
    marks = Counter(claim.record.nl_mark for claim in load_register().claims.values() if claim.record.nl)
    assert set(marks) == {"secondary", "pattern", "memory"}
    assert marks["secondary"] == 49
    for claim in load_register().claims.values():
        assert claim.record.nl or claim.record.article.startswith("14"), claim.id


def test_substances_without_any_authorised_claim_have_none() -> None:
    register = load_register()
    without = ["l_theanine", "taurine", "coenzyme_q10", "glucosamine", "l_tryptophan", "5_htp", "gaba", "glycine"]
    botanicals = [key for key, one in load_substances().by_id.items() if one.kind == "botanical"]
    for key in [*without, "collagen", "melatonin", *botanicals]:
        assert not register.by_id[key].usable, key


def test_a_substance_is_found_by_its_id_and_by_any_name_and_brings_its_parts() -> None:
    register = load_register()
    for name in ("vitamin_b6", "vitamine B6", "Vitamin B6", "B6", "pyridoxine"):
        assert [entry.id for entry in register.find(name)] == ["vitamin_b6"], name
    assert {entry.id for entry in register.find("omega 3")} == {"omega_3", "dha", "epa_dha", "ala"}
    assert register.find("unobtainium") == ()
    assert "Ashwagandha" in register.nearest("asjwagandha", "nl")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(DATA / "claims", tmp_path / "claims")
    shutil.copy(DATA / "substances.yaml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("register/minerals.yaml", "effect: teeth", "effect: bones", "calcium, key claims.7.effect: 'bones' stands"),
        ("register/minerals.yaml", "nl_mark: pattern", "nl_mark: official", "claims/register/minerals.yaml, line"),
        ("register/minerals.yaml", "id: zinc", "id: zinck", "zinck, key id: is no substance of substances.yaml"),
        ("register/foods.yaml", "per: daily_intake", "", "belong together"),
        ("register/other_actives.yaml", "part_of: omega_3", "part_of: omega_6", "'omega_6' is no substance"),
        ("register/vitamins.yaml", "id: vitamin_k", "id: magnesium", "are in authorised.yaml"),
        ("effects.yaml", "id: liver", "id: livre", "livre, key id: no claim has this effect"),
        ("effects.yaml", "claim: MG02", "claim: MG01", "MG01 must have exactly one effect"),
    ],
)
def test_a_mistake_in_the_register_is_named(copy: Path, name: str, old: str, new: str, message: str) -> None:
    file = copy / "claims" / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RulesetError, match=re.escape(message)):
        load_register(copy)
