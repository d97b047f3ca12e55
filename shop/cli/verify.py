"""`shop verify`: the proofs over the ruleset, as a report that a person can read."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from pathlib import Path

import click

from recommend.claims.check import check_text
from recommend.loading import RulesetError, load_ruleset
from recommend.space import ALL_ANSWER_SETS, TooLargeError, answers_as_dict
from recommend.text import Language
from recommend.verify import Report
from recommend.verify import verify as prove_all
from recommend.verify.proof import ANSWER_SETS, Broken, Proof
from shop.settings import read_rules_dir


@click.command()
def verify() -> None:
    """Prove the rules over all possible answers; exit 1 when a property is broken."""
    try:
        ruleset = load_ruleset(read_rules_dir())
    except RulesetError as error:
        click.echo(f"{_property_of(error)}: BROKEN, the ruleset does not load\n  NO  {error}")
        raise SystemExit(1) from error
    try:
        report = prove_all(ruleset, datetime.now(UTC).date(), partial(_why_blocked, directory=read_rules_dir()))
    except RulesetError as error:  # the claims, which the content check loads
        click.echo(f"language: BROKEN, the claims do not load\n  NO  {error}")
        raise SystemExit(1) from error
    except TooLargeError as error:
        raise click.ClickException(f"cannot be proven: {error}") from error
    for line in lines(report):
        click.echo(line)
    if not report.holds:
        raise SystemExit(1)


def _why_blocked(text: str, language: Language, directory: Path) -> str | None:
    """The content check's reason against a text, or None."""
    blocked = (finding for finding in check_text(text, language, directory) if finding.blocks)
    return next((f"“{finding.text}”: {finding.why}" for finding in blocked), None)


def _property_of(error: RulesetError) -> str:
    """The property that a loader's refusal breaks: unsourced records and texts in one language never load."""
    message = str(error)
    if "`nl`" in message or "`en`" in message or ".nl:" in message or ".en:" in message or "facts." in message:
        return "language"
    if "citations" in message or "`source`" in message or "`place`" in message:
        return "grounding"
    return "loading"


def lines(report: Report) -> Iterator[str]:
    for prop, proofs in groupby(report.proofs, key=lambda proof: proof.prop):
        of_property = tuple(proofs)
        broken = sum(proof.broken is not None for proof in of_property)
        yield f"{prop}: {f'BROKEN, {broken} of {len(of_property)} claims' if broken else 'holds'}"
        for proof in of_property:
            yield from _proof_lines(proof)
    yield "still to be done by people:"
    for what, (some, total) in report.counts.items():
        yield f"  {some} of {total} {what}"
    for warning in report.warnings:
        yield f"warning: {warning}"
    yield from _walked(report.proofs)
    yield "All properties hold." if report.holds else "Broken: " + ", ".join(_broken_properties(report)) + "."


def _proof_lines(proof: Proof) -> Iterator[str]:
    mark = "ok" if proof.broken is None else "NO"
    yield f"  {mark}  {proof.claim} [{_reach(proof)}]"
    if proof.broken is not None:
        yield f"      {proof.broken.why}"
        yield from _counter_example(proof.broken)


def _walked(proofs: Iterable[Proof]) -> Iterator[str]:
    """Work behind the proofs, and what a point stands for."""
    walks = [proof for proof in proofs if proof.unit == ANSWER_SETS]
    lists = [proof for proof in proofs if proof.unit != ANSWER_SETS]
    points, compared = (sum(proof.points for proof in kind) for kind in (walks, lists))
    yield f"{points:,} points walked for {len(walks)} claims; {compared:,} records and texts compared for {len(lists)}."
    yield "A point stands for all answer sets that differ from it only where the claim does not look."


def _reach(proof: Proof) -> str:
    """Number of points walked, with the share of the answer sets that they stand for when it is not all of them."""
    if proof.unit != ANSWER_SETS:
        return f"all {proof.total:,} {proof.unit}"
    points = f"{proof.points:,} {'point' if proof.points == 1 else 'points'}"
    if proof.total == ALL_ANSWER_SETS:
        return points
    if proof.points == proof.total:
        return f"{points}, nothing more"
    return f"{points}, for {proof.total / ALL_ANSWER_SETS:.1%} of the answer sets"


def _counter_example(broken: Broken) -> Iterator[str]:
    for title, answers in zip(("counter-example", "compared with"), broken.answers, strict=False):
        yield f"      {title}: {json.dumps(answers_as_dict(answers))}"


def _broken_properties(report: Report) -> list[str]:
    return list(dict.fromkeys(proof.prop for proof in report.proofs if proof.broken is not None))
