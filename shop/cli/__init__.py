"""The `shop` command. Standard output carries the result alone; everything else goes to standard error."""

import click

from shop.cli.loading import CommandsByName


@click.group(
    cls=CommandsByName,
    commands_by_name={
        "dev": "shop.cli.dev:dev",
        "serve": "shop.cli.serve:serve",
        "admin": "shop.cli.admin:admin",
        "advise": "shop.cli.advise:advise",
        "content": "shop.cli.content:content",
        "catalog": "shop.cli.catalog:catalog",
        "db": "shop.cli.db:db",
        "orders": "shop.cli.orders:orders",
        "worker": "shop.cli.worker:worker",
        "loadtest": "shop.cli.loadtest.command:loadtest",
        "verify": "shop.cli.verify:verify",
        "rules": "shop.cli.rules:rules",
    },
)
def main() -> None:
    """Magnesiumwijzer: a magnesium shop whose advice can be checked."""
