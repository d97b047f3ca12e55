"""`shop catalog brands` and `shop catalog brand`: the list of brands; rename, correct, merge and accept one."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.orm import Session

from catalog.brand_names import brand_key
from catalog.edits.brands import BrandState, brand_to_edit, change_brand, merge_brands, state_of_brand
from catalog.edits.edit import Author
from catalog.models import Brand, How
from catalog.product_problems import RefusedError
from catalog.queries.brands import KnownBrands, all_brands, is_accepted, is_blocked, twins
from recommend.knowledge import Ruleset
from recommend.loading import load_ruleset
from shop.cli.faults import plain_faults
from shop.cli.session import catalogue
from shop.settings import read_settings

WHO = "command line"
_REASON = click.option("--reason", default="", help="Why, for the history.")


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def brands(form: str) -> None:
    """List the brands: name, number of products, address, other spellings, and what is wrong with them."""
    with plain_faults():
        settings = read_settings()
        directory = load_ruleset(settings.rules_dir).directory
        with catalogue(settings) as session:
            doubles = {one.id: other.name for one, other in twins(session)}
            rows = [
                {
                    "name": brand.name,
                    "products": products,
                    "address": brand.address,
                    "aliases": list(brand.aliases),
                    "blocked": is_blocked(brand, directory),
                    "accepted": _acceptance(brand),
                    "same_as": doubles.get(brand.id),
                }
                for brand, products in all_brands(session)
            ]
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo(_line(row))


def _acceptance(brand: Brand) -> dict[str, str] | None:
    if not is_accepted(brand) or brand.accepted_at is None:
        return None
    return {"by": brand.accepted_by, "at": brand.accepted_at.isoformat(), "reason": brand.accepted_reason}


def _line(row: dict[str, Any]) -> str:
    parts = [f"{row['name']}: {row['products']} products", " ".join(row["address"].split()) or "NO ADDRESS"]
    parts += [f"also {'; '.join(row['aliases'])}"] if row["aliases"] else []
    parts += ["BLOCKED, not accepted"] if row["blocked"] else []
    parts += [f"accepted by {row['accepted']['by']}: {row['accepted']['reason']}"] if row["accepted"] else []
    parts += [f"SAME AS {row['same_as']!r}"] if row["same_as"] else []
    return " | ".join(parts)


@click.group()
def brand() -> None:
    """Change one brand; it is found by its name or by any other spelling of it."""


class _Work(Struct, frozen=True):
    """A brand to change, with all that an edit needs."""

    session: Session
    ruleset: Ruleset
    author: Author
    brand: Brand

    def change(self, wanted: BrandState, *, accept: bool = False) -> None:
        """Change the brand and tell what it is now."""
        id_, version = self.brand.id, self.brand.version
        found = change_brand(
            self.session, id_, version, wanted, author=self.author, ruleset=self.ruleset, accept=accept
        )
        click.echo(("unchanged: " if found == version else "") + _state(brand_to_edit(self.session, id_)), err=True)


@contextmanager
def _changing(name: str, reason: str) -> Iterator[_Work]:
    """A brand in a transaction that is committed at the end; a refusal ends in one line."""
    with plain_faults():
        settings = read_settings()
        ruleset = load_ruleset(settings.rules_dir)
        with catalogue(settings) as session:
            author = Author(who=WHO, how=How.BULK, reason=" ".join(reason.split()))
            try:
                yield _Work(session, ruleset, author, _found(session, name, "NAME"))
            except RefusedError as refused:
                said = "; ".join(f"{problem.field} {problem.text('en')}" for problem in refused.problems)
                raise click.ClickException(f"{refused.sku}: {said}" if refused.sku else said) from refused
            session.commit()


def _found(session: Session, name: str, hint: str) -> Brand:
    known = KnownBrands(session).find(name)
    if known is None or not brand_key(name):
        raise click.BadParameter(f"there is no brand {name!r}", param_hint=hint)
    return brand_to_edit(session, known.id)


@brand.command()
@click.argument("old")
@click.argument("new")
@_REASON
@click.option(
    "--accept", "accepting", is_flag=True, help="Accept NEW as well, when the check blocks it; needs a reason."
)
def rename(old: str, new: str, reason: str, accepting: bool) -> None:
    """Give the brand OLD the name NEW; OLD stays a spelling that files may use."""
    with _changing(old, reason) as work:
        work.change(replace(state_of_brand(work.brand), name=new), accept=accepting)


@brand.command()
@click.argument("name")
@click.argument("text")
@_REASON
def address(name: str, text: str, reason: str) -> None:
    """Correct the address of the brand NAME to TEXT."""
    with _changing(name, reason) as work:
        work.change(replace(state_of_brand(work.brand), address=text))


@brand.command()
@click.argument("name", metavar="FROM")
@click.argument("into", metavar="INTO")
@_REASON
def merge(name: str, into: str, reason: str) -> None:
    """Move all products of the brand FROM to the brand INTO; FROM stays a spelling that files may use."""
    with _changing(name, reason) as work:
        other = _found(work.session, into, "INTO").id
        merge_brands(work.session, work.brand.id, work.brand.version, other, author=work.author, ruleset=work.ruleset)
        click.echo(_state(brand_to_edit(work.session, other)), err=True)


@brand.command()
@click.argument("name")
@click.option("--reason", required=True, help="Why the name may be used, for the history.")
def accept(name: str, reason: str) -> None:
    """Accept the name of a brand that the content check blocks, once for all its products."""
    with _changing(name, reason) as work:
        work.change(state_of_brand(work.brand), accept=True)


def _state(row: Brand) -> str:
    return " | ".join(filter(None, (row.name, " ".join(row.address.split()), "; ".join(row.aliases))))
