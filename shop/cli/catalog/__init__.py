"""`shop catalog`: fill, check, import and export what is sold, one file for each command."""

import click


@click.group()
def catalog() -> None:
    """Work on the catalogue."""
