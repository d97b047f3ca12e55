"""Fit of a product to the advice of this visitor: a badge on cards and product pages, never cached."""

from msgspec import Struct
from sqlalchemy.orm import Session

from catalog.advice.candidates import Budget, prices_of_catalogue
from catalog.models import Beside, Product
from catalog.other_actives import beside_magnesium
from recommend.answers import Answers
from recommend.chemistry import UG_PER_MG
from recommend.engine import Advice, advise, forms_not_for
from recommend.knowledge import Ruleset
from shop.finder.answers_cookie import complete_answers
from shop.web.i18n import gettext as _
from shop.web.i18n import in_current_language


class Fit(Struct, frozen=True):
    """Whether a product suits the visitor; `reason` is why not, in one or two words.

    `most_units` are those of a day within the advised amount, where the label's daily portion is above it; else 0.
    """

    suits: bool
    reason: str = ""
    most_units: int = 0
    ask_first: bool = False
    """Whether a caution asks the visitor to see a professional before taking any magnesium."""


class VisitorAdvice(Struct, frozen=True):
    """The advice of this visitor, as far as products are judged by it."""

    answers: Answers
    advice: Advice
    budget: Budget

    @property
    def suitable(self) -> frozenset[str]:
        """The forms that no rule advises against."""
        judged = (*self.advice.forms, *self.advice.other_forms)
        return frozenset(one.form.id for one in judged if one.suitable)

    def fit(self, product: Product) -> Fit | None:
        """A product's fit; None when it is neither advised against nor what was asked for."""
        reason = self._reason_against(product)
        if reason:
            return Fit(suits=False, reason=reason)
        if not self._is_as_asked(product):
            return None
        return Fit(suits=True, most_units=self._most_units(product), ask_first=self.asks_first)

    @property
    def asks_first(self) -> bool:
        return any(note.is_personal and note.ask_first for note in self.advice.notes)

    def _most_units(self, product: Product) -> int:
        advised_ug = self.advice.dose.suggested_mg * UG_PER_MG
        return advised_ug // product.magnesium_ug if product.magnesium_per_day_ug > advised_ug else 0

    def _reason_against(self, product: Product) -> str:
        forms = [tag.form for tag in product.tags]
        by_law = forms_not_for(self.answers.conditions, self.advice.ruleset)
        if not by_law.isdisjoint(forms):
            return self._condition()
        advised_against = [form for form in forms if form not in self.suitable]
        if advised_against:
            return in_current_language(self.advice.ruleset.forms[advised_against[0]].short_name)
        beside = beside_magnesium(product)
        if beside is Beside.NEVER or (beside is Beside.ORDINARY and self.answers.only_magnesium):
            return _("other substances")
        if product.magnesium_ug > self.advice.dose.suggested_mg * UG_PER_MG:
            return _("too much per unit")
        return ""

    def _condition(self) -> str:
        if "pregnant" in self.answers.conditions:
            return _("pregnant")
        return _("breastfeeding") if "breastfeeding" in self.answers.conditions else _("ask first")

    def _is_as_asked(self, product: Product) -> bool:
        answers, limit = self.answers, self.budget.limit(self.answers.budget)
        return (
            product.in_stock
            and not product.label_faults
            and beside_magnesium(product) is not Beside.UNKNOWN
            and (limit is None or product.tenth_cents_per_day <= limit)
            and (product.vegan is True or not answers.vegan)
            and answers.dosage_form in ("any", product.dosage_form.value)
            and any(tag.counts_as_form for tag in product.tags)
        )


def visitor_advice(session: Session, ruleset: Ruleset) -> VisitorAdvice | None:
    """The advice for complete answers without a stop; None for everybody else."""
    answers = complete_answers()
    if answers is None:
        return None
    prices = prices_of_catalogue(session, ruleset)
    advised = advise(answers, ruleset, prices.lowest)
    return None if advised.withheld else VisitorAdvice(answers, advised, prices.budget)
