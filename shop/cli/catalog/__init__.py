"""`shop catalog`: fill, check, import and export what is sold, one file for each command."""

import click

from shop.cli.loading import CommandsByName


@click.group(
    cls=CommandsByName,
    commands_by_name={
        "brands": "shop.cli.catalog.brands:brands",
        "brand": "shop.cli.catalog.brands:brand",
        "check": "shop.cli.catalog.check:check",
        "import": "shop.cli.catalog.import_:import_",
        "ingredients": "shop.cli.catalog.ingredients:ingredients",
        "pictures": "shop.cli.catalog.pictures:pictures",
        "export": "shop.cli.catalog.export:export",
        "sample": "shop.cli.catalog.sample:sample",
    },
)
def catalog() -> None:
    """Work on the catalogue."""
