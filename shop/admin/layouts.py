"""Layout of a supplier's file: what it was recognised as, and the questions about it, with their usual answers."""

from collections import Counter
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from catalog.exchange.admin_import import layout_plan
from catalog.exchange.layouts.import_table import mapping_of_plan
from catalog.exchange.layouts.plan import LayoutPlan
from catalog.exchange.layouts.recognition import AUTO, IGNORED
from catalog.exchange.mapping import mapping_of, remember
from catalog.exchange.row_errors import FileRefusedError
from catalog.models import Upload
from recommend.text import Language
from shop.admin.blueprint import bp
from shop.admin.import_words import located
from shop.admin.imports import author, plan_or_ask, upload_or_404
from shop.admin.permissions import requires
from shop.admin.session import author_of_request
from shop.web.database import committing, get_ruleset, get_session
from shop.web.i18n import current_language
from shop.web.i18n import gettext as _
from shop.web.services import now

_SHOWN = 20
"""Rows without a product that the page names."""


@bp.route("/import/<int:upload_id>/layout", methods=["GET", "POST"])
@requires("catalogue.import")
@committing
def layout(upload_id: int) -> Response | str:
    """Ask what the file leaves open, keep the answers, then make the plan."""
    upload = upload_or_404(upload_id)
    if not upload.supplier:
        return redirect(url_for("admin.import_plan", upload_id=upload_id), HTTPStatus.SEE_OTHER)
    known = mapping_of(get_session(), upload.supplier)
    name, remembered = (known.layout, known.layout_answers) if known and known.layout else (AUTO, {})
    try:
        plan = layout_plan(get_session(), upload, get_ruleset(), author(), layout=name, answers=remembered)
        if request.method == "GET":
            return _page(upload, plan)
        plan = layout_plan(get_session(), upload, get_ruleset(), author(), layout=name, answers=_answers(plan))
        remember(get_session(), mapping_of_plan(plan, upload.supplier), author_of_request(), now())
        plan_or_ask(upload)
    except FileRefusedError as refused:
        flash(located(refused.error), "error")
        return redirect(url_for("admin.mapping", upload_id=upload_id), HTTPStatus.SEE_OTHER)
    flash(_("The answers are kept for %(supplier)s.", supplier=upload.supplier), "success")
    return redirect(url_for("admin.import_plan", upload_id=upload_id), HTTPStatus.SEE_OTHER)


def _answers(plan: LayoutPlan) -> dict[str, str]:
    """The answers in the form; one that is no choice of its question stays the usual one."""
    answers = {}
    for question in (*plan.questions, *plan.offers):
        given = request.form.get(f"answer-{question.key}", question.default)
        choices = {choice.key for choice in question.choices}
        answers[question.key] = given if not given or given in choices else question.default
    return answers


def _remarks(plan: LayoutPlan, language: Language) -> list[tuple[str, str]]:
    """The remarks on the products of a plan, those of the most rows first, each with the numbers of its rows."""
    rows: dict[str, list[int]] = {}
    for row in plan.rows:
        if row.read is not None and row.outcome == "product":
            for notice in row.read.notices:
                rows.setdefault(notice.text(language), []).append(row.number)
    ordered = sorted(rows.items(), key=lambda item: -len(item[1]))[:_SHOWN]
    return [
        (words, ", ".join(map(str, numbers[:_SHOWN])) + (" …" if len(numbers) > _SHOWN else ""))
        for words, numbers in ordered
    ]


def _page(upload: Upload, plan: LayoutPlan) -> str:
    language = current_language()
    counts = Counter(row.outcome for row in plan.rows)
    aside = [row for row in plan.rows if row.why is not None and row.outcome != "joined"]
    return render_template(
        "admin/import/layout.html",
        upload=upload,
        plan=plan,
        questions=(*plan.questions, *plan.offers),
        counts=counts,
        aside=[(row.number, row.column, row.why.text(language)) for row in aside[:_SHOWN] if row.why],
        more=max(0, len(aside) - _SHOWN),
        remarks=_remarks(plan, language),
        unused=[
            name for name, use in zip(plan.table.columns, plan.uses, strict=True) if name and use.meaning in IGNORED
        ],
    )
