"""Brands: add, rename, correct, merge, accept a name that the content check blocks; each with a line of history."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import msgspec
from msgspec import Struct
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from catalog.brand_names import brand_key, clean_name
from catalog.edits.edit import Author, Edit, ResolvedEdit
from catalog.edits.price_reductions import Reference
from catalog.edits.products import acceptances_by_product, products_to_edit
from catalog.edits.store import begin_writing, documents_after, record_brand_change, write_rows
from catalog.edits.validation import LONGEST_ADDRESS, LONGEST_NAME, Acceptances, text_problems, validate
from catalog.models import Brand, BrandChange, BrandEvent, How, Product, Status, table_of
from catalog.product_problems import ProductProblem, RefusedError
from catalog.product_state import state_of_product
from catalog.queries.brands import KnownBrands, is_accepted, is_blocked, name_findings, product_counts
from catalog.search.documents import SearchDocument, search_documents
from catalog.search.update import index_products
from recommend.claims.product import check_product
from recommend.knowledge import Ruleset
from recommend.loading import DATA

MOST_ALIASES = 50
CHUNK = 500
"""Products written at a time."""


class BrandConflictError(Exception):
    """Somebody else changed or merged the brand since the edit began. Nothing was written."""


class BrandState(Struct, frozen=True):
    """All that a person enters about a brand."""

    name: str
    address: str = ""
    aliases: tuple[str, ...] = ()


def state_of_brand(brand: Brand) -> BrandState:
    return BrandState(brand.name, brand.address, brand.aliases)


def address_problems(
    address: str, known_address: str = "", directory: Path = DATA, name: str = ""
) -> Iterator[ProductProblem]:
    """Reasons to refuse a brand's address: too long, not plain text, a claim, or different from `known_address`.

    The one check for form, import and every writer; an empty address passes, and publishing refuses it. `directory` has
    the rules of the content check; the brand's `name` in its address ("Body&Fit B.V.") is judged as a name.
    """
    yield from text_problems("brand_address", address, LONGEST_ADDRESS)
    for found in check_product({"brand_address": address}, None, directory, name):
        if found.blocks:
            yield ProductProblem("brand_address", "blocked-text", {"text": address.strip(), "why": found.finding.why})
            break
    if known_address.strip() and known_address.strip() != address.strip():
        yield ProductProblem("brand_address", "other-address", {"known": known_address})


def add_brand(
    session: Session,
    name: str,
    address: str,
    *,
    author: Author | None = None,
    invented: bool | None = None,
    directory: Path = DATA,
) -> Brand:
    """Add a brand, or change the address of the brand with a spelling of that name.

    `invented=None` leaves that mark unchanged; without `author` the shop itself is the author. Raises RefusedError for
    a name or an address that no brand can have.
    """
    return add_named_brand(
        session,
        KnownBrands(session).name_of(name),
        address,
        author=author or Author(who="", how=How.SAMPLE),
        invented=invented,
        directory=directory,
    )


def add_named_brand(
    session: Session, name: str, address: str, *, author: Author, invented: bool | None, directory: Path
) -> Brand:
    """`add_brand` for a name that `KnownBrands.name_of` gave, which an import asks once for all its rows."""
    problems = [*text_problems("brand", name, LONGEST_NAME), *address_problems(address, "", directory, name)]
    if problems:
        raise RefusedError(problems)
    begin_writing(session)
    query = select(Brand).where(Brand.name == name).execution_options(populate_existing=True)
    brand = session.scalars(query).one_or_none()
    if brand is None:
        brand = Brand(name=name, address="", invented=bool(invented), version=1)
        session.add(brand)
        session.flush()
        record_brand_change(session, brand, BrandEvent.ADDED, author, after=name)
    else:
        brand.version += brand.address != address
        if invented is not None:
            brand.invented = invented
    _set_address(session, brand, address, author)
    session.flush()
    return brand


def _set_address(session: Session, brand: Brand, address: str, author: Author) -> None:
    """Record and set another address."""
    if brand.address != address:
        record_brand_change(session, brand, BrandEvent.ADDRESS, author, before=brand.address, after=address)
        brand.address = address


def brand_to_edit(session: Session, brand_id: int) -> Brand:
    """A brand as now stored. Raises NoResultFound; the brand without a name is none."""
    query = select(Brand).where(Brand.id == brand_id, Brand.name != "").execution_options(populate_existing=True)
    return session.scalars(query).one()


def change_brand(
    session: Session,
    brand_id: int,
    version: int,
    wanted: BrandState,
    *,
    author: Author,
    ruleset: Ruleset,
    accept: bool = False,
) -> int:
    """Change a brand that was read at `version`; returns its new version, or the same one without a change.

    An earlier name becomes an alias, and its products are written and indexed under the new one. `accept` accepts a
    blocked name for the author's reason. Raises BrandConflictError, RefusedError and NoResultFound; the caller must
    roll back then.
    """
    brand = _at_version(session, brand_id, version)
    wanted = _tidied(brand, wanted)
    problems = list(_problems(session, brand, wanted, ruleset))
    if accept and not author.reason:
        problems.append(ProductProblem("reason", "missing"))
    if problems:
        raise RefusedError(problems)
    if wanted == state_of_brand(brand) and not accept:
        return version
    _set_address(session, brand, wanted.address, author)
    renamed = wanted.name != brand.name
    _record_names(session, brand, wanted, author)
    accepted_name = brand.accepted_name
    documents = _documents(session, brand) if renamed else {}  # as indexed under the earlier name
    brand.name, brand.aliases = wanted.name, wanted.aliases
    _settle_acceptance(session, brand, author, ruleset, accept=accept)
    if renamed:
        _require_sellable(session, brand, ruleset)
        _write_products(session, brand, brand, documents, author=author, ruleset=ruleset)
    elif brand.accepted_name != accepted_name:
        _recheck_products(session, brand, author.at.date(), ruleset)
    brand.version = version + 1
    session.flush()
    return version + 1


def _record_names(session: Session, brand: Brand, wanted: BrandState, author: Author) -> None:
    """Record a change of the name and of the aliases."""
    if wanted.name != brand.name:
        record_brand_change(session, brand, BrandEvent.NAME, author, before=brand.name, after=wanted.name)
    if set(wanted.aliases) != set(brand.aliases):
        before, after = "; ".join(brand.aliases), "; ".join(wanted.aliases)
        record_brand_change(session, brand, BrandEvent.ALIASES, author, before=before, after=after)


def _at_version(session: Session, brand_id: int, version: int) -> Brand:
    begin_writing(session)
    brand = brand_to_edit(session, brand_id)
    if brand.version != version:
        raise BrandConflictError
    return brand


def _tidied(brand: Brand, wanted: BrandState) -> BrandState:
    """The wanted state with names on one line; an earlier name is an alias, and nothing is named twice."""
    name = brand.name if wanted.name == brand.name else clean_name(wanted.name)
    taken, aliases = {brand_key(name), ""}, []
    for alias in (*map(clean_name, wanted.aliases), *((brand.name,) if name != brand.name else ())):
        if brand_key(alias) not in taken:
            taken.add(brand_key(alias))
            aliases.append(alias)
    return BrandState(name, wanted.address.replace("\r\n", "\n").strip(), tuple(aliases))


def _problems(session: Session, brand: Brand, wanted: BrandState, ruleset: Ruleset) -> Iterator[ProductProblem]:
    if not wanted.name:
        yield ProductProblem("brand", "missing")
    yield from text_problems("brand", wanted.name, LONGEST_NAME)
    if wanted.address != brand.address:
        yield from address_problems(wanted.address, "", ruleset.directory, wanted.name)
    if not wanted.address and product_counts(session, [brand.id], Status.PUBLISHED):
        yield ProductProblem("brand_address", "brand-on-sale")
    if len(wanted.aliases) > MOST_ALIASES:
        yield ProductProblem("aliases", "too-many-aliases", {"most": str(MOST_ALIASES)})
    others = _others_by_key(session, brand)
    for field, name in (("brand", wanted.name), *(("aliases", alias) for alias in wanted.aliases)):
        if field == "aliases":
            yield from text_problems(field, name, LONGEST_NAME)
        known = name in (brand.name, *brand.aliases)  # what it has already: twins can still be corrected
        if not known and (other := others.get(brand_key(name))):
            yield ProductProblem(field, "brand-taken", {"name": name, "brand": other})


def _others_by_key(session: Session, brand: Brand) -> dict[str, str]:
    """The names of all other brands, by the key of each of their spellings."""
    found: dict[str, str] = {}
    for name, aliases in session.execute(select(Brand.name, Brand.aliases).where(Brand.id != brand.id)):
        found |= dict.fromkeys(map(brand_key, (*aliases, name)), name)
    found.pop("", None)
    return found


def _settle_acceptance(session: Session, brand: Brand, author: Author, ruleset: Ruleset, *, accept: bool) -> None:
    """Accept the present name, or end the acceptance of a name that the brand no longer has."""
    if accept:
        if is_accepted(brand):
            raise RefusedError([ProductProblem("brand", "accepted-already", {"name": brand.name})])
        if not name_findings(brand.name, ruleset.directory):
            raise RefusedError([ProductProblem("brand", "needs-no-acceptance", {"name": brand.name})])
        brand.accepted_name, brand.accepted_by = brand.name, author.who
        brand.accepted_at, brand.accepted_reason = author.at, author.reason
        record_brand_change(session, brand, BrandEvent.ACCEPTED, author, after=brand.name)
    elif brand.accepted_name and brand_key(brand.accepted_name) not in map(brand_key, (brand.name, *brand.aliases)):
        record_brand_change(session, brand, BrandEvent.LAPSED, author, before=brand.accepted_name)
        brand.accepted_name = brand.accepted_by = brand.accepted_reason = ""
        brand.accepted_at = None


def _require_sellable(session: Session, brand: Brand, ruleset: Ruleset, moved: Brand | None = None) -> None:
    """Raise RefusedError when public products would get a brand whose name the check blocks."""
    if not is_blocked(brand, ruleset.directory):
        return
    if product_counts(session, [(moved or brand).id], Status.PUBLISHED):
        [found, *_] = name_findings(brand.name, ruleset.directory)
        values = {"text": brand.name, "why": found.finding.why}
        raise RefusedError([ProductProblem("into" if moved else "brand", "blocked-brand", values)])


def accept_brand(session: Session, brand_id: int, version: int, *, author: Author, ruleset: Ruleset) -> int:
    """Accept the name of a brand that the check blocks, for the author's reason. Raises as `change_brand` does."""
    brand = _at_version(session, brand_id, version)
    return change_brand(session, brand_id, version, state_of_brand(brand), author=author, ruleset=ruleset, accept=True)


