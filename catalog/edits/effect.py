"""How many outcomes of the finder an edit changes: each combination of wishes is asked before and after it.

The edit is really made and then rolled back, so that the very queries of the finder answer.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product

from msgspec import Struct
from sqlalchemy.orm import Session

from catalog.models import DosageForm
from catalog.queries.advice import Budget, Wishes, advised_products, budget_bands
from recommend.answers import QUESTIONS
from recommend.engine import forms_not_for
from recommend.knowledge import Ruleset

DOSES_MG = (50, 100, 150, 200)
"""Suggested amounts asked for: 200 for whoever takes no other supplement, less for whoever does."""
SECONDS = 4.0
UG_PER_MG = 1000
Outcome = frozenset[tuple[str, int]]
"""Forms with the products (id) that the finder shows for them."""


class Wish(Struct, frozen=True):
    """What a visitor may want, as far as it decides on products; `without` are forms advised against."""

    without: frozenset[str]
    budget: str
    vegan: bool
    dosage_form: DosageForm | None
    dose_mg: int


class Effect(Struct, frozen=True):
    """Of `total` combinations of wishes `asked` were asked in the time there was; `changed` get other products."""

    total: int
    asked: int
    changed: int

    @property
    def complete(self) -> bool:
        return self.asked == self.total


def effect_of(session: Session, edit: Callable[[], object], ruleset: Ruleset, *, seconds: float = SECONDS) -> Effect:
    """Ask the finder, make the edit, ask again, and roll the session back. Raises what the edit raises."""
    wishes = list(all_wishes(ruleset))
    ends = time.monotonic() + seconds / 2
    before = list(_outcomes(session, wishes, ruleset, ends))
    try:
        edit()
        session.flush()
        ends = time.monotonic() + seconds / 2
        after = list(_outcomes(session, wishes[: len(before)], ruleset, ends))
    finally:
        session.rollback()  # at once: until then nobody else can write
    changed = sum(one != other for one, other in zip(before, after, strict=False))
    return Effect(len(wishes), len(after), changed)


def all_wishes(ruleset: Ruleset) -> Iterator[Wish]:
    """Every combination that decides on products, the common ones first."""
    vegan = (False, True)
    dosage_forms = (None, *DosageForm)
    without = forms_advised_against(ruleset)
    for dose in reversed(DOSES_MG):
        for values in product(without, ("low", "medium", "high"), vegan, dosage_forms):
            yield Wish(*values, dose)


def forms_advised_against(ruleset: Ruleset) -> list[frozenset[str]]:
    """The sets of forms that rules or the law can keep away from somebody together, none first."""
    each = {
        frozenset(form for form, record in ruleset.ranked_records.items() if record in rule.forms)
        for rule in ruleset.rules
        if rule.advise_against
    }
    sets = {
        frozenset().union(*chosen)
        for size in range(len(each) + 1)
        for chosen in combinations(sorted(each, key=sorted), size)
    }
    by_law = forms_not_for(QUESTIONS["conditions"].values, ruleset)
    return sorted({*sets, *(one | by_law for one in sets)}, key=lambda forms: (len(forms), sorted(forms)))


def _outcomes(session: Session, wishes: Sequence[Wish], ruleset: Ruleset, ends: float) -> Iterator[Outcome]:
    budget = budget_bands(session)
    for wish in wishes:
        if time.monotonic() > ends:
            return
        yield _outcome(session, wish, budget, ruleset)


def _outcome(session: Session, wish: Wish, budget: Budget, ruleset: Ruleset) -> Outcome:
    forms = [form for form in ruleset.ranked_records if form not in wish.without]
    wanted = Wishes(
        suggested_ug=wish.dose_mg * UG_PER_MG,
        without=wish.without,
        cost_limit=budget.limit(wish.budget),
        vegan=wish.vegan,
        dosage_form=wish.dosage_form,
    )
    return frozenset((found.form, found.product.id) for found in advised_products(session, forms, wanted))
