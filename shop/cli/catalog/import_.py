"""`shop catalog import`: products from a file, all or nothing unless bad rows are to be skipped."""

from pathlib import Path

import click

from catalog.edits import Author
from catalog.exchange.faults import Fault, FileRefusedError
from catalog.exchange.importing import Import, Summary, Told
from catalog.exchange.planning import Outcome, Planned
from catalog.exchange.reading import open_table
from catalog.exchange.rows import RowReader
from catalog.exchange.suppliers import mapping_of
from catalog.models import How
from recommend.naming import form_names
from shop.cli.catalog.progress import showing_progress
from shop.cli.catalog.session import catalogue_session

_BAD_ROWS = 1
_WRONG_FILE = 2


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what the import would do.")
@click.option("--skip-bad", is_flag=True, help="Import the good rows and report the others.")
@click.option("--mapping", "supplier", metavar="SUPPLIER", help="Read the columns as this supplier's were mapped.")
@click.option("--refused", type=click.Path(dir_okay=False, path_type=Path), help="Write the refused rows to this file.")
def import_(file: Path, dry_run: bool, skip_bad: bool, supplier: str | None, refused: Path | None) -> None:
    """Import products from FILE (.csv, .jsonl or .xlsx), in the layout of `shop catalog export` or a supplier's.

    Exit status: 0 done, 1 rows refused (and nothing changed, unless --skip-bad), 2 not a file to import.
    """
    ...
