"""Export of the catalogue in our own layout: every product on a line, by SKU, without times."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from catalog.exchange.columns import OWN, VERSION
from catalog.exchange.formula_guard import on_one_line
from catalog.exchange.reading import Cell
from catalog.exchange.values import composition_text, more_pictures_text
from catalog.exchange.writers import open_writer
from catalog.models import Brand, Product
from catalog.other_actives import other_actives_text
from catalog.product_state import ProductState, state_of_product

_CHUNK = 500
_BYTE_ORDER = {"sqlite": "BINARY", "postgresql": "C"}


def export(
    session: Session,
    file: BinaryIO,
    name: str,
    *,
    versions: bool = False,
    on_progress: Callable[[int, int], None] = lambda _done, _rows: None,
) -> int:
    """Write all products to an open file, in the format of its name; returns their number.

    With `versions`, importing the file refuses products that changed since. Raises FileRefusedError.
    """
    columns = (OWN[0], VERSION, *OWN[1:]) if versions else OWN
    writer = open_writer(file, name, columns)
    rows = session.scalar(select(func.count()).select_from(Product)) or 0
    done = 0
    for product in _products(session):
        cells = _cells(state_of_product(product), product.brand, product.version)
        if writer.escapes_lines:
            cells = {column: on_one_line(cell) if isinstance(cell, str) else cell for column, cell in cells.items()}
        writer.write([cells[column] for column in columns])
        done += 1
        if done % _CHUNK == 0:
            on_progress(done, rows)
    writer.close()
    on_progress(done, rows)
    return done


def _products(session: Session) -> Iterator[Product]:
    """All products by SKU in the order of its bytes, the same on every database."""
    order = Product.sku.collate(_BYTE_ORDER[session.get_bind().dialect.name])
    query = (
        select(Product)
        .options(joinedload(Product.brand), selectinload(Product.components))
        .order_by(order)
        .execution_options(yield_per=_CHUNK)
    )
    yield from session.scalars(query)


def _cells(state: ProductState, brand: Brand, version: int) -> dict[str, Cell]:
    """The cells of a product by column; a missing value is an empty cell."""
    special: dict[str, Any] = {
        VERSION: version,
        "status": state.status.value,
        "brand_address": brand.address,
        "brand_invented": brand.invented,
        "dosage_form": state.dosage_form.value,
        "unit": state.unit.value,
        "allergens": " ".join(state.allergens),
        "other_actives": other_actives_text(state.other_actives),
        "price_eur": Decimal(state.price_cents).scaleb(-2) if state.price_cents else None,
        "composition": composition_text(state.composition),
        "more_pictures": more_pictures_text(state.more_pictures),
        "net_quantity": Decimal(str(state.net_quantity)) if state.net_quantity else None,
        **{name: getattr(state, name) or None for name in ("units_per_pack", "units_per_day", "ean")},
    }
    return {column: special[column] if column in special else getattr(state, column) for column in (VERSION, *OWN)}
