"""`shop catalog sample`: an empty catalogue filled with made-up products, for trials and benchmarks."""

import click
from sqlalchemy.orm import Session

from catalog.db.engine import bulk_fill, for_writing
from shop.cli.faults import plain_faults
from shop.settings import read_settings

_MOST = 10_000_000
_TOLD_EVERY = 100_000


@click.command()
@click.option("--count", type=click.IntRange(1, _MOST), required=True, metavar="N", help="How many products.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same catalogue.")
def sample(count: int, seed: int) -> None:
    """Fill an empty catalogue with N made-up products under invented brands: all of them, or none.

    Unlike other commands it does not load the sample catalogue first, and it refuses a catalogue with products.
    """
    from catalog.samples.generate import NotEmptyError, make_up_catalogue
    from recommend.loading import load_ruleset
    from shop.web.database import migrated_engine

    def tell(written: int) -> None:
        if written % _TOLD_EVERY == 0:
            click.echo(f"{written:,} of {count:,} products", err=True)

    with plain_faults():
        settings = read_settings()
        ruleset = load_ruleset(settings.rules_dir)
        with migrated_engine(settings) as engine, bulk_fill(engine), Session(for_writing(engine)) as session:
            try:
                make_up_catalogue(session, count, seed=seed, ruleset=ruleset, progress=tell)
            except NotEmptyError as error:
                raise click.ClickException(str(error)) from error
            session.commit()
