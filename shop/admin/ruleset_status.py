"""Status of the ruleset: counts of citations not verified, and of rules and notes not reviewed or stale."""

from datetime import date

from msgspec import Struct

from recommend.knowledge import Form, Note, Rule, Ruleset


class RulesetStatus(Struct, frozen=True):
    """Counts of citations, and of rules and notes."""

    citations: int
    unverified: int
    records: int
    not_reviewed: int
    stale: int


def ruleset_status(ruleset: Ruleset, today: date) -> RulesetStatus:
    """Counts over all rules, notes and forms; stale is a rule or note with an old review."""
    records: list[Rule | Note] = [*ruleset.rules, *ruleset.notes]
    cited: list[Rule | Note | Form] = [*records, *ruleset.forms.values()]
    citations = [citation for record in cited for citation in record.citations]
    return RulesetStatus(
        citations=len(citations),
        unverified=sum(citation.is_open for citation in citations),
        records=len(records),
        not_reviewed=sum(record.reviewed_on is None for record in records),
        stale=sum(record.has_old_review(today) for record in records),
    )
