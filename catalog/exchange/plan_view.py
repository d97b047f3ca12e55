"""What a person is shown of a planned row: every changed field with its value before and after."""

from typing import Any

from msgspec import Struct

from catalog.exchange.columns import TARGETS
from catalog.exchange.composition_cell import composition_text
from catalog.exchange.planning import Planned
from catalog.product_state import FIELDS, ProductState
from recommend.text import Text

_LONGEST = 300
_LABELS = TARGETS | {
    "price_cents": TARGETS["price_eur"],
    "reduced": Text("Aanbieding", "Announced reduction"),
    "supplier": Text("Leverancier", "Supplier"),
}


class FieldChange(Struct, frozen=True):
    """A field with its value before (empty for a new product) and after, as text."""

    field: str
    before: str
    after: str


def label_of(field: str) -> Text:
    """What a field is called; one that we have no word for keeps its own."""
    return _LABELS.get(field) or Text(field, field)


def changes_of(planned: Planned) -> tuple[FieldChange, ...]:
    """Field by field: of a new product all that it states."""
    if planned.edit is None:
        return ()
    before, after = planned.edit.before, planned.edit.after.state
    names = planned.changed if before else [name for name in FIELDS if getattr(after, name)]
    return tuple(FieldChange(name, shown(before, name) if before else "", shown(after, name)) for name in names)


def shown(state: ProductState, field: str) -> str:
    """A field as text, cut to what a table can hold."""
    value: Any = getattr(state, field)
    if field == "composition":
        return composition_text(value)
    if field == "price_cents":
        return f"{value / 100:.2f}"
    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(value, tuple):
        return ", ".join(value)
    text = str(value if value is not None else "")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
