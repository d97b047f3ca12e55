"""Faults and ends of an import, in the words of this request's language."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from catalog.exchange.admin_import import ProductRefusal, label_of
from catalog.exchange.planning import RowOutcome
from catalog.exchange.row_errors import RowError
from catalog.orders.models import ImportOutcome, ImportRun
from catalog.product_problems import ProductProblem
from shop.web.i18n import current_language, gettext
from shop.web.i18n import lazy_gettext as _


def located(fault: RowError) -> str:
    """An error with its row and column before it."""
    row = gettext("row %(row)d", row=fault.row) if fault.row else ""
    return ": ".join(filter(None, [row, fault.column, fault.text(current_language())]))


def refusal(sku: str, problems: Iterable[ProductProblem]) -> str:
    """The reasons of a refusal that no plan could foresee, such as an address taken by a redirect."""
    language = current_language()
    reasons = (f"{label_of(problem.field).in_language(language)} {problem.text(language)}" for problem in problems)
    return f"{sku}: {'; '.join(reasons)}"


def imported(counts: Mapping[Any, int]) -> str:
    """The counts of an import that was carried out."""
    values = {str(outcome): counts.get(outcome, 0) for outcome in RowOutcome}
    return gettext("Imported: %(new)d new, %(changed)d changed, %(refused)d left out.", **values)


def nothing_imported(counts: Mapping[Any, int]) -> str:
    """The reason why an import wrote nothing."""
    if counts.get(RowOutcome.REFUSED):
        return gettext("Nothing was imported: correct the refused rows, or leave them out.")
    return gettext("Nothing was imported: every product is as the file says already.")


_ENDS = {
    ImportOutcome.STALE: _("The catalogue changed meanwhile; nothing was imported. Look at the file again."),
    ImportOutcome.CANCELLED: _("Cancelled; nothing in the catalogue was changed."),
    ImportOutcome.FAILED: _("The import broke off three times; nothing was changed. Look at the file again."),
}


def end_of(run: ImportRun) -> str:
    """The end of a run that the worker did."""
    match run.outcome:
        case ImportOutcome.IMPORTED:
            return imported(counts_of(run))
        case ImportOutcome.NOTHING:
            return nothing_imported(counts_of(run))
        case ImportOutcome.FILE_REFUSED:
            return located(msgspec.json.decode(run.detail, type=RowError))
        case ImportOutcome.PRODUCT_REFUSED:
            refused = msgspec.json.decode(run.detail, type=ProductRefusal)
            return refusal(refused.sku, refused.problems)
    return str(_ENDS.get(run.outcome, "")) if run.outcome else ""


def counts_of(run: ImportRun) -> dict[str, int]:
    """The rows of a run by outcome, and the number of its batch, 0 without one."""
    return msgspec.json.decode(run.detail, type=dict[str, int])
