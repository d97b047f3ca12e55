"""`shop catalog pictures fetch`: pictures from the addresses in imported files."""

import click

from catalog.edits.fetched_pictures import fetch_waiting, waiting_addresses
from catalog.picture_fetching import Allowed
from recommend.loading import load_ruleset
from shop.cli.faults import plain_faults
from shop.cli.session import catalogue
from shop.settings import read_settings
from shop.web.services import system_clock


@click.group()
def pictures() -> None:
    """Work on the pictures of products."""


@pictures.command()
@click.option("--again", is_flag=True, help="Also try the addresses that were refused before.")
@click.option("--limit", type=click.IntRange(min=1), help="Fetch at most so many.")
def fetch(again: bool, limit: int | None) -> None:
    """Fetch the pictures whose addresses came with an import, and add them to their products.

    Only over https, and only from the hosts in SHOP_PICTURE_HOSTS (host or host:port, separated by commas; none unless
    it is set). A reason for each refused one is printed, and shown on the product's page Pictures.
    """
    with plain_faults():
        settings = read_settings()
        ruleset = load_ruleset(settings.rules_dir)
        allowed = settings.picture_sources or Allowed()
        with catalogue(settings) as session:
            waiting = len(waiting_addresses(session, again=again))
            done = refused = 0
            for each, problem in fetch_waiting(session, allowed, ruleset, system_clock, again=again, limit=limit):
                done += 1
                refused += problem is not None
                said = f"refused: {problem.text('en')}" if problem else "added"
                click.echo(f"{each.sku}: {each.address}: {said}")
    click.echo(f"{done - refused} added, {refused} refused, {waiting - done} still waiting")
