"""A checked text cut into pieces, so that a page can mark the offending words where they stand."""

from collections.abc import Sequence

from msgspec import Struct

from recommend.claims.findings import Finding


class Piece(Struct, frozen=True):
    """A stretch of the text; `finding` is the index of the finding whose words these are, None for plain text."""

    text: str
    finding: int | None = None


def marked_pieces(text: str, findings: Sequence[Finding]) -> tuple[Piece, ...]:
    """The whole text in pieces, in order: joined they are the text again.

    `findings` must come from this very text. Marks that overlap are shown once, under the finding that begins first.
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
