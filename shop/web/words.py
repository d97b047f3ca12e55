"""Words of products and of the ruleset that templates need: texts, allergens, certainties, names of forms."""

import re
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask
from markupsafe import Markup, escape

from catalog.models import Allergen, DosageForm, Product, Unit
from catalog.orders.delivery import LeastDelivery
from catalog.orders.models import DeliveryKind
from catalog.other_actives import DailyAmount, daily_amounts
from catalog.product_words import ALLERGENS, DOSAGE_FORMS
from recommend.answers import Answers
from recommend.conditions import Condition
from recommend.knowledge import Certainty, Citation, Form, Note
from recommend.wording import clause_of, deciding_answers, deciding_clauses, describe
from shop.web.database import get_ruleset
from shop.web.i18n import current_language, in_current_language, ngettext
from shop.web.i18n import gettext as _
from shop.web.number_format import euro
from shop.web.services import today


def certainty_name(certainty: Certainty) -> str:
    """The certainty of evidence in words."""
    match certainty:
        case "strong":
            return _("strong")
        case "moderate":
            return _("moderate")
        case "weak":
            return _("weak")
        case "none":
            return _("no human studies found")


def shown_text(product: Product, name: str) -> str:
    """A text of a product, such as "name", as this page shows it: Dutch where the English is not complete."""
    return product.text(name, current_language(), today())


def language_attribute(product: Product) -> Markup:
    """The `lang` attribute of an element with such a text, with a blank before it; empty in the page's language."""
    language = product.text_language(current_language())
    return Markup("") if language == current_language() else Markup(' lang="{}"').format(language)


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


def yes_no_or_unknown(value: bool | None) -> str:
    """A state that may be unknown; unknown is never "no"."""
    return str(_("not stated") if value is None else _("yes") if value else _("no"))


def allergens_in_words(product: Product) -> str:
    """The allergens in a product; an incomplete list says so."""
    names = [in_current_language(ALLERGENS[Allergen(allergen)].name) for allergen in product.allergens]
    if not product.allergens_stated:
        return ", ".join([*names, str(_("not stated"))])
    return ", ".join(names) or str(_("none"))


def other_actives_in_words(product: Product) -> str:
    """The other active substances of a daily portion, each with its amount; an incomplete list says so."""
    named = [
        f"{in_current_language(one.substance.name)} {amount_in_words(one)}"
        for one in daily_amounts(product.other_actives, product.units_per_day)
    ]
    if not product.other_actives_stated:
        named.append(str(_("not stated")))
    return "; ".join(named) or str(_("none"))


def amount_in_words(one: DailyAmount) -> str:
    """An amount in the unit of labels, e.g. "1,4 mg"."""
    number = format_decimal(one.in_label_unit, locale=current_language())
    return f"{number}\N{NO-BREAK SPACE}{one.substance.unit}"


def delivery_in_words(least: LeastDelivery) -> str:
    """The cheapest delivery to a country, e.g. "NL from € 3.95, free from € 50.00"."""
    if not least.cents:
        return str(_("%(country)s free of charge", country=least.country))
    price = euro(least.cents)
    if least.kind is DeliveryKind.LETTERBOX:
        price = str(_("%(price)s (letterbox)", price=price))
    if least.free_from_cents is None:
        return str(_("%(country)s from %(price)s", country=least.country, price=price))
    return str(
        _(
            "%(country)s from %(price)s, free from %(amount)s",
            country=least.country,
            price=price,
            amount=euro(least.free_from_cents),
        )
    )


def in_words(condition: Condition) -> str:
    return describe(condition, get_ruleset(), current_language())


def in_a_clause(condition: Condition) -> str:
    """A condition as what follows "if"."""
    return clause_of(condition, get_ruleset(), current_language())


def text_with_calls(note: Note) -> Markup:
    """Text of a note in which the numbers to call can be tapped."""
    text = str(escape(in_current_language(note.text)))
    numbers = sorted((number for number in note.facts.phone if not number.endswith(".nl")), key=len, reverse=True)
    if numbers:
        pattern = "|".join(map(re.escape, numbers))
        text = re.sub(rf"(?<![\d-])({pattern})(?![\d.-]*\d|\.\w)", r'<a href="tel:\1">\1</a>', text)
    return Markup(text)  # noqa: S704 - escaped above


def because_of(condition: Condition, answers: Answers, not_known: Collection[str]) -> list[str]:
    """The answers that make a condition true; of questions that the visitor could not answer, what we count with."""
    words = {key: counted_with(key, getattr(answers, key)) for key in not_known}
    return deciding_answers(condition, answers, get_ruleset(), current_language(), words)


def clauses_of(condition: Condition, answers: Answers, not_known: Collection[str]) -> list[str]:
    """The same as clauses that follow "because"."""
    words = {"stomach": _("you answered “I don't know” to the question on stomach and bowel")}
    own = {key: words[key] for key in words.keys() & set(not_known)}
    return deciding_clauses(condition, answers, get_ruleset(), current_language(), own)


def counted_with(question: str, value: str) -> str:
    """The answer that we count with for a visitor who does not know."""
    label = in_current_language(get_ruleset().questions[question].choice(value).label)
    return str(_("I don't know: we count with “%(answer)s”", answer=label))


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


def citations_of(records: Iterable[Any]) -> tuple[Citation, ...]:
    """All citations of rules and notes."""
    return tuple([citation for record in records for citation in record.citations])


def any_open(citations: Iterable[Citation]) -> bool:
    """Whether a fact still has to be looked up in its source."""
    return any(citation.is_open for citation in citations)


def any_computed(citations: Iterable[Citation]) -> bool:
    """Whether a fact is computed by us."""
    return any(citation.computed for citation in citations)


def any_invented(products: Iterable[Any]) -> bool:
    """Whether a brand among those of these products, or of what stands for them, is made up."""
    return any(product.brand.invented for product in products)


def init_app(app: Flask) -> None:
    app.add_template_filter(shown_text)
    app.add_template_filter(language_attribute)
    app.add_template_filter(certainty_name)
    app.add_template_filter(delivery_in_words)
    app.add_template_filter(in_words)
    app.add_template_filter(in_a_clause)
    app.add_template_filter(text_with_calls)
    app.add_template_filter(because_of)
    app.add_template_filter(clauses_of)
    app.add_template_filter(form_name)
    app.add_template_filter(yes_no_or_unknown)
    app.add_template_filter(allergens_in_words)
    app.add_template_filter(amount_in_words)
    app.add_template_filter(entry_name)
    app.add_template_filter(short_entry_name)
    app.add_template_filter(in_long, "date")
    app.add_template_filter(citations_of, "citations")
    app.add_template_filter(any_open)
    app.add_template_filter(any_computed)
    app.add_template_filter(any_invented)
