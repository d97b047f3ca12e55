"""Grounding: every rule, note, form and guide passage names its source and the place in it, as the design lists."""

from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import Struct

from recommend.answers import Answers
from recommend.conditions import Condition
from recommend.facts import sourced_quantities
from recommend.knowledge import Citation, Form, Note, Passage, Rule, Ruleset
from recommend.space import Cone
from recommend.verify.citations import CITED, READ
from recommend.verify.proof import Broken, Proof, prove_records


class Fact(Struct, frozen=True):
    """A statement with citations; `when` is the condition under which an advice contains it, if any."""

    address: str
    citations: tuple[Citation, ...]
    when: Condition | None = None


def facts(ruleset: Ruleset) -> Iterator[Fact]:
    """All statements that need a source, each with its address in the data files."""
    yield from (Fact(f"rules/{rule.id}", rule.citations, rule.when) for rule in ruleset.rules)
    yield from (Fact(f"notes/{note.id}", note.citations, note.when) for note in ruleset.notes)
    yield from (Fact(f"forms/{form.id}", form.citations) for form in ruleset.forms.values())
    yield Fact("ruleset/dose", ruleset.manifest.dose.citations)
    for section in ruleset.guide.sections:
        for number, passage in enumerate(section.passages, start=1):
            yield Fact(f"guide/{section.id}/{number}", passage.citations)


def prove_grounding(ruleset: Ruleset) -> Iterator[Proof]:
    """One proof per kind of record."""
    found = list(facts(ruleset))
    kinds = {"rules": "rule", "notes": "note", "forms": "form", "ruleset": "dose limit", "guide": "guide passage"}
    for kind, name in kinds.items():
        faults = [(fact.address, _fault(fact, ruleset)) for fact in found if fact.address.startswith(f"{kind}/")]
        yield prove_records("grounding", f"every {name} names a source and the place in it", faults, unit="records")
    cited = [(fact.address, _other_sources(fact)) for fact in found]
    cited += [(address, Broken("listed, and not there")) for address in CITED.keys() - {fact.address for fact in found}]
    claim = "every record cites the sources of the design, verified only where they were read"
    yield prove_records("grounding", claim, cited, unit="records")


def _other_sources(fact: Fact) -> Broken | None:
    """Sources and marks of a record that differ from the list of the design."""
    sources = " ".join(
        citation.source + "*" * citation.verified + "=" * citation.computed for citation in fact.citations
    )
    if sources != CITED.get(fact.address):
        return Broken(f"cites {sources}, in the design {CITED.get(fact.address, 'nothing')}")
    for citation in fact.citations:
        if citation.verified and citation.place.en not in READ.get(citation.source, ()):
            return Broken(f"{citation.place.en!r} in {citation.source} is marked verified, and was not read")
    return None


def _fault(fact: Fact, ruleset: Ruleset) -> Broken | None:
    why = _ungrounded(fact.citations, ruleset)
    return Broken(why, tuple(_seen_at(fact))) if why else None


def _ungrounded(citations: Iterable[Citation], ruleset: Ruleset) -> str | None:
    citations = tuple(citations)
    if not citations:
        return "no source"
    for citation in citations:
        if citation.source not in ruleset.sources:
            return f"the source {citation.source!r} is not known"
        if not (citation.place.nl.strip() and citation.place.en.strip()):
            return f"no place in {citation.source}"
    return None


def _seen_at(fact: Fact) -> Iterator[Answers]:
    """Smallest answers whose advice contains the fact."""
    if fact.when is not None:
        first = next(filter(fact.when.holds, Cone(fact.when.depends_on())), None)
        yield from () if first is None else (first,)


def counts(ruleset: Ruleset) -> dict[str, tuple[int, int]]:
    """Number of open checks by a person, and their total, by kind."""
    citations = [citation for fact in facts(ruleset) for citation in fact.citations]
    records = [*ruleset.rules, *ruleset.notes]
    numbers = [found for record in _with_facts(ruleset) for found in sourced_quantities(record.facts)]
    unsourced = [number for record in _with_facts(ruleset) for number in record.facts.unsourced]
    return {
        "citations not verified in the source itself": (sum(c.is_open for c in citations), len(citations)),
        "limits, shares and hours that no source says": (len(unsourced), len(numbers)),
        "rules and notes not reviewed by a pharmacist": (sum(r.reviewed_on is None for r in records), len(records)),
    }


def _with_facts(ruleset: Ruleset) -> Iterator[Rule | Note | Form | Passage]:
    """All records whose numbers need a source."""
    yield from ruleset.rules
    yield from ruleset.notes
    yield from ruleset.forms.values()
    for section in ruleset.guide.sections:
        yield from section.passages


def old_reviews(ruleset: Ruleset, today: date) -> Iterator[str]:
    """Warnings on reviews more than 12 months old on `today`, or dated after it."""
    records: tuple[Rule | Note, ...] = (*ruleset.rules, *ruleset.notes)
    for record in records:
        reviewed = record.reviewed_on
        if reviewed is None:
            continue
        if reviewed > today:
            yield f"{record.id}: reviewed on {reviewed}, which is still to come"
        elif record.has_old_review(today):
            yield f"{record.id}: the review of {reviewed} by {record.reviewed_by} is older than 12 months"
