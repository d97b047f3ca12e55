"""`shop catalog export`: every product in our own layout, which `shop catalog import` reads back."""

import os
import tempfile
from pathlib import Path

import click

from catalog.exchange.exporting import export as export_catalogue
from catalog.exchange.reading.opening import suffix_of
from catalog.exchange.row_errors import FileRefusedError
from shop.cli.catalog.progress import progress
from shop.cli.faults import plain_faults
from shop.cli.session import catalogue
from shop.settings import read_settings


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--versions", is_flag=True, help="With versions: importing the file refuses what changed meanwhile.")
def export(file: Path, versions: bool) -> None:
    """Write all products to FILE (.csv, .jsonl or .xlsx), ordered by SKU and without times."""
    try:
        suffix_of(file.name)
        # Written aside and then put in place, so that FILE is never half a catalogue.
        descriptor, name = tempfile.mkstemp(dir=file.absolute().parent, prefix=file.name)
    except FileRefusedError as refused:
        raise click.ClickException(f"{file.name}: {refused.error.text('en')}") from refused
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from error
    aside = Path(name)
    try:
        with (
            plain_faults(),
            os.fdopen(descriptor, "wb") as opened,
            catalogue(read_settings()) as session,
            progress(file.name) as show_progress,
        ):
            count = export_catalogue(session, opened, file.name, versions=versions, on_progress=show_progress)
        aside.chmod(0o644)
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)
    click.echo(f"{file.name}: {count} products", err=True)
