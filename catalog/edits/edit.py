"""The terms of an edit: who makes it, and from what to what."""

from datetime import UTC, datetime

from msgspec import Struct, field

from catalog.edits.validation import ValidatedProduct
from catalog.models import How, Status
from catalog.product_state import ProductState, changed_fields


class Author(Struct, frozen=True):
    """Who changes the catalogue, in which way, when, why, and with which other changes."""

    who: str
    how: How
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    reason: str = ""
    batch_id: int | None = None


class Edit(Struct, frozen=True, gc=False):
    """A product as it shall be. For one that exists: its id, and the version and state that the edit started from."""

    after: ValidatedProduct
    product_id: int | None = None
    version: int = 0
    before: ProductState | None = None


class ResolvedEdit(Struct, frozen=True, gc=False):
    """An edit with the id of its product and of its brand."""

    id: int
    edit: Edit
    brand_id: int

    @property
    def after(self) -> ProductState:
        return self.edit.after.state

    @property
    def is_new(self) -> bool:
        return self.edit.product_id is None

    @property
    def changed(self) -> tuple[str, ...]:
        """The fields that differ from before; none for a new product."""
        return changed_fields(self.edit.before, self.after) if self.edit.before else ()

    @property
    def price_on_sale(self) -> int | None:
        """Cents, None when it is not on sale."""
        return self.after.price_cents if self.after.status is Status.PUBLISHED else None

    @property
    def earlier_price_on_sale(self) -> int | None:
        before = self.edit.before
        return before.price_cents if before and before.status is Status.PUBLISHED else None
