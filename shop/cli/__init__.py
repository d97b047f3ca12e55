"""The `shop` command. Standard output carries the result alone; everything else goes to standard error."""

import click

from shop.cli.admin import admin
from shop.cli.advise import advise
from shop.cli.catalog import catalog
from shop.cli.content import content
from shop.cli.db import db
from shop.cli.rules import rules
from shop.cli.serve import serve
from shop.cli.verify import verify


@click.group()
def main() -> None:
    """Magnesiumwijzer: a magnesium shop whose advice can be checked."""


main.add_command(serve)
main.add_command(admin)
main.add_command(advise)
main.add_command(content)
main.add_command(catalog)
main.add_command(db)
main.add_command(verify)
main.add_command(rules)
