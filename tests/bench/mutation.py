"""Mutation testing of the data: drops or flips each rule and note in turn; a property or a case has to fail.

Run by hand it lists every survivor, of the texts too: `uv run shop dev mutation`.
"""

import sys
from collections.abc import Iterator

from msgspec import Struct, structs

from recommend.knowledge import Note, Rule, Ruleset, Severity
from recommend.loading import load_ruleset
from recommend.verify.constants import prove_constants
from recommend.verify.liveness import prove_liveness
from recommend.verify.monotony import prove_monotony
from recommend.verify.safety import prove_safety
from tests.bench import text_mutation
from tests.recommend.test_cases import ALL, Case, test_the_sentence_is_true

AT_LEAST_KILLED = 0.95

PROPERTIES = (prove_safety, prove_monotony, prove_liveness)
"""Dose, grounding and language do not hang on single rules or notes; totality not on their points or severity."""

FLIPPED: dict[Severity, Severity] = {"stop": "caution", "caution": "info", "info": "caution"}

SURVIVORS: dict[str, str] = {}
"""The mutants that survive, by name, with the reason why that is accepted."""


class Mutant(Struct, frozen=True):
    """A changed ruleset; a note for pages only is part of no advice, which the other properties and cases look at."""

    name: str
    ruleset: Ruleset
    only_on_pages: bool


def mutants(ruleset: Ruleset) -> Iterator[Mutant]:
    """Every ruleset with one rule or note dropped or flipped."""
    for kind, records in _records(ruleset).items():
        for position, record in enumerate(records):
            before, after = records[:position], records[position + 1 :]
            for change, changed in (("drop", ()), ("flip", (flipped(record),))):
                left = structs.replace(ruleset, **{kind: (*before, *changed, *after)})
                yield Mutant(f"{change} {record.id}", left, record.when is None)


def _records(ruleset: Ruleset) -> dict[str, tuple[Rule | Note, ...]]:
    return {"rules": ruleset.rules, "notes": ruleset.notes}


def flipped(record: Rule | Note) -> Rule | Note:
    """A note more or less severe; a rule for instead of against, or 1 point when it only informs."""
    if isinstance(record, Note):
        return structs.replace(record, severity=FLIPPED[record.severity])
    return structs.replace(record, points=-record.points or 1, advise_against=not record.advise_against)


def survivors(ruleset: Ruleset) -> tuple[list[str], int]:
    """The names of the mutants that nobody notices, and how many mutants there were."""
    all_mutants = list(mutants(ruleset))
    return [mutant.name for mutant in all_mutants if survives(mutant)], len(all_mutants)


def survives(mutant: Mutant) -> bool:
    """Whether every case is still true and every property that these mutations can touch still holds."""
    if mutant.only_on_pages:
        return not any(proof.broken for proof in prove_constants(mutant.ruleset))
    if not all(_is_true(case, mutant.ruleset) for case in ALL):
        return False
    return not any(proof.broken for prove in PROPERTIES for proof in prove(mutant.ruleset))


def _is_true(case: Case, ruleset: Ruleset) -> bool:
    try:
        test_the_sentence_is_true(case, ruleset)
    except AssertionError:
        return False
    return True


def main() -> None:
    """List the survivors of logic and texts (`--texts`: of texts alone); fail on too many, or unexplained ones."""
    holds = [text_mutation.report()]
    if "--texts" not in sys.argv:
        holds.append(report())
    if not all(holds):
        raise SystemExit(1)


def report() -> bool:
    """List the survivors among rules and notes; whether enough are killed and the others have a reason."""
    left, total = survivors(load_ruleset())
    for name in left:
        sys.stdout.write(f"survives: {name}: {SURVIVORS.get(name, 'NO REASON GIVEN')}\n")
    killed = 1 - len(left) / total
    share = f"({killed:.1%}; at least {AT_LEAST_KILLED:.0%})"
    sys.stdout.write(f"{total - len(left)} of {total} mutants of rules and notes killed {share}\n")
    return killed >= AT_LEAST_KILLED and not set(left) - SURVIVORS.keys()
