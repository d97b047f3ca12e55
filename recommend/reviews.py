"""Reviews of rules and notes by a qualified person, kept beside the data files and joined to a loaded ruleset.

A review is of a record's content, its conditions and sources included: a record that changes is unreviewed again.
"""

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct, structs

from recommend.conditions import Condition
from recommend.knowledge import Note, Rule, Ruleset
from recommend.wording import describe

Kind = Literal["rule", "note"]
R = TypeVar("R", Rule, Note)


class Review(Struct, frozen=True, forbid_unknown_fields=True):
    """The judgement of a person on a record as it was on a day."""

    kind: Kind
    record: str
    content: str
    """The fingerprint of what was judged."""
    on: date
    name: str
    """As the pages name the person."""
    account: str
    agrees: bool
    remark: str = ""


def fingerprint(record: Rule | Note, ruleset: Ruleset) -> str:
    """A hash of all that a reader of the record judges; the same in every process and language."""
    unsigned = structs.replace(record, reviewed_on=None, reviewed_by=None)
    content = msgspec.to_builtins(unsigned, enc_hook=lambda part: _plain(part, ruleset))
    sources = [msgspec.to_builtins(ruleset.sources[citation.source]) for citation in record.citations]
    encoded = msgspec.json.encode([type(record).__name__, content, sources], order="sorted")
    return hashlib.sha256(encoded).hexdigest()


def _plain(part: Any, ruleset: Ruleset) -> Any:
    if isinstance(part, Condition):
        return [describe(part, ruleset, "nl"), describe(part, ruleset, "en")]
    raise TypeError(f"no way to write {type(part)}")


def with_reviews(ruleset: Ruleset, reviews: Iterable[Review]) -> Ruleset:
    """The ruleset with each record signed by its last review, where that agrees and is of the record as it is."""
    last = {(review.kind, review.record): review for review in reviews}
    if not last:
        return ruleset
    rules = tuple(_signed(rule, last.get(("rule", rule.id)), ruleset) for rule in ruleset.rules)
    notes = tuple(_signed(note, last.get(("note", note.id)), ruleset) for note in ruleset.notes)
    return structs.replace(ruleset, rules=rules, notes=notes)


def _signed(record: R, review: Review | None, ruleset: Ruleset) -> R:
    if review is None or not review.agrees or review.content != fingerprint(record, ruleset):
        return record
    return structs.replace(record, reviewed_on=review.on, reviewed_by=review.name)
