"""`shop catalog check`: whether all that was derived still follows from the products."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from sqlalchemy.orm import Session

from catalog.db.engine import for_writing
from shop.cli.faults import plain_faults
from shop.settings import read_settings
from shop.web.services import system_clock

_MOST_TOLD = 50


@click.command()
@click.option("--rebuild", is_flag=True, help="Derive everything anew, then check.")
def check(rebuild: bool) -> None:
    """Hold derived columns, facet summaries, orders and the search index against the products, and look at brands.

    Also public products whose ingredients contradict their allergens, vegan or other active substances, and sentences
    that are no longer shown. Names what is wrong, one line each, and ends with exit status 1 when anything is.
    """
    from catalog.consistency import derived_data_mismatches, public_label_faults, repair_derived_data
    from catalog.queries.overrides import hidden_sentences
    from recommend.loading import load_ruleset
    from shop.web.database import migrated_engine, prepare_catalogue

    with plain_faults():
        settings = read_settings()
        ruleset = load_ruleset(settings.rules_dir)
        prepare_catalogue(settings)
        with migrated_engine(settings) as engine, Session(for_writing(engine)) as session:
            if rebuild:
                repair_derived_data(session, ruleset)
                session.commit()
            mismatches = _list(
                f"{fault.where}: {fault.what} is {fault.stored}, should be {fault.expected}"
                for fault in derived_data_mismatches(session, ruleset)
            )
            brands = _list(_troubled_brands(session, ruleset.directory))
            labels = _list(
                f"{sku}: {problem.field} {problem.text('en')}" for sku, problem in public_label_faults(session)
            )
            exceptions = _list(
                f"{sku}: {one.field} is shown without {one.sentence!r}, whose exception has ended"
                for sku, one in hidden_sentences(session, system_clock().date())
            )
    if mismatches:
        click.echo("shop catalog check --rebuild mends what is derived", err=True)
    if brands:
        click.echo("shop catalog brand merge joins two brands, shop catalog brand accept accepts a name", err=True)
    if labels:
        click.echo("a label is mended in the form of its product; the overview of the admin counts them", err=True)
    if exceptions:
        click.echo("change such a sentence, or let two people renew its exception in the admin", err=True)
    if mismatches or brands or labels or exceptions:
        raise SystemExit(1)


def _troubled_brands(session: Session, directory: Path) -> Iterator[str]:
    """Brands that are one in another spelling, and those whose name the content check blocks, a line each."""
    from catalog.queries.brands import BrandTrouble, brands_in_trouble, twins

    for one, other in twins(session):
        yield f"brand {one.name!r} is {other.name!r} in another spelling"
    for brand in brands_in_trouble(session, directory)[BrandTrouble.BLOCKED]:
        yield f"brand {brand.name!r}: the content check blocks the name, nobody accepted it"


def _list(lines: Iterable[str]) -> int:
    """Print the first lines and the number of the others; returns the number of all."""
    count = 0
    for count, line in enumerate(lines, start=1):
        if count <= _MOST_TOLD:
            click.echo(line)
    if count > _MOST_TOLD:
        click.echo(f"and {count - _MOST_TOLD} more")
    return count
