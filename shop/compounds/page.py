"""Page of one form of magnesium: its facts, evidence, rules and notes, gathered from the ruleset."""

from collections.abc import Sequence
from fractions import Fraction

from msgspec import Struct

from catalog.prices import UG_PER_100MG
from recommend.chemistry import half_up
from recommend.conditions import Always
from recommend.knowledge import Form, NeverFirst, Note, Rule, Ruleset, Salt, Words


class Share(Struct, frozen=True):
    """The share of magnesium in a pure compound, and the micrograms of compound with 100 mg of magnesium."""

    salt: Salt
    magnesium: Fraction
    compound_ug: int


class CompoundPage(Struct, frozen=True):
    """Facts, rules and notes that the page of a form shows, under all its names on labels.

    `evidence` are the rules for everybody, `sooner` and `later` those that put the form forward or back
    for some answers; all three are empty for a form that is not ranked.
    """

    form: Form
    names: Sequence[str]
    synonyms: Words
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

    @property
    def records(self) -> list[Rule | Note]:
        """Rules and notes on the page."""
        return [*self.evidence, *self.sooner, *self.later, *self.notes]


def compound_page(form: Form, ruleset: Ruleset) -> CompoundPage:
    """The page of a form with facts of its own, gathered from the ruleset."""
    names = ruleset.names_of_record[form.id]
    rules = [rule for rule in ruleset.rules if form.id in rule.forms]
    for_some = [rule for rule in rules if not isinstance(rule.when, Always)]
    return CompoundPage(
        form=form,
        names=[name.id for name in names],
        synonyms=Words(
            nl=tuple(word for name in names for word in name.synonyms.nl),
            en=tuple(word for name in names for word in name.synonyms.en),
        ),
        shares=tuple(_share(salt) for salt in form.salts),
        evidence=[rule for rule in rules if isinstance(rule.when, Always)],
        sooner=sorted((rule for rule in for_some if rule.points > 0), key=lambda rule: -rule.points),
        later=sorted(
            (rule for rule in for_some if rule.points < 0 or rule.advise_against), key=lambda rule: rule.points
        ),
        notes=ruleset.form_notes(form.id),
        never_first=next((entry for entry in ruleset.manifest.never_first if entry.form == form.id), None),
        permitted=form.annex_ii is not None,
    )


def _share(salt: Salt) -> Share:
    return Share(salt, salt.magnesium_fraction, half_up(UG_PER_100MG / salt.magnesium_fraction))