def merge_brands(
    session: Session, brand_id: int, version: int, into_id: int, *, author: Author, ruleset: Ruleset
) -> None:
    """Merge a brand that was read at `version` into another: its products, names and history go there.

    The other keeps its name, and its address when it has one. Raises BrandConflictError, RefusedError and
    NoResultFound; the caller must roll back then.
    """
    brand = _at_version(session, brand_id, version)
    if into_id == brand_id:
        raise RefusedError([ProductProblem("into", "same-brand")])
    into = brand_to_edit(session, into_id)
    documents = _documents(session, brand)
    aliases = _tidied(into, BrandState(into.name, into.address, (*into.aliases, brand.name, *brand.aliases))).aliases
    into.aliases = aliases
    record_brand_change(session, into, BrandEvent.MERGED, author, before=brand.name, after=into.name)
    if not into.address.strip() and brand.address.strip():
        _set_address(session, into, brand.address, author)
    if brand.accepted_name and not into.accepted_name:
        into.accepted_name, into.accepted_by = brand.accepted_name, brand.accepted_by
        into.accepted_at, into.accepted_reason = brand.accepted_at, brand.accepted_reason
    into.invented = into.invented and brand.invented
    into.version += 1
    _require_sellable(session, into, ruleset, moved=brand)
    _write_products(session, brand, into, documents, author=author, ruleset=ruleset)
    _recheck_products(session, into, author.at.date(), ruleset)
    history = table_of(BrandChange)
    session.execute(update(history).where(history.c.brand_id == brand_id).values(brand_id=into_id))
    session.execute(delete(table_of(Brand)).where(table_of(Brand).c.id == brand_id))
    session.expire_all()


