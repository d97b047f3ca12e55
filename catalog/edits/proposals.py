"""Proposed changes of products that shoppers see: made by who may not change them, decided by who may.

A proposal is a product's state with the version that it started from; what others changed since stays theirs.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec
from msgspec import Struct
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from catalog.edits.edit import Author
from catalog.edits.products import merge, product_to_edit, save_with_reasons, state_at
from catalog.edits.store import ConflictError, begin_writing
from catalog.models import Product, Proposal, ProposalEnd
from catalog.product_state import ProductState, changed_fields, from_json, state_of_product, to_json
from recommend.knowledge import Ruleset

Choice = Literal["mine", "theirs"]
"""For a field that the proposal and somebody else changed: the proposal's value, or the present one."""


class ProposalEndedError(Exception):
    """Somebody decided the proposal already, or its author withdrew it."""


class Proposed(Struct, frozen=True):
    """A proposal beside its product: as it was then, as proposed and as it is now."""

    proposal: Proposal
    product: Product
    base: ProductState
    mine: ProductState
    theirs: ProductState

    @property
    def reasons(self) -> dict[str, str]:
        """The author's reasons for what needs a judgement, by finding."""
        return self.proposal.reasons_given

    @property
    def overlapping(self) -> tuple[str, ...]:
        """The fields that somebody else has given another value since."""
        return merge(self.base, self.mine, self.theirs).overlapping

    def merged(self, choices: Mapping[str, Choice]) -> ProductState:
        """The product after an approval."""
        taken = {name: getattr(self.theirs, name) for name in self.overlapping if choices.get(name) == "theirs"}
        return msgspec.structs.replace(merge(self.base, self.mine, self.theirs).state, **taken)


def read_proposal(session: Session, proposal_id: int) -> Proposed | None:
    """A proposal with its product; None without one."""
    proposal = session.get(Proposal, proposal_id, populate_existing=True)
    if proposal is None:
        return None
    product = product_to_edit(session, proposal.product_id)
    return Proposed(
        proposal=proposal,
        product=product,
        base=state_at(session, product.id, proposal.base_version),
        mine=from_json(proposal.state),
        theirs=state_of_product(product),
    )


def propose(
    session: Session,
    product_id: int,
    version: int,
    state: ProductState,
    *,
    reasons: Mapping[str, str],
    author: Author,
    ruleset: Ruleset,
) -> Proposal | None:
    """Store a change of a product that was read at `version`; None where nothing differs.

    It takes the place of an open one of the same author. Raises RefusedError for what saving would refuse now.
    """
    begin_writing(session)
    base = state_at(session, product_id, version)
    fields = changed_fields(base, state)
    if not fields:
        return None
    product = product_to_edit(session, product_id)
    trial = session.begin_nested()
    try:
        merged = merge(base, state, state_of_product(product)).state
        save_with_reasons(session, product_id, product.version, merged, reasons, author=author, ruleset=ruleset)
    finally:
        trial.rollback()
    for earlier in session.scalars(_open_of(product_id, author.who)):
        _end(earlier, ProposalEnd.WITHDRAWN, author)
    proposal = Proposal(
        product_id=product_id,
        base_version=version,
        fields=fields,
        state=to_json(state),
        reasons=msgspec.json.encode(dict(reasons)).decode(),
        note=author.reason,
        proposed_by=author.who,
        proposed_at=author.at,
    )
    session.add(proposal)
    session.flush()
    return proposal


def approve(
    session: Session, proposal_id: int, seen: int, choices: Mapping[str, Choice], *, author: Author, ruleset: Ruleset
) -> int:
    """Save a proposal over the version of its product that the publisher saw; returns the new version.

    Raises ProposalEndedError, ConflictError while a field lacks its choice or the product changed since, and as
    `save_product` does.
    """
    begin_writing(session)
    found = _open_proposal(session, proposal_id)
    if found.product.version != seen or not set(found.overlapping) <= choices.keys():
        raise ConflictError([found.product.id])
    proposal = found.proposal
    said = f"{proposal.proposed_by}: {proposal.note}" if proposal.note else proposal.proposed_by
    version = save_with_reasons(
        session,
        found.product.id,
        seen,
        found.merged(choices),
        found.reasons,
        author=msgspec.structs.replace(author, reason=said),
        ruleset=ruleset,
    )
    proposal = session.get_one(Proposal, proposal_id)
    _end(proposal, ProposalEnd.APPROVED, author)
    proposal.version = version
    session.flush()
    return version


def refuse(session: Session, proposal_id: int, author: Author) -> None:
    """End a proposal without a change; the reason is the author's. Raises ProposalEndedError."""
    begin_writing(session)
    proposal = _open_proposal(session, proposal_id).proposal
    _end(proposal, ProposalEnd.REFUSED, author)
    proposal.answer = author.reason
    session.flush()


def withdraw_proposal(session: Session, proposal_id: int, author: Author) -> None:
    """End one's own proposal. Raises ProposalEndedError, also for somebody else's."""
    begin_writing(session)
    proposal = _open_proposal(session, proposal_id).proposal
    if proposal.proposed_by != author.who:
        raise ProposalEndedError
    _end(proposal, ProposalEnd.WITHDRAWN, author)
    session.flush()


def _open_proposal(session: Session, proposal_id: int) -> Proposed:
    found = read_proposal(session, proposal_id)
    if found is None or found.proposal.ended is not None:
        raise ProposalEndedError
    return found


def _open_of(product_id: int, who: str) -> Select[Proposal]:
    return select(Proposal).where(
        Proposal.product_id == product_id, Proposal.proposed_by == who, Proposal.ended.is_(None)
    )


def _end(proposal: Proposal, end: ProposalEnd, author: Author) -> None:
    proposal.ended, proposal.ended_by, proposal.ended_at = end, author.who, author.at
