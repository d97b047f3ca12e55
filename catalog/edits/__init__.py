"""The one write path: everything that changes the catalogue goes through here. Callers commit.

`state` is what a person states, `preparing` derives and judges, `writing` stores; `products` puts these together.
"""

from catalog.edits.batches import AlreadyUndoneError, undo_batch
from catalog.edits.brands import add_brand
from catalog.edits.edit import Author, Edit
from catalog.edits.mending import check_catalogue, mend_catalogue
from catalog.edits.preparing import Prepared, prepare
from catalog.edits.products import (
    Wanted,
    accept_warning,
    accepted_reasons,
    add_product,
    change_all,
    merge,
    prepared_again,
    product_to_edit,
    restore,
    save_product,
    state_at,
)
from catalog.edits.state import ProductState, changed_fields, state_of, stated_of
from catalog.edits.writing import ConflictError, begin_writing, open_batch, write

__all__ = [
    "AlreadyUndoneError",
    "Author",
    "ConflictError",
    "Edit",
    "Prepared",
    "ProductState",
    "Wanted",
    "accept_warning",
    "accepted_reasons",
    "add_brand",
    "add_product",
    "begin_writing",
    "change_all",
    "changed_fields",
    "check_catalogue",
    "mend_catalogue",
    "merge",
    "open_batch",
    "prepare",
    "prepared_again",
    "product_to_edit",
    "restore",
    "save_product",
    "state_at",
    "state_of",
    "stated_of",
    "undo_batch",
    "write",
]
