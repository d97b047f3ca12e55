"""Marks: the offending words at their position in the text."""

from hypothesis import given, settings
from hypothesis import strategies as st

from recommend.claims.check import check_text
from recommend.claims.findings import Finding
from recommend.claims.product import Portion, check_portion
from recommend.claims.text.marking import Piece, marked_pieces


def test_each_offending_word_is_a_piece_that_names_its_finding() -> None:
    text = "Neem 1 capsule. Helpt tegen migraine en kramp!"
    findings = check_text(text, "nl")
    pieces = marked_pieces(text, findings)
    assert pieces[0] == Piece("Neem 1 capsule. Helpt tegen ")
    assert [piece.text for piece in pieces if piece.finding == 1] == ["migraine", "kramp"]


def test_a_harmless_text_is_one_plain_piece_and_an_empty_one_none() -> None:
    assert marked_pieces("Neem 1 capsule.", check_text("Neem 1 capsule.", "nl")) == (Piece("Neem 1 capsule."),)
    assert marked_pieces("", ()) == ()


def test_a_claim_above_its_portion_is_marked_as_a_whole() -> None:
    text = "Een pot. Rijk aan magnesium."
    findings = check_portion(check_text(text, "nl"), Portion(20_000), "nl")
    assert marked_pieces(text, findings) == (Piece("Een pot. "), Piece("Rijk aan magnesium.", 1))


def at(marks: list[tuple[int, int]]) -> Finding:
    return Finding("", 0, 0, "disease", (), "block", "", None, tuple((start, start + size) for start, size in marks))


@settings(max_examples=50)
@given(st.text(), st.lists(st.lists(st.tuples(st.integers(-2, 30), st.integers(0, 9))).map(at)))
def test_the_pieces_joined_are_the_text_again_however_marks_overlap(text: str, findings: list[Finding]) -> None:
    pieces = marked_pieces(text, findings)
    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.text for piece in pieces)
