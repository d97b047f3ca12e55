"""The questionnaire as WTForms: the contract's keys and values, worded by the ruleset."""

import math
import re
from decimal import Decimal
from typing import Any

from wtforms import BooleanField, Field, Form, IntegerField, RadioField, ValidationError
from wtforms.validators import InputRequired, NumberRange, StopValidation

from catalog.advice.candidates import Budget
from recommend.answers import QUESTIONS, SUPPLEMENT_MG_MAX, UNKNOWN
from recommend.knowledge import Ruleset
from recommend.text import Language
from shop.web.forms import ShopForm, Ticks
from shop.web.i18n import gettext
from shop.web.i18n import lazy_gettext as _
from shop.web.number_format import exact_euro

NONE = "none"
_AMOUNT = re.compile(r"[0-9]{1,6}([.,][0-9]{1,6})?", re.ASCII)
CHOOSE_ONE = _("Choose one of the answers.")


class TicksOrNone(Ticks):
    """Tick boxes of which at least one is ticked: saying "none of these" is an answer, silence is not."""


class Milligrams(IntegerField):
    """A whole number of milligrams; labels also say 112,5 or 56.25, which is counted as the next whole one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = (valuelist[0] if valuelist else "").strip().removesuffix("mg").rstrip()
        if not text:
            self.data = None
        elif _AMOUNT.fullmatch(text):
            self.data = math.ceil(Decimal(text.replace(",", ".")))
        else:
            raise ValueError(gettext("Fill in a number of milligrams from 0 to 5000."))


def amount_or_unknown(form: Form, field: Field) -> None:
    """Either an amount, also 0, or the tick "I don't know": silence is no answer."""
    if form["supplement_unknown"].data:
        if field.data is not None:
            raise ValidationError(gettext("You filled in an amount and ticked “I don't know”. Choose one of them."))
        raise StopValidation
    if field.data is None:
        raise StopValidation(gettext("Fill in a number, 0 if you take nothing, or tick “I don't know”."))


def none_or_some(_form: Form, field: Field) -> None:
    """Either "none of these" or something, not both and not nothing."""
    if not field.data:
        raise ValidationError(gettext("Tick what applies, or “none of these”."))
    if NONE in field.data and len(field.data) > 1:
        raise ValidationError(gettext("You ticked “none of these” as well as something else. Untick one of them."))


class QuestionnaireForm(ShopForm):
    """A page of the questionnaire; its fields bear the contract's keys."""

    def __init__(self, ruleset: Ruleset, language: Language, stored: dict[str, Any]) -> None:
        self.hints: dict[str, dict[str, str]] = {}
        self.stored = stored
        shown = {key: self._shown(key, value) for key, value in stored.items()}
        unknown = stored.get("supplement_mg") == UNKNOWN
        # No answer is stored without the agreement.
        super().__init__(data=shown | {"agreement": bool(stored), "supplement_unknown": unknown})
        for key in self.keys():
            wording = ruleset.questions[key]
            field = self[key]
            field.label.text = wording.label.in_language(language)
            field.description = wording.help.in_language(language) if wording.help else ""
            if isinstance(field, RadioField | Ticks):
                choices = [(c.value, c.label.in_language(language)) for c in wording.choices]
                field.choices = (
                    [*choices, (NONE, gettext("None of these"))] if isinstance(field, TicksOrNone) else choices
                )
            self.hints[key] = {c.value: c.help.in_language(language) for c in wording.choices if c.help}

    @staticmethod
    def _shown(key: str, value: Any) -> Any:
        """A stored answer as its field shows it: no conditions at all is the ticked box "none of these"."""
        return list(value or (NONE,)) if QUESTIONS[key].kind == "many" else value

    def keys(self) -> list[str]:
        """The questions on this page, in its order."""
        return [field.name for field in self if field.name in QUESTIONS]

    @property
    def has_gaps(self) -> bool:
        """Whether some of the questions on this page were answered before, and others were not."""
        answered = [key in self.stored for key in self.keys()]
        return any(answered) and not all(answered)

    def forget_errors(self) -> None:
        """Drop the errors of a page that is shown again before the visitor has finished it."""
        for field in self:
            field.errors = ()

    def valid_answers(self) -> dict[str, Any]:
        """The answers of the fields without errors, in the contract's form."""
        return {key: self._given(key) for key in self.keys() if not self[key].errors}

    def _given(self, key: str) -> Any:
        data = self[key].data
        return [value for value in data if value != NONE] if QUESTIONS[key].kind == "many" else data


def _one(key: str, *, preset: bool = False) -> RadioField:
    """One choice of a question; only an answer that bears on nobody's safety may be preset."""
    default = QUESTIONS[key].default if preset else None
    return RadioField(validators=[InputRequired(CHOOSE_ONE)], default=default, validate_choice=True, choices=())


class WishesForm(QuestionnaireForm):
    """The shopper's wishes, and the agreement without which no answer is stored."""

    def __init__(self, ruleset: Ruleset, language: Language, stored: dict[str, Any], bands: Budget) -> None:
        super().__init__(ruleset, language, stored)
        low, medium = exact_euro(bands.low), exact_euro(bands.medium)
        self.hints["budget"] = {
            "low": gettext("up to %(price)s a day", price=low),
            "medium": gettext("up to %(price)s a day", price=medium),
            "high": gettext("more than %(price)s a day is fine too", price=medium),
        }

    stomach = _one("stomach")
    budget = _one("budget")
    absorption = _one("absorption")
    dosage_form = _one("dosage_form", preset=True)
    vegan = BooleanField()
    agreement = BooleanField(
        _("I agree that the shop uses my answers, some of them about my health, to make this advice."),
        validators=[InputRequired(_("Without your agreement we may not use answers about health."))],
    )


WISHES = tuple(key for key in QUESTIONS if hasattr(WishesForm, key))
"""Questions of the first page."""


class SafetyForm(QuestionnaireForm):
    """Age and safety."""

    def __init__(self, ruleset: Ruleset, language: Language, stored: dict[str, Any]) -> None:
        super().__init__(ruleset, language, stored)
        unknown = ruleset.questions["supplement_mg"].choice(UNKNOWN)
        self.supplement_unknown.label.text = unknown.label.in_language(language)
        self.supplement_unknown.description = unknown.help.in_language(language) if unknown.help else ""

    age_group = _one("age_group")
    conditions = TicksOrNone(validators=[none_or_some], choices=())
    medicines = TicksOrNone(validators=[none_or_some], choices=())
    warning_signs = TicksOrNone(validators=[none_or_some], choices=())
    bowel = _one("bowel")
    supplement_mg = Milligrams(
        validators=[
            amount_or_unknown,
            NumberRange(0, SUPPLEMENT_MG_MAX, _("Fill in a number of milligrams from 0 to 5000.")),
        ]
    )
    supplement_unknown = BooleanField()
    goal = _one("goal")
    sex = _one("sex", preset=True)

    def _given(self, key: str) -> Any:
        return UNKNOWN if key == "supplement_mg" and self.supplement_unknown.data else super()._given(key)

    @staticmethod
    def _shown(key: str, value: Any) -> Any:
        return None if value == UNKNOWN and key == "supplement_mg" else QuestionnaireForm._shown(key, value)
