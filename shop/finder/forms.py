"""The questionnaire as WTForms: the contract's keys and values, worded by the ruleset."""

import math
import re
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, ClassVar

from wtforms import BooleanField, Field, Form, IntegerField, RadioField, ValidationError
from wtforms.validators import DataRequired, InputRequired, NumberRange, StopValidation

from catalog.advice.candidates import Budget
from recommend.answers import QUESTIONS, SUPPLEMENT_MG_MAX, UNKNOWN
from recommend.chemistry import half_up
from recommend.knowledge import Ruleset
from recommend.text import Language
from shop.web.forms import ShopForm, Ticks
from shop.web.i18n import gettext
from shop.web.i18n import lazy_gettext as _
from shop.web.number_format import euro

NONE = "none"
SOME = "some"
UNSURE = "unsure"
_AMOUNT = re.compile(r"[0-9]{1,6}([.,][0-9]{1,6})?", re.ASCII)
HEALTH = ("warning_signs", "conditions", "medicines")
"""Questions that the filter of the first page answers with none, unless their group is ticked there."""
NO_TROUBLE = {"stomach": "none", "bowel": "normal"}
"""Answers of who has no trouble with stomach or bowel."""
UNKNOWN_TROUBLE = {"stomach": "strong", "bowel": "normal"}
"""Answers that we count with for who does not know: the gentle forms first, and none that is hard on the stomach."""
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
            raise ValueError(gettext("Enter a number of milligrams from 0 to 5000."))


def amount_as_chosen(form: Form, field: Field) -> None:
    """An amount beside "yes" alone: one that contradicts the choice is refused, and so is "yes" without one."""
    if field.errors:
        return  # no number at all, which was said
    if form["supplement"].data == SOME:
        if field.data is None:
            raise StopValidation(gettext("Enter how many mg a day, or choose “I don't know”."))
    elif field.data:
        raise StopValidation(gettext("You filled in an amount and chose another answer. Choose one of them."))
    else:
        raise StopValidation


def asked_of_the_sensitive(form: Form, field: Field) -> None:
    """An answer is needed by who has trouble with stomach or bowel; of all others the field is not seen."""
    if form["gut"].data != SOME:
        field.errors = []
        raise StopValidation
    if not field.raw_data or not field.raw_data[0]:
        field.errors = []
        raise StopValidation(gettext("Choose one of the answers."))


def none_or_some(_form: Form, field: Field) -> None:
    """Either "none of these" or something, not both and not nothing."""
    if not field.data:
        raise ValidationError(gettext("Tick what applies, or “none of these”."))
    if NONE in field.data and len(field.data) > 1:
        raise ValidationError(gettext("You ticked “none of these” as well as something else. Untick one of them."))


class QuestionnaireForm(ShopForm):
    """A page of the questionnaire; its fields bear the contract's keys.

    `filter` is a question of this page that can answer all of later ones, whose `filtered_by` is this page.
    """

    filter: ClassVar[str] = ""
    filtered_by: ClassVar["type[QuestionnaireForm] | None"] = None

    def __init__(self, ruleset: Ruleset, language: Language, stored: dict[str, Any]) -> None:
        self.hints: dict[str, dict[str, str]] = {}
        self.stored = stored
        super().__init__(data=self._shown(stored))
        if self.filter:
            self.hints[self.filter] = {}
        for key in self.questions():
            wording = ruleset.questions[key]
            field = self[key]
            field.label.text = wording.label.in_language(language)
            field.description = wording.help.in_language(language) if wording.help else ""
            if isinstance(field, RadioField | Ticks):
                choices = [(c.value, c.label.in_language(language)) for c in wording.choices]
                field.choices = (
                    [(NONE, gettext("None of these")), *choices] if isinstance(field, TicksOrNone) else choices
                )
            self.hints[key] = {c.value: c.help.in_language(language) for c in wording.choices if c.help}

    @classmethod
    @cache
    def questions(cls) -> tuple[str, ...]:
        """Questions of this page, in the order of the questionnaire."""
        return tuple(key for key in QUESTIONS if hasattr(cls, key))

    @classmethod
    def anchor_of(cls, key: str, stored: dict[str, Any]) -> str:
        """Id of the field group that asks a question."""
        if key in NO_TROUBLE and has_no_trouble(stored):
            return "gut"
        return "supplement" if key == "supplement_mg" else key

    @classmethod
    def is_open(cls, stored: dict[str, Any]) -> bool:
        """Whether a question of this page has no answer."""
        return not stored.keys() >= {*cls.questions()}

    @classmethod
    def is_skipped(cls, stored: dict[str, Any]) -> bool:  # noqa: ARG003 - pages that can be skipped look at it
        """Whether a filter question answered this page."""
        return False

    @staticmethod
    def _shown(stored: dict[str, Any]) -> dict[str, Any]:
        """Stored answers as fields show them: no conditions at all is the ticked box "none of these"."""
        return {
            key: list(value or (NONE,)) if QUESTIONS[key].kind == "many" else value for key, value in stored.items()
        }

    @property
    def has_gaps(self) -> bool:
        """Whether some of the questions on this page were answered before, and others were not."""
        answered = [key in self.stored for key in self.questions()]
        return any(answered) and not all(answered)

    def forget_errors(self) -> None:
        """Drop the errors of a page that is shown again before the visitor has finished it."""
        for field in self:
            field.errors = ()

    def with_answers(self) -> dict[str, Any]:
        """The stored answers with those of this page in the contract's form.

        A refused answer takes the earlier one with it, which it was meant to replace.
        """
        kept = {key: value for key, value in self.stored.items() if key not in self.questions()}
        given = {key: self._given(key) for key in self.questions() if not self[key].errors}
        return kept | given

    def _given(self, key: str) -> Any:
        data = self[key].data
        return [value for value in data if value != NONE] if QUESTIONS[key].kind == "many" else data


