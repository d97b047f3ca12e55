"""Everything that the advice page shows, in its order: what fits, whom it is for, what would change it."""

from collections.abc import Iterable, Mapping, Sequence

from flask import get_template_attribute
from msgspec import Struct
from sqlalchemy.orm import Session

from catalog.advice.candidates import Excluded, prices_of_catalogue
from catalog.advice.suggest import Suggestion, Suggestions, suggest_products
from catalog.search.listing import editions_of
from recommend.answers import Answers
from recommend.conditions import Always
from recommend.engine import Advice, JudgedForm, advise
from recommend.explain import Cell, ChangedAnswer, WhyNotFirst, decision_map, why_not_first
from recommend.knowledge import Form, Note, Rule, Ruleset, Severity
from shop.web.database import get_session
from shop.web.page_cache import cached_fragments, fragment_keys, store_fragment

MOST_CHANGES = 3
"""Most sentences on what another answer would change."""


class FormEntry(Struct, frozen=True):
    """A compound on the advice page with its products; `excluded` says why there are none."""

    judged: JudgedForm
    products: Sequence[Suggestion]
    excluded: Excluded | None

    @property
    def form(self) -> Form:
        return self.judged.form

    @property
    def is_for_everybody(self) -> bool:
        """Whether nothing that is said of the compound follows from an answer."""
        return self.judged.suitable and all(isinstance(rule.when, Always) for rule in self.judged.reasons)


class AdvicePage(Struct, frozen=True):
    """Everything that the advice page shows; a compound with two names is one entry."""

    answers: Answers
    advice: Advice
    suggestions: Suggestions
    entries: Sequence[FormEntry]
    others: Sequence[FormEntry]
    explanations: Mapping[str, WhyNotFirst]
    decision_map: Mapping[tuple[str, str, str], Cell]

    @property
    def first(self) -> FormEntry:
        """The compound that fits best."""
        return self.entries[0]

    @property
    def compounds(self) -> Sequence[FormEntry]:
        """All compounds, the ranked ones first."""
        return [*self.entries, *self.others]

    @property
    def lead(self) -> FormEntry | None:
        """The best suitable compound that has a product; None without any product."""
        return next((entry for entry in self.entries if entry.judged.suitable and entry.products), None)

    @property
    def changes(self) -> Sequence[tuple[ChangedAnswer, Form]]:
        """Single other answers that would put another compound first, at most three."""
        found = ((self.explanations.get(entry.form.id), entry.form) for entry in self.entries[1:])
        changes = [(explained.change, form) for explained, form in found if explained and explained.change]
        return changes[:MOST_CHANGES]

    @property
    def is_pregnancy(self) -> bool:
        """Whether the recommended amounts for women and men in general do not hold."""
        return not {"pregnant", "breastfeeding"}.isdisjoint(self.answers.conditions)

    @property
    def map_differs(self) -> bool:
        """Whether other wishes would put another form first."""
        return len({cell.first for cell in self.decision_map.values()}) > 1

    def personal_notes(self, *severities: Severity) -> list[Note]:
        """Notes that this visitor's answers called for, in order, emergencies apart."""
        return [n for n in self.advice.notes if n.is_personal and n.severity in severities and not n.emergency]

    @property
    def cautions(self) -> list[Note]:
        """Cautions for this visitor that the day plan does not settle."""
        return [note for note in self.personal_notes("caution") if note not in self.planned_notes]

    @property
    def ask_first(self) -> list[Note]:
        """Cautions that ask a professional first; they stand before the form and its products."""
        return [note for note in self.personal_notes("caution") if note.ask_first]

    @property
    def watched_notes(self) -> list[Note]:
        """Notes that the first screen names: cautions, then what is said of this visitor and not of a form."""
        infos = [note for note in self.personal_notes("info") if not note.forms]
        return [*self.cautions, *self.planned_notes, *infos]

    @property
    def planned_notes(self) -> list[Note]:
        """Cautions of medicines whose hours the day plan keeps; none when there is no plan that fits."""
        plan = self.advice.schedule
        if plan is None or not plan.possible:
            return []
        return [note for note in self.personal_notes("caution") if note.facts.separation]

    @property
    def emergencies(self) -> list[Note]:
        """Signs that cannot wait."""
        return [note for note in self.advice.notes if note.emergency]

    @property
    def records(self) -> list[Note | Rule]:
        """Notes and reasons that the advice follows from."""
        return [*self.advice.notes, *(rule for form in self.advice.forms for rule in form.reasons)]

    @property
    def general_notes(self) -> list[Note]:
        """Notes for everybody."""
        return [note for note in self.advice.notes if not note.is_personal]


class Matches(Struct, frozen=True):
    """The products of one compound as list items in UTF-8: the first, and the others."""

    first: bytes
    more: bytes


def matches(page: AdvicePage) -> dict[str, Matches]:
    """The products of each compound that has some; each is kept by its edition and units a day, not by any answer."""
    shown = [(one, entry.form.record, one.product.id) for entry in page.compounds for one in entry.products]
    editions = editions_of(get_session(), [one.product for one, _, _ in shown])
    keys = fragment_keys("match", ((editions[id_], one.units_per_day, record) for one, record, id_ in shown))
    items: dict[str, list[bytes]] = {}
    for (one, record, _), key, cached in zip(shown, keys, cached_fragments(keys), strict=True):
        items.setdefault(record, []).append(cached or store_fragment(key, _match(one, record)))
    return {record: Matches(first, b"".join(more)) for record, (first, *more) in items.items()}


def _match(suggestion: Suggestion, record: str) -> bytes:
    written: str = get_template_attribute("finder/match.html", "match")(suggestion, record)
    return written.encode()


def advice_page(answers: Answers, ruleset: Ruleset, session: Session) -> AdvicePage:
    """The advice for complete answers, with the products of today's catalogue."""
    prices = prices_of_catalogue(session, ruleset)
    advised = advise(answers, ruleset, prices.lowest)
    suggestions = suggest_products(session, answers, advised, prices.budget)
    return AdvicePage(
        answers=answers,
        advice=advised,
        suggestions=suggestions,
        entries=_entries(advised.forms, suggestions, ruleset),
        others=_entries(advised.other_forms, suggestions, ruleset),
        explanations={explained.form: explained for explained in why_not_first(answers, advised)},
        decision_map={
            (cell.stomach, cell.absorption, cell.budget): cell for cell in decision_map(answers, advised.ruleset).cells
        },
    )


def _entries(judged: Iterable[JudgedForm], suggestions: Suggestions, ruleset: Ruleset) -> list[FormEntry]:
    """One entry for each compound: forms that share their facts are judged alike."""
    entries = []
    for one in judged:
        names = [form.id for form in ruleset.names_of_record[one.form.record]]
        if one.form.id == names[0]:
            entries.append(FormEntry(one, suggestions.of_forms(names), suggestions.excluded_from(names)))
    return entries
