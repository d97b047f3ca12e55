"""Classifier: claims without a listed word, and weights fitted to the current labelled sentences."""

import hashlib
import json
from pathlib import Path

import pytest

from recommend.claims.check import check_text
from recommend.claims.classifier import load_model
from recommend.claims.lexicon import load_lexicon
from recommend.claims.sentence import ParsedSentence
from recommend.claims.tokens import Token
from recommend.loading import RulesetError

FITTED_TO = [Path(__file__).parent / f"labelled_{name}.yaml" for name in ("develop", "ninth_develop", "voices_develop")]


def test_the_weights_were_fitted_to_the_sentences_that_stand_here() -> None:
    """On failure run `shop dev bench classifier`."""
    labelled = b"".join(file.read_bytes() for file in FITTED_TO)
    assert load_model().weights.fitted_to == hashlib.sha256(labelled).hexdigest()


def test_likelihoods_add_up_and_words_that_count_are_pointed_at() -> None:
    tokens = [
        Token(word, 0, 0)
        for word in ["don't", "let", "your", "child", "fall", "behind", "for", "want", "of", "magnesium"]
    ]
    opinion = load_model().classify(tokens, ParsedSentence(tokens, load_lexicon("en")).named)
    assert opinion is not None
    assert sum(opinion.likelihoods) == pytest.approx(1)
    assert opinion.forbidden > 0.5
    against = load_model().weights_against(tokens)
    assert len(against) == len(tokens)
    assert max(against) > 0


def test_nothing_and_what_is_too_long_to_be_a_sentence_get_no_opinion() -> None:
    assert load_model().classify([]) is None
    assert load_model().classify([Token("a", 0, 1)] * 151) is None


def test_a_claim_without_a_known_word_blocks_and_says_which_words_count() -> None:
    (finding,) = check_text("Don't let your child fall behind for want of magnesium.", "en")
    assert finding.blocks
    assert finding.marks


def test_names_and_labels_are_left_to_the_rules() -> None:
    assert not any(finding.blocks for finding in check_text("Duinvallei\nHazelveen\n90 capsules", "nl"))


@pytest.mark.parametrize("content", [b"{}", b"[1", json.dumps({"fitted_to": 1}).encode()])
def test_a_broken_model_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "opinion.json").write_bytes(content)
    with pytest.raises(RulesetError, match=r"claims/opinion\.json"):
        load_model(tmp_path)
