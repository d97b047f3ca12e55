"""`shop catalog`: fill, check, import and export what is sold, one file for each command."""

import click

from shop.cli.catalog.check import check
from shop.cli.catalog.export import export
from shop.cli.catalog.import_ import import_
from shop.cli.catalog.sample import sample


@click.group()
def catalog() -> None:
    """Work on the catalogue."""


catalog.add_command(check)
catalog.add_command(import_)
catalog.add_command(export)
catalog.add_command(sample)
