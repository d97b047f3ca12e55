"""Prices: the ranking holds at all prices, and on a low budget the cheaper form of the catalogue goes first."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import product

from msgspec import structs

from recommend.answers import Answers
from recommend.engine import RankedForm, rank_forms
from recommend.knowledge import Ruleset
from recommend.space import ALL_ANSWER_SETS, Cone
from recommend.verify.design import CHEAPER_FIRST, CHEAPER_FIRST_FORMS, OXIDE_NEVER_FIRST, PRICED_CERTAINTIES
from recommend.verify.firing import form_atoms
from recommend.verify.proof import Broken, Proof, merge_proofs, prove

RankingProofs = Callable[[Ruleset], Iterator[Proof]]


@lru_cache(maxsize=8)
def at_every_price(ruleset: Ruleset) -> tuple[Ruleset, ...]:
    """The ruleset at every order of prices that its rules tell apart, the one without prices first."""
    forms = ruleset.compared_forms
    orders = product((None, *range(1, len(forms) + 1)), repeat=len(forms))
    known = ({form: price for form, price in zip(forms, order, strict=True) if price is not None} for order in orders)
    return tuple({found.price_rules: found for found in map(ruleset.at_prices, known)}.values())


def prove_at_every_price(proofs_of: RankingProofs, ruleset: Ruleset) -> Iterator[Proof]:
    """Proofs on the ranking, each made once for every order of prices."""
    priced = [(each, proofs_of(each)) for each in at_every_price(ruleset)]
    for parts in zip(*(proofs for _, proofs in priced), strict=True):
        named = [_name_prices(proof, each) for proof, (each, _) in zip(parts, priced, strict=True)]
        yield merge_proofs(named[0].prop, named[0].claim, named)


def _name_prices(proof: Proof, ruleset: Ruleset) -> Proof:
    """The proof with the rules on prices in what breaks it, since the answers alone do not show it."""
    if proof.broken is None or not ruleset.price_rules:
        return proof
    why = f"{proof.broken.why} (with {', '.join(sorted(ruleset.price_rules))})"
    return structs.replace(proof, broken=Broken(why, proof.broken.answers))


def prove_prices(ruleset: Ruleset) -> Iterator[Proof]:
    """Proofs on the two forms that a low budget puts in the order of their prices."""
    for cheaper, dearer in (CHEAPER_FIRST_FORMS, CHEAPER_FIRST_FORMS[::-1]):
        yield _cheaper_first(cheaper, dearer, ruleset)
    yield _declared_first(ruleset)


def _cheaper_first(cheaper: str, dearer: str, ruleset: Ruleset) -> Proof:
    priced = ruleset.at_prices({cheaper: 1, dearer: 2})

    def fault(answers: Answers) -> str | None:
        place = _by_form(answers, priced)
        if place[cheaper].rank > place[dearer].rank:
            return f"{dearer} stands above {cheaper}"
        certainty = place[cheaper].certainty
        return f"{cheaper} goes first with certainty {certainty}" if certainty not in PRICED_CERTAINTIES else None

    claim = f"on a low budget {cheaper} stands above {dearer} where it costs less, with no strong certainty"
    cone = Cone(form_atoms(ruleset, cheaper, dearer) | CHEAPER_FIRST.depends_on() | OXIDE_NEVER_FIRST.depends_on())
    points = [point for point in cone if CHEAPER_FIRST.holds(point) and not OXIDE_NEVER_FIRST.holds(point)]
    total = sum(map(cone.weight, points)) * ALL_ANSWER_SETS // cone.total
    return prove("prices", claim, points, fault, total=total)


def _declared_first(ruleset: Ruleset) -> Proof:
    """Proof over every order of prices but the one in which the second form is the cheaper one."""
    first, second = CHEAPER_FIRST_FORMS
    cheaper = ruleset.at_prices({first: 2, second: 1})
    claim = f"{first} stands above {second} for everybody, unless {second} costs less"

    def fault_at(priced: Ruleset) -> Callable[[Answers], str | None]:
        def fault(answers: Answers) -> str | None:
            place = _by_form(answers, priced)
            return None if place[first].rank < place[second].rank else f"{second} stands above {first}"

        return fault

    others = [each for each in at_every_price(ruleset) if each.price_rules != cheaper.price_rules]
    cone = Cone(form_atoms(ruleset, first, second))
    return merge_proofs("prices", claim, (prove("prices", claim, cone, fault_at(each)) for each in others))


def _by_form(answers: Answers, ruleset: Ruleset) -> dict[str, RankedForm]:
    return {ranked.form.id: ranked for ranked in rank_forms(answers, ruleset)}
