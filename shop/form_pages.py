"""A page for every form of magnesium: what it is, how sure the evidence is, whom it suits, products of it."""

from collections.abc import Sequence
from fractions import Fraction

from flask import Blueprint, abort, render_template
from msgspec import Struct

from catalog.pricing import UG_PER_100MG
from catalog.queries import OfForm, products_of_form
from recommend.chemistry import half_up
from recommend.conditions import Always
from recommend.knowledge import Form, NeverFirst, Note, Rule, Ruleset, Salt
from shop.browse import visitor_stops
from shop.database import get_ruleset, get_session
from shop.i18n import localized
from shop.kept_pages import same_for_all

bp = Blueprint("forms", __name__)


class Share(Struct, frozen=True):
    """How much magnesium is in a pure compound, and how many micrograms of it hold 100 mg of magnesium."""

    salt: Salt
    magnesium: Fraction
    compound_ug: int


class FormPage(Struct, frozen=True):
    """Everything that the page of a form shows of the ruleset.

    `evidence` are the rules that hold for everybody, `sooner` and `later` those that put the form forward or back
    for some answers; all three are empty for a form that is not ranked.
    """

    form: Form
    shares: tuple[Share, ...]
    evidence: Sequence[Rule]
    sooner: Sequence[Rule]
    later: Sequence[Rule]
    notes: Sequence[Note]
    never_first: NeverFirst | None
    permitted: bool

    @property
    def ranked(self) -> bool:
        return bool(self.evidence)


def form_page(form: Form, ruleset: Ruleset) -> FormPage:
    """Gather what the ruleset knows of a form."""
    facts = ruleset.forms[form.record]
    rules = [rule for rule in ruleset.rules if form.record in rule.forms]
    for_some = [rule for rule in rules if not isinstance(rule.when, Always)]
    return FormPage(
        form=form,
        shares=tuple(_share(salt) for salt in facts.salts),
        evidence=[rule for rule in rules if isinstance(rule.when, Always)],
        sooner=sorted((rule for rule in for_some if rule.points > 0), key=lambda rule: -rule.points),
        later=sorted(
            (rule for rule in for_some if rule.points < 0 or rule.advise_against), key=lambda rule: rule.points
        ),
        notes=ruleset.form_notes(form.id),
        never_first=next((entry for entry in ruleset.manifest.never_first if entry.form == form.id), None),
        permitted=facts.annex_ii is not None,
    )


def _share(salt: Salt) -> Share:
    return Share(salt, salt.magnesium_fraction, half_up(UG_PER_100MG / salt.magnesium_fraction))


@localized(bp, nl="/nl/vormen", en="/en/forms")
@same_for_all
def index() -> str:
    ruleset = get_ruleset()
    ranked = set(ruleset.manifest.ranked_forms)
    others = [form for form in ruleset.forms.values() if form.id not in ranked]
    return render_template(
        "forms/index.html",
        ruleset=ruleset,
        pages=[form_page(form, ruleset) for form in ruleset.ranked],
        permitted=[form for form in others if ruleset.forms[form.record].annex_ii is not None],
        not_permitted=[form for form in others if ruleset.forms[form.record].annex_ii is None],
    )


@localized(bp, nl="/nl/vormen/<form>", en="/en/forms/<form>")
@same_for_all
def form(form: str) -> str:
    ruleset = get_ruleset()
    if form not in ruleset.forms:
        abort(404)
    page = form_page(ruleset.forms[form], ruleset)
    found = products_of_form(get_session(), form) if page.permitted else OfForm((), 0)
    return render_template("forms/form.html", page=page, found=found, ruleset=ruleset, stops=visitor_stops(ruleset))
