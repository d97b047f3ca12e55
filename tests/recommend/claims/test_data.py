"""Strict loading of the claims data: every error names its place."""

import re
import shutil
from pathlib import Path

import pytest

from recommend.claims.records import load_claims
from recommend.loading import DATA, RulesetError


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(DATA / "claims", tmp_path / "claims")
    return tmp_path


def change(copy: Path, name: str, old: str, new: str) -> None:
    file = copy / "claims" / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_there_are_ten_authorised_claims_and_none_is_called_verified_unread() -> None:
    claims = load_claims().authorised
    assert list(claims) == [f"MG{number:02}" for number in range(1, 11)]
    assert not any(claim.nl.verified or claim.en.verified for claim in claims.values())


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("authorised.yaml", "says_normal: false", "says_normal: perhaps", "claims/authorised.yaml, line"),
        ("authorised.yaml", "[tiredness]", "[tirednes]", "MG01, key parts: 'tirednes' is not known"),
        ("words/effects.yaml", "refused: [sleep]", "refused: [slep]", "sleep, key refused: 'slep' is not known"),
        ("words/effects.yaml", "kind: health", "kind: healthy", "words/effects.yaml"),
        ("words/complaints.yaml", "suggest: MG05", "suggest: MG11", "words/complaints.yaml"),
        ("patterns.yaml", "reason: professional-recommends", "reason: doctors", "'doctors' is not known"),
        ("patterns.yaml", "within: 9", "within: 9, wihtin: 8", "wihtin"),
        ("words/idioms.yaml", 'nl: "', 'nl: "... ergens, ', "begins or ends with a gap"),
        ("thresholds.yaml", "rich_in_ug: 112500", "rich_in_ug: 112.5", "claims/thresholds.yaml"),
    ],
)
def test_a_mistake_in_the_data_is_named(copy: Path, name: str, old: str, new: str, message: str) -> None:
    change(copy, name, old, new)
    with pytest.raises(RulesetError, match=re.escape(message)):
        load_claims(copy)


def test_an_id_that_stands_twice_is_an_error(copy: Path) -> None:
    change(copy, "refused_effects.yaml", "id: memory", "id: mood")
    with pytest.raises(RulesetError, match="mood, key id: this id stands twice"):
        load_claims(copy)
