"""Verifier: proofs of a ruleset over its whole answer space, by enumeration of the cone of each output."""

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from recommend.knowledge import Ruleset
from recommend.verify.constants import prove_constants
from recommend.verify.dose import prove_dose
from recommend.verify.grounding import counts, old_reviews, prove_grounding
from recommend.verify.language import CheckText, prove_language
from recommend.verify.liveness import prove_liveness
from recommend.verify.monotony import prove_monotony
from recommend.verify.prices import prove_at_every_price, prove_prices
from recommend.verify.proof import PROPERTIES, Proof
from recommend.verify.safety import prove_safety
from recommend.verify.schedule import prove_schedule
from recommend.verify.totality import prove_totality
from recommend.verify.wording import prove_wording


class Report(Struct, frozen=True):
    """All proofs by property; open work for people (number still open, total); warnings."""

    proofs: tuple[Proof, ...]
    counts: dict[str, tuple[int, int]]
    warnings: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether no proof is broken."""
        return all(proof.broken is None for proof in self.proofs)


def verify(ruleset: Ruleset, today: date, check_text: CheckText | None = None) -> Report:
    """Prove every property; `today` gives the age of reviews, `check_text` is the content check (None: skip it)."""
    proofs = sorted(_all_proofs(ruleset, check_text), key=lambda proof: PROPERTIES.index(proof.prop))
    return Report(tuple(proofs), counts(ruleset), tuple(old_reviews(ruleset, today)))


def _all_proofs(ruleset: Ruleset, check_text: CheckText | None) -> Iterator[Proof]:
    """Proofs, quick ones first, so that an output too large to enumerate is reported at once."""
    for proofs in (prove_liveness, prove_safety, prove_prices, prove_schedule):
        yield from proofs(ruleset)
    yield from prove_at_every_price(prove_monotony, ruleset)
    yield from prove_texts(ruleset, check_text)
    yield from prove_at_every_price(prove_totality, ruleset)
    yield from prove_dose(ruleset)


def prove_texts(ruleset: Ruleset, check_text: CheckText | None = None) -> Iterator[Proof]:
    """Proofs on single records and texts, which need no answers."""
    for proofs in (prove_constants, prove_grounding, prove_wording):
        yield from proofs(ruleset)
    yield from prove_language(ruleset, check_text)
