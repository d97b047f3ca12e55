"""Words of the ruleset that templates need: certainties, conditions, names of forms."""

from datetime import date

from babel.dates import format_date
from flask import Flask

from catalog.models import DosageForm, Unit
from catalog.product_words import DOSAGE_FORMS
from recommend.answers import Answers
from recommend.conditions import Condition
from recommend.knowledge import Certainty, Form
from recommend.wording import answers_in_words, deciding_answers, describe
from shop.web.database import get_ruleset
from shop.web.i18n import current_language, in_current_language, ngettext
from shop.web.i18n import gettext as _


def certainty_name(certainty: Certainty) -> str:
    """The certainty of evidence in words."""
    names: dict[Certainty, str] = {
        "strong": _("strong"),
        "moderate": _("moderate"),
        "weak": _("weak"),
        "none": _("none found in people"),
    }
    return names[certainty]


def dosage_form_name(dosage_form: DosageForm) -> str:
    return in_current_language(DOSAGE_FORMS[dosage_form].name)


def counted_units(number: int, unit: Unit) -> str:
    """So many units, e.g. "2 capsules"."""
    counted = {
        Unit.CAPSULE: ngettext("%(num)d capsule", "%(num)d capsules", number),
        Unit.TABLET: ngettext("%(num)d tablet", "%(num)d tablets", number),
        Unit.SCOOP: ngettext("%(num)d scoop", "%(num)d scoops", number),
        Unit.ML: f"{number}\N{NO-BREAK SPACE}ml",
    }
    return str(counted[unit])


def in_words(condition: Condition) -> str:
    return describe(condition, get_ruleset(), current_language())


def answered(answers: Answers) -> list[tuple[str, str]]:
    return answers_in_words(answers, get_ruleset(), current_language())


def because_of(condition: Condition, answers: Answers) -> list[str]:
    return deciding_answers(condition, answers, get_ruleset(), current_language())


def form_name(form: str) -> str:
    return in_current_language(get_ruleset().forms[form].name)


def entry_name(form: Form) -> str:
    """Full name of a compound with its other names on labels: "magnesiumbisglycinaat, ook glycinaat"."""
    return _with_other_names(in_current_language(form.name), form)


def short_entry_name(form: Form) -> str:
    """Short name of a compound with its other names on labels: "bisglycinaat, ook glycinaat"."""
    return _with_other_names(in_current_language(form.short_name), form)


def _with_other_names(name: str, form: Form) -> str:
    others = [in_current_language(other.short_name) for other in get_ruleset().names_of_record[form.record][1:]]
    return str(_("%(name)s, also %(others)s", name=name, others=", ".join(others))) if others else name


def in_long(day: date) -> str:
    return format_date(day, "long", locale=current_language())


def init_app(app: Flask) -> None:
    app.add_template_filter(certainty_name)
    app.add_template_filter(in_words)
    app.add_template_filter(answered)
    app.add_template_filter(because_of)
    app.add_template_filter(form_name)
    app.add_template_filter(entry_name)
    app.add_template_filter(short_entry_name)
    app.add_template_filter(in_long, "date")
