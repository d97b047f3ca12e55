"""Table of proposed changes of products."""

from datetime import datetime
from enum import StrEnum

import msgspec
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from catalog.models.base import Base, Moment, WordList, choice


class ProposalEnd(StrEnum):
    """The way in which a proposal ended."""

    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Proposal(Base):
    """A change of a product that its author may not make alone. Rows are never deleted, but with a draft's product."""

    __tablename__ = "proposal"
    __table_args__ = (Index("ix_proposal_ended", "ended", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    base_version: Mapped[int]
    """The version of the product that its author saw."""
    fields: Mapped[tuple[str, ...]] = mapped_column(WordList)
    """The fields that differ from that version."""
    state: Mapped[str]
    """The product as proposed, `catalog.product_state.ProductState` as JSON."""
    reasons: Mapped[str]
    """Reasons for what needs a judgement, by finding, as JSON."""
    note: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime] = mapped_column(Moment)
    ended: Mapped[ProposalEnd | None] = mapped_column(choice(ProposalEnd))
    ended_by: Mapped[str] = mapped_column(server_default="")
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    answer: Mapped[str] = mapped_column(server_default="")
    """The reason of a refusal."""
    version: Mapped[int | None]
    """The version of the product that the approval made."""

    @property
    def reasons_given(self) -> dict[str, str]:
        """The author's reasons for what needs a judgement, by finding."""
        return msgspec.json.decode(self.reasons, type=dict[str, str])
