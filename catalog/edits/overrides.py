"""Overrides of blocked sentences: one person proposes, another confirms, any publisher withdraws."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.edits.edit import Author, Edit, ResolvedEdit
from catalog.edits.price_reductions import Reference
from catalog.edits.products import product_to_edit, revalidate
from catalog.edits.store import begin_writing, documents_after, write_rows
from catalog.edits.validation import field_of, may_be_overridden, place_of
from catalog.models import ClaimOverride, OverrideEnd, OverrideStatus, Product
from catalog.product_problems import ProductProblem, RefusedError
from catalog.product_state import state_of_product
from catalog.search.documents import search_documents
from catalog.search.update import index_products
from recommend.claims.product import ProductFinding
from recommend.knowledge import Ruleset

DEFAULT_MONTHS, MOST_MONTHS = 6, 12
"""How long an override lasts."""


def months_after(day: date, months: int) -> date:
    """The same day some months later; the last day of a shorter month."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def propose_override(
    session: Session, product_id: int, finding: str, until: date | None, *, author: Author, ruleset: Ruleset
) -> ClaimOverride:
    """Propose to let a blocked sentence of a stored product pass, for the author's reason; nothing passes yet.

    `finding` is the identity of the sentence. Raises RefusedError and NoResultFound.
    """
    begin_writing(session)
    product = product_to_edit(session, product_id)
    found = _blocked(session, product, author.at.date(), ruleset)
    known = {place: one for one in found if one.identity == finding for place in [place_of(one)]}
    problems = list(_proposal_problems(session, product, list(known.values()), until, author))
    if problems or until is None:
        raise RefusedError(problems)
    [(field, sentence)] = known
    override = ClaimOverride(
        product_id=product_id,
        field=field,
        sentence=sentence,
        reason=author.reason,
        until=until,
        proposed_by=author.who,
        proposed_at=author.at,
    )
    session.add(override)
    session.flush()
    return override


def _blocked(session: Session, product: Product, on: date, ruleset: Ruleset) -> list[ProductFinding]:
    return [found for found in revalidate(session, product, ruleset, on).findings if found.blocks]


def _proposal_problems(
    session: Session, product: Product, found: list[ProductFinding], until: date | None, author: Author
) -> Iterator[ProductProblem]:
    if not author.reason:
        yield ProductProblem("reason", "missing")
    today = author.at.date()
    latest = months_after(today, MOST_MONTHS)
    if until is None or not today < until <= latest:
        yield ProductProblem("until", "override-until", {"latest": latest.isoformat()})
    if not found:
        yield ProductProblem("finding", "override-nothing")
    for one in found:
        if not may_be_overridden(one):
            yield ProductProblem(field_of(one), "override-never", {"text": one.finding.text.strip()})
        elif any(
            each.status_on(today) is OverrideStatus.PENDING and (each.field, each.sentence) == place_of(one)
            for each in _open(session, product.id)
        ):
            yield ProductProblem(field_of(one), "override-waits", {"text": one.finding.text.strip()})


def _open(session: Session, product_id: int) -> list[ClaimOverride]:
    query = select(ClaimOverride).where(ClaimOverride.product_id == product_id, ClaimOverride.ended.is_(None))
    return list(session.scalars(query))


def override_to_edit(session: Session, override_id: int) -> ClaimOverride:
    """An override as now stored. Raises NoResultFound."""
    query = select(ClaimOverride).where(ClaimOverride.id == override_id)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def confirm_override(session: Session, override_id: int, *, author: Author, ruleset: Ruleset) -> None:
    """Confirm a proposed override: from now on the sentence passes, up to and including its last day.

    Its proposer cannot. Earlier overrides of the sentence end. Raises RefusedError and NoResultFound; the caller must
    roll back then.
    """
    begin_writing(session)
    override = override_to_edit(session, override_id)
    today = author.at.date()
    if override.status_on(today) is not OverrideStatus.PENDING:
        raise RefusedError([ProductProblem(override.field, "override-settled")])
    if author.who == override.proposed_by:
        raise RefusedError([ProductProblem(override.field, "override-second-person")])
    product = product_to_edit(session, override.product_id)
    found = {place_of(one): one for one in _blocked(session, product, today, ruleset)}
    finding = found.get((override.field, override.sentence))
    if finding is None or not may_be_overridden(finding):
        raise RefusedError([ProductProblem(override.field, "override-never", {"text": override.sentence})])
    for each in _open(session, product.id):
        if each.id != override.id and (each.field, each.sentence) == (override.field, override.sentence):
            each.ended, each.ended_by, each.ended_at = OverrideEnd.REPLACED, author.who, author.at
    override.confirmed_by, override.confirmed_at = author.who, author.at
    session.flush()
    _write_version(session, product, author, ruleset)


def end_override(session: Session, override_id: int, *, author: Author, ruleset: Ruleset) -> OverrideEnd:
    """Decline a proposed override, or withdraw a confirmed one: from now on no shopper sees its sentence.

    A public product stays public without the sentence, and its next edit is refused until that is gone. Raises
    RefusedError for one that has ended, and NoResultFound.
    """
    begin_writing(session)
    override = override_to_edit(session, override_id)
    if override.ended is not None:
        raise RefusedError([ProductProblem(override.field, "override-settled")])
    end = OverrideEnd.DECLINED if override.confirmed_at is None else OverrideEnd.WITHDRAWN
    override.ended, override.ended_by, override.ended_at = end, author.who, author.at
    session.flush()
    if end is OverrideEnd.WITHDRAWN:
        _write_version(session, product_to_edit(session, override.product_id), author, ruleset)
    return end


def _write_version(session: Session, product: Product, author: Author, ruleset: Ruleset) -> None:
    """Write a version of a product in which only what its overrides decide is new; a public product stays public."""
    before = list(search_documents(session, [product.id]))
    state = state_of_product(product)
    after = revalidate(session, product, ruleset, author.at.date())
    edit = ResolvedEdit(product.id, Edit(after, product.id, product.version, state), product.brand_id)
    references = {}
    if product.from_cents is not None and product.from_until is not None:
        references[product.id] = Reference(product.from_cents, product.from_until)
    write_rows(session, [edit], references, author)
    index_products(session, before, documents_after(before, [edit]))
    session.expire_all()
