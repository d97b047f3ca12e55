"""`shop catalog check`: whether all that was derived still follows from the products."""

import click
from sqlalchemy.orm import Session

from catalog.db.engine import for_writing
from shop.cli.faults import plain_faults
from shop.settings import read_settings

_MOST_TOLD = 50


@click.command()
@click.option("--rebuild", is_flag=True, help="Derive everything anew, then check.")
def check(rebuild: bool) -> None:
    """Hold derived columns, facet summaries, orders and the search index against the products.

    Names what is wrong, one line each, and ends with exit status 1 when anything is.
    """
    from catalog.consistency import derived_data_mismatches, repair_derived_data
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
            found = 0
            for fault in derived_data_mismatches(session, ruleset):
                found += 1
                if found <= _MOST_TOLD:
                    click.echo(f"{fault.where}: {fault.what} is {fault.stored}, should be {fault.expected}")
    if found > _MOST_TOLD:
        click.echo(f"and {found - _MOST_TOLD} more")
    if found:
        click.echo("shop catalog check --rebuild mends all of it", err=True)
        raise SystemExit(1)
