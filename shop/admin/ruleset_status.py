"""Status of the ruleset: counts of citations not verified, and of rules and notes not reviewed or stale."""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from recommend.knowledge import Form, Note, Rule, Ruleset

STALE_AFTER_DAYS = 365


class RulesetStatus(Struct, frozen=True):
    """Counts of citations, and of rules and notes."""

    citations: int
    unverified: int
    records: int
    not_reviewed: int
    stale: int


def ruleset_status(ruleset: Ruleset, today: date) -> RulesetStatus:
    """Stale is what was reviewed more than a year ago."""
    records: list[Rule | Note] = [*ruleset.rules, *ruleset.notes]
    cited: list[Rule | Note | Form] = [*records, *ruleset.forms.values()]
    citations = [citation for record in cited for citation in record.citations]
    reviews = [record.reviewed_on for record in records]
    return RulesetStatus(
        citations=len(citations),
        unverified=sum(not citation.verified for citation in citations),
        records=len(records),
        not_reviewed=sum(day is None for day in reviews),
        stale=sum(_is_stale(reviews, today)),
    )


def _is_stale(reviews: Iterable[date | None], today: date) -> Iterable[bool]:
    return (day is not None and (today - day).days > STALE_AFTER_DAYS for day in reviews)