def _one(preset: str | None = None) -> RadioField:
    """One choice of a question; only a wish, which bears on nobody's safety, may be preset."""
    return RadioField(validators=[InputRequired(CHOOSE_ONE)], default=preset, validate_choice=True, choices=())


def has_no_trouble(answers: dict[str, Any]) -> bool:
    """Whether neither stomach nor bowel gives trouble."""
    return NO_TROUBLE.items() <= answers.items()


def passed_filter(answers: dict[str, Any]) -> bool:
    """Whether nothing applies of all that the filter on health asks."""
    return all(key in answers and not answers[key] for key in HEALTH)


class StartForm(QuestionnaireForm):
    """Age, and the filter that asks nobody about what does not apply; sending it is the agreement.

    A group of the filter is a page on health: one that is not ticked is answered with none.
    """

    filter = "health"

    age_group = _one()
    health = TicksOrNone(_("Does any of this apply to you?"), choices=(), validators=[none_or_some])
    agreement = BooleanField(
        _("Agree and continue"),
        validators=[InputRequired(_("Without your agreement we may not use answers about health."))],
    )

    def __init__(self, ruleset: Ruleset, language: Language, stored: dict[str, Any]) -> None:
        super().__init__(ruleset, language, stored)
        self.health.choices = [
            (NONE, gettext("No, none of these")),
            (
                "conditions",
                gettext(
                    "Pregnant or breastfeeding, or kidney disease, heart disease, a muscle disease or bowel disease"
                ),
            ),
            ("medicines", gettext("Medicines, or iron or zinc")),
            ("warning_signs", gettext("A complaint or a warning sign")),
            (UNSURE, gettext("I don't know / rather not say")),
        ]
        self.hints["health"] = {
            "conditions": gettext(
                "Also if you may be pregnant, have a very slow heartbeat or do not know whether your kidneys work "
                "well. Also a stoma, an operation on stomach or bowel, a bowel obstruction or sudden severe "
                "abdominal pain."
            ),
            "medicines": gettext("Also without a prescription."),
            "warning_signs": gettext(
                "Recently a seizure or fainting. Diarrhoea or abdominal pain that does not pass, or blood in the "
                "stool. Low for more than two weeks, or thoughts of death or suicide. After magnesium: muscle "
                "weakness, a slow or irregular heartbeat, trouble breathing, chest pain, drowsiness, flushing with "
                "dizziness, or being unable to pass urine."
            ),
        }

    @staticmethod
    def _shown(stored: dict[str, Any]) -> dict[str, Any]:
        if not stored:
            return {}
        return stored | {"health": [key for key in HEALTH if stored.get(key, True)] or [NONE]}

    def with_answers(self) -> dict[str, Any]:
        answers = super().with_answers()
        ticked = HEALTH if UNSURE in (self.health.data or ()) else self.health.data or ()
        for key in HEALTH:
            if key not in ticked:
                answers[key] = []
            elif not answers.get(key):
                answers.pop(key, None)  # asked on its page
        return answers


class HealthForm(QuestionnaireForm):
    """A page on health, skipped by who passed the filter."""

    filtered_by = StartForm

    @classmethod
    def is_skipped(cls, stored: dict[str, Any]) -> bool:
        return passed_filter(stored)


class SignsForm(HealthForm):
    """Signs that should be looked into first."""

    warning_signs = TicksOrNone(validators=[none_or_some], choices=())


class ConditionsForm(HealthForm):
    """Conditions, pregnancy among them."""

    conditions = TicksOrNone(validators=[none_or_some], choices=())

    def __init__(self, ruleset: Ruleset, language: Language, stored: dict[str, Any]) -> None:
        super().__init__(ruleset, language, stored)
        named_first = (NONE, "pregnant", "breastfeeding")  # as the filter that leads here names them
        choices = {choice[0]: (choice[0], choice[1]) for choice in self.conditions.choices or ()}
        first = {value: choices.pop(value) for value in named_first}
        self.conditions.choices = [*first.values(), *choices.values()]


class MedicinesForm(HealthForm):
    """Medicines."""

    medicines = TicksOrNone(validators=[none_or_some], choices=())