def _documents(session: Session, brand: Brand) -> dict[int, SearchDocument]:
    """The products of a brand as the index has them, before its name is written."""
    chunks = _chunks_of(session, brand)
    return {one.product_id: one for ids in chunks for one in search_documents(session, ids)}


def _chunks_of(session: Session, brand: Brand) -> Iterator[list[int]]:
    """The ids of a brand's products, CHUNK at a time."""
    last = 0
    query = select(Product.id).where(Product.brand_id == brand.id).order_by(Product.id).limit(CHUNK)
    while ids := list(session.scalars(query.where(Product.id > last))):
        yield ids
        last = ids[-1]


_ByProduct = Callable[[list[Product], dict[int, Acceptances]], None]
"""Takes some products, and the accepted warnings and overrides of each, by product id."""


def _each_product(session: Session, brand: Brand, on: date, write: _ByProduct) -> None:
    session.flush()
    for ids in _chunks_of(session, brand):
        write(list(products_to_edit(session, ids).values()), acceptances_by_product(session, ids, on))


def _write_products(
    session: Session,
    brand: Brand,
    into: Brand,
    documents: dict[int, SearchDocument],
    *,
    author: Author,
    ruleset: Ruleset,
) -> None:
    """Write and index the products of `brand` under the name of `into`, each as a version in its history.

    A public product stays public, whatever else it lacks by now: only its brand changes.
    """
    by = msgspec.structs.replace(author, how=How.BULK)

    def write(products: list[Product], accepted: dict[int, Acceptances]) -> None:
        edits: list[ResolvedEdit] = []
        references: dict[int, Reference] = {}
        for product in products:
            document = documents[product.id]
            before = msgspec.structs.replace(state_of_product(product), brand=document.brand)
            state = msgspec.structs.replace(before, brand=into.name)
            after = validate(state, ruleset, accepted[product.id], into.accepted_name)
            edits.append(ResolvedEdit(product.id, Edit(after, product.id, product.version, before), into.id))
            if product.from_cents is not None and product.from_until is not None:
                references[product.id] = Reference(product.from_cents, product.from_until)
        write_rows(session, edits, references, by)
        earlier = [documents[edit.id] for edit in edits]
        index_products(session, earlier, documents_after(earlier, edits))

    _each_product(session, brand, author.at.date(), write)
    session.expire_all()  # loaded products no longer match the rows


def _recheck_products(session: Session, brand: Brand, on: date, ruleset: Ruleset) -> None:
    """Derive anew what the content check says of a brand's products, after its acceptance changed."""
    table = table_of(Product)

    def recheck(products: list[Product], accepted: dict[int, Acceptances]) -> None:
        for product in products:
            after = validate(state_of_product(product), ruleset, accepted[product.id], brand.accepted_name)
            values = {
                "blocked_texts": len(after.blocked),
                "open_warnings": after.open_warnings,
                "portion_too_small": after.portion_too_small,
                "overridden": after.overridden,
            }
            session.execute(update(table).where(table.c.id == product.id).values(values))

    _each_product(session, brand, on, recheck)
