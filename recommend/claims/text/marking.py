"""Checked text as pieces, so that a page can highlight the offending words."""

from collections.abc import Sequence

from msgspec import Struct

from recommend.claims.findings import Finding


class Piece(Struct, frozen=True):
    """Part of the text; `finding` is the index of the finding that marks it, None for unmarked text."""

    text: str
    finding: int | None = None


def marked_pieces(text: str, findings: Sequence[Finding]) -> tuple[Piece, ...]:
    """Pieces of the text in order; joined they give the text again.

    `findings` must belong to this text. Overlapping marks are shown once, under the finding whose mark begins first.
    """
    marks = sorted(
        (start, end, number)
        for number, finding in enumerate(findings)
        for start, end in finding.marks
        if 0 <= start < end <= len(text)
    )
    pieces: list[Piece] = []
    position = 0
    for start, end, number in marks:
        if end <= position:
            continue
        begin = max(start, position)
        if begin > position:
            pieces.append(Piece(text[position:begin]))
        pieces.append(Piece(text[begin:end], number))
        position = end
    if position < len(text):
        pieces.append(Piece(text[position:]))
    return tuple(pieces)
