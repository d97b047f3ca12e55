"""How many outcomes of the finder an edit changes: every combination of wishes, before the edit and after it.

The edit is really made and then rolled back. What the finder would show is read in one query over all combinations
(a query for each would take minutes in a large catalogue); a test holds it against the finder's own, one by one.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product

from msgspec import Struct
from sqlalchemy.orm import Session

from catalog.models import DosageForm
from catalog.queries.advice import budget_bands
from catalog.queries.best import Best, best_of_kinds
from recommend.answers import QUESTIONS
from recommend.engine import forms_not_for
from recommend.knowledge import Ruleset

DOSES_MG = (50, 100, 150, 200)
"""Suggested amounts asked for: 200 for whoever takes no other supplement, less for whoever does."""
BUDGETS = ("low", "medium", "high")
PER_FORM = 3
Outcome = frozenset[tuple[str, int]]
"""Forms with the products (id) that the finder shows for them."""


class Wish(Struct, frozen=True):
    """What a visitor may want, as far as it decides on products; `without` are forms to be kept away from."""

    without: frozenset[str]
    budget: str
    vegan: bool
    dosage_form: DosageForm | None
    dose_mg: int


class Effect(Struct, frozen=True):
    """Of `total` combinations of wishes `changed` get other products."""

    total: int
    changed: int


def effect_of(session: Session, edit: Callable[[], object], ruleset: Ruleset) -> Effect:
    """What an edit changes; rolls the session back. Raises what the edit raises."""
    wishes = list(all_wishes(ruleset))
    before = outcomes(session, wishes, ruleset)
    try:
        edit()
        session.flush()
        after = outcomes(session, wishes, ruleset)
    finally:
        session.rollback()  # at once: until then nobody else can write
    return Effect(len(wishes), sum(one != other for one, other in zip(before, after, strict=True)))


def outcomes(session: Session, wishes: Sequence[Wish], ruleset: Ruleset) -> list[Outcome]:
    """What the finder shows for each wish, up to three products a form."""
    sets = sorted({wish.without for wish in wishes}, key=sorted)
    budget = budget_bands(session)
    found = best_of_kinds(session, list(ruleset.ranked_records), DOSES_MG, budget, sets, per_kind=PER_FORM)
    by_form: dict[str, list[Best]] = {}
    for best in found:
        by_form.setdefault(best.form, []).append(best)
    return [
        frozenset(
            (form, best.product_id)
            for form, ranked in by_form.items()
            if form not in wish.without
            for best in _first(ranked, wish, sets.index(wish.without))
        )
        for wish in wishes
    ]


def _first(ranked: Sequence[Best], wish: Wish, which: int) -> Sequence[Best]:
    """The first few that fit; `which` set of forms none of them may hold."""
    dose, budget = DOSES_MG.index(wish.dose_mg), BUDGETS.index(wish.budget)
    chosen = []
    for best in ranked:
        if (
            best.dose <= dose
            and best.budget <= budget
            and not best.holds[which]
            and (best.vegan or not wish.vegan)
            and wish.dosage_form in (None, best.dosage_form)
        ):
            chosen.append(best)
            if len(chosen) == PER_FORM:
                break
    return chosen


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