class IntakeForm(QuestionnaireForm):
    """Magnesium already taken, the purpose, and stomach and bowel for who has trouble with them."""

    filter = "gut"

    supplement = RadioField(
        _("Do you already take magnesium (a supplement, multivitamin, antacid or laxative; food does not count)?"),
        choices=(),
        validators=[DataRequired(CHOOSE_ONE)],
    )
    supplement_mg = Milligrams(
        validators=[
            amount_as_chosen,
            NumberRange(0, SUPPLEMENT_MG_MAX, _("Enter a number of milligrams from 0 to 5000.")),
        ]
    )
    goal = _one()
    gut = RadioField(
        _("Do you react sensitively to supplements, or are your stools often loose or hard?"),
        choices=(),
        validators=[InputRequired(CHOOSE_ONE)],
    )
    stomach = RadioField(validators=[asked_of_the_sensitive], choices=())
    bowel = RadioField(validators=[asked_of_the_sensitive], choices=())

    def __init__(self, ruleset: Ruleset, language: Language, stored: dict[str, Any]) -> None:
        super().__init__(ruleset, language, stored)
        if self.supplement_mg.data and not self.supplement.data:
            self.supplement.data = SOME  # who fills in an amount need not say "yes" too
        unknown = ruleset.questions["supplement_mg"].choice(UNKNOWN)
        self.gut.choices = [
            (NONE, gettext("No, none of these")),
            (SOME, gettext("Yes")),
            (UNKNOWN, unknown.label.in_language(language)),
        ]
        self.hints["gut"] = {UNKNOWN: gettext("We then count with “very sensitive”, to be on the safe side.")}
        self.supplement.choices = [
            (NONE, gettext("No")),
            (SOME, gettext("Yes, this many mg a day:")),
            (UNKNOWN, unknown.label.in_language(language)),
        ]
        self.hints["supplement"] = {UNKNOWN: unknown.help.in_language(language)} if unknown.help else {}

    @staticmethod
    def _shown(stored: dict[str, Any]) -> dict[str, Any]:
        shown = {key: value for key, value in stored.items() if key != "supplement_mg"}
        amount = stored.get("supplement_mg")
        if amount is not None:
            shown["supplement"] = UNKNOWN if amount == UNKNOWN else SOME if amount else NONE
            shown["supplement_mg"] = amount if shown["supplement"] == SOME else None
        if has_no_trouble(stored):
            shown = {key: value for key, value in shown.items() if key not in NO_TROUBLE} | {"gut": NONE}
        elif NO_TROUBLE.keys() & stored.keys():
            shown["gut"] = SOME
        return shown

    @property
    def not_known(self) -> frozenset[str]:
        """Questions of this page that the visitor cannot answer."""
        return frozenset(UNKNOWN_TROUBLE if self.gut.data == UNKNOWN else ())

    def show_not_known(self) -> None:
        """Show what was chosen instead of the answers that we count with."""
        if not self.is_submitted():
            self.gut.data, self.stomach.data, self.bowel.data = UNKNOWN, None, None

    def _given(self, key: str) -> Any:
        if key == "supplement_mg" and self.supplement.data != SOME:
            return UNKNOWN if self.supplement.data == UNKNOWN else 0
        return super()._given(key)

    def with_answers(self) -> dict[str, Any]:
        answers = super().with_answers()
        if self.supplement.errors:
            answers.pop("supplement_mg", None)
        if self.gut.data == NONE:
            return answers | NO_TROUBLE
        if self.gut.data == UNKNOWN:
            return answers | UNKNOWN_TROUBLE
        if self.gut.data != SOME:
            return {key: value for key, value in answers.items() if key not in NO_TROUBLE}
        return answers


PRESET_BUDGET = "medium"
"""Nobody is led to the most expensive products by not answering; the check says it as an answer."""
NO_PREFERENCE = {"absorption": "normal", "dosage_form": "any"}
"""Wishes of who leaves them as they are preset: not said to be an answer."""


class WishesForm(QuestionnaireForm):
    """Wishes, each of them preset."""

    budget = _one(preset=PRESET_BUDGET)
    absorption = _one(preset=NO_PREFERENCE["absorption"])
    dosage_form = _one(preset=NO_PREFERENCE["dosage_form"])
    vegan = BooleanField()
    sex = _one(preset="unspecified")

    def show_bands(self, bands: Budget) -> None:
        """Show the budgets of this catalogue, in cents a day."""
        self.hints["budget"] = {
            "low": gettext("up to about %(price)s a day", price=euro(half_up(Fraction(bands.low, 10)))),
            "medium": gettext("up to about %(price)s a day", price=euro(half_up(Fraction(bands.medium, 10)))),
        }


PAGES: tuple[type[QuestionnaireForm], ...] = (
    StartForm,
    SignsForm,
    ConditionsForm,
    MedicinesForm,
    IntakeForm,
    WishesForm,
)
"""Pages of the questionnaire, in its order."""
