"""The mappings that are remembered per supplier. Callers commit."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.exchange.mapping import Mapping, from_json, to_json
from catalog.models import SupplierMapping


def suppliers(session: Session) -> list[str]:
    """Whose columns were mapped, by name."""
    return list(session.scalars(select(SupplierMapping.supplier).order_by(SupplierMapping.supplier)))


def mapping_of(session: Session, supplier: str) -> Mapping | None:
    """How a supplier's files are read, if that was said."""
    stored = session.get(SupplierMapping, supplier)
    return from_json(stored.mapping) if stored else None


def remember(session: Session, mapping: Mapping, who: str, at: datetime) -> None:
    """Keep a mapping for the supplier's next file."""
    session.merge(SupplierMapping(supplier=mapping.supplier, mapping=to_json(mapping), who=who, at=at))
    session.flush()
