"""Findings as the form shows them: the text with its offending words marked, the reason, and what could stand there."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from catalog.edits import ProductState
from catalog.edits.state import TEXTS
from recommend.claims.findings import Finding
from recommend.claims.marking import Piece, marked_pieces
from recommend.claims.product import ProductFinding


class Sentence(Struct, frozen=True):
    """A finding in its field. `reason` is what somebody gave for a warning, empty when nobody did."""

    identity: str
    finding: Finding
    pieces: Sequence[Piece]
    reason: str


def field_of(found: ProductFinding) -> str:
    """The form's field that a finding stands in."""
    return f"{found.field}_{found.language}" if found.field in (*TEXTS, "alt") else found.field


def sentences(findings: Sequence[ProductFinding], accepted: Mapping[str, str]) -> dict[str, list[Sentence]]:
    """The findings by field of the form, in the order of the text."""
    by_field: dict[str, list[Sentence]] = {}
    for found in findings:
        sentence = Sentence(found.identity, found.finding, _marked(found.finding), accepted.get(found.identity, ""))
        by_field.setdefault(field_of(found), []).append(sentence)
    return by_field


def _marked(finding: Finding) -> Sequence[Piece]:
    """The sentence in pieces; all of it marked when the check names no words, as for a portion that is too small."""
    within = [
        (start - finding.start, end - finding.start)
        for start, end in finding.marks
        if finding.start <= start < end <= finding.end
    ]
    alone = msgspec.structs.replace(finding, start=0, end=len(finding.text), marks=tuple(within))
    return marked_pieces(finding.text, [alone]) if within else (Piece(finding.text, 0),)


def take_over(state: ProductState, findings: Sequence[ProductFinding], identity: str) -> ProductState:
    """The product with the suggestion for a finding in the place of its sentence; the same when there is none."""
    for found in findings:
        finding = found.finding
        if found.identity == identity and finding.suggestion:
            field = field_of(found)
            text = getattr(state, field)
            full_stop = "." if finding.text.rstrip().endswith(".") and not finding.suggestion.endswith(".") else ""
            changed = text[: finding.start] + finding.suggestion + full_stop + text[finding.end :]
            return msgspec.structs.replace(state, **{field: changed})
    return state
