"""The data of an edit: its author, and the product before and after."""

from datetime import UTC, datetime

from msgspec import Struct, field

from catalog.edits.validation import ValidatedProduct
from catalog.models import How, Status
from catalog.product_state import ProductState, changed_fields


class Author(Struct, frozen=True):
    """The origin of a change: who, how and when, the reason, and the batch that it belongs to."""

    who: str
    how: How
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    reason: str = ""
    batch_id: int | None = None


class Edit(Struct, frozen=True, gc=False):
    """A validated product to write. For an existing product: its id, and the version and state before the edit."""

    after: ValidatedProduct
    product_id: int | None = None
    version: int = 0
    before: ProductState | None = None


class ResolvedEdit(Struct, frozen=True, gc=False):
    """An edit with the ids of its product and its brand."""

    id: int
    edit: Edit
    brand_id: int

    @property
    def before(self) -> ProductState | None:
        return self.edit.before

    @property
    def after(self) -> ProductState:
        return self.edit.after.state

    @property
    def validated(self) -> ValidatedProduct:
        return self.edit.after

    @property
    def new_version(self) -> int:
        return self.edit.version + 1

    @property
    def is_new(self) -> bool:
        return self.edit.product_id is None

    @property
    def changed(self) -> tuple[str, ...]:
        """The fields that differ from before; none for a new product."""
        return changed_fields(self.edit.before, self.after) if self.edit.before else ()

    @property
    def price_on_sale(self) -> int | None:
        """The price in cents with VAT, None when the product is not on sale."""
        return self.after.price_cents if self.after.status is Status.PUBLISHED else None

    @property
    def earlier_price_on_sale(self) -> int | None:
        """The price in cents before the edit, None when the product was not on sale."""
        before = self.edit.before
        return before.price_cents if before and before.status is Status.PUBLISHED else None
