"""A look at a file by its layout, small enough to be stored beside the file: the worker makes that of a large one."""

from collections import Counter
from collections.abc import Mapping

from msgspec import Struct

from catalog.exchange.layouts.plan import LayoutPlan
from catalog.exchange.layouts.questions import Question
from catalog.exchange.layouts.recognition import IGNORED, guessed_layout
from recommend.text import Text

_SHOWN = 20
"""Rows without a product, and remarks, that a look names."""


class LeftOut(Struct, frozen=True):
    """A row that is no product, with its column and the reason."""

    row: int
    column: str
    why: Text


class Remark(Struct, frozen=True):
    """A remark on rows, with the first of their numbers."""

    what: Text
    rows: tuple[int, ...]
    more: bool


class LayoutLook(Struct, frozen=True):
    """The layout of a file, its questions with the answers that held, and what became of its rows."""

    layout: str
    is_guessed: bool
    is_verified: bool
    sheet: str | None
    heading_row: int
    questions: tuple[Question, ...]
    offers: tuple[Question, ...]
    answers: dict[str, str]
    counts: dict[str, int]
    left_out: tuple[LeftOut, ...]
    more_left_out: int
    remarks: tuple[Remark, ...]
    unused: tuple[str, ...]
    """The headings of columns that are not used."""

    @property
    def asked(self) -> tuple[Question, ...]:
        return (*self.questions, *self.offers)

    @property
    def is_a_plain_list(self) -> bool:
        """Whether only headings in the first row were guessed, so that a person had better map the columns."""
        return self.is_guessed and self.heading_row <= 1


def look_of(plan: LayoutPlan) -> LayoutLook:
    """The look of a plan."""
    aside = [row for row in plan.rows if row.why is not None and row.outcome != "joined"]
    shown = [(row, row.why) for row in aside[:_SHOWN] if row.why]
    names = zip(plan.table.columns, plan.uses, strict=True)
    return LayoutLook(
        layout=plan.layout.name,
        is_guessed=plan.layout.name == guessed_layout().name,
        is_verified=plan.layout.verified,
        sheet=plan.table.sheet,
        heading_row=plan.table.heading_row,
        questions=plan.questions,
        offers=plan.offers,
        answers=plan.answers,
        counts=dict(Counter(row.outcome for row in plan.rows)),
        left_out=tuple(LeftOut(row.number, row.column, Text(why.text("nl"), why.text("en"))) for row, why in shown),
        more_left_out=max(0, len(aside) - _SHOWN),
        remarks=_remarks(plan),
        unused=tuple(name for name, use in names if name and use.meaning in IGNORED),
    )


def _remarks(plan: LayoutPlan) -> tuple[Remark, ...]:
    """The remarks on the products of a plan, those of the most rows first."""
    rows: dict[tuple[str, str], list[int]] = {}
    for row in plan.rows:
        if row.read is not None and row.outcome == "product":
            for notice in row.read.notices:
                rows.setdefault((notice.text("nl"), notice.text("en")), []).append(row.number)
    ordered = sorted(rows.items(), key=lambda item: -len(item[1]))[:_SHOWN]
    return tuple(Remark(Text(*words), tuple(found[:_SHOWN]), len(found) > _SHOWN) for words, found in ordered)


def allowed_answers(look: LayoutLook, given: Mapping[str, str]) -> dict[str, str]:
    """The answers by key; one that is no choice of its question is the usual one."""
    answers = {}
    for question in look.asked:
        answer = given.get(question.key, question.default)
        choices = {choice.key for choice in question.choices}
        answers[question.key] = answer if not answer or answer in choices else question.default
    return answers
