"""`shop catalog pictures fetch`: pictures from the addresses in imported files."""

from datetime import datetime

import click
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from catalog.edits.fetched_pictures import WaitingAddress, add_fetched_picture, record_address, waiting_addresses
from catalog.edits.store import ConflictError
from catalog.picture_fetching import Allowed, FetchRefusedError, fetch_picture
from catalog.product_problems import ProductProblem, RefusedError
from recommend.knowledge import Ruleset
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
            waiting = waiting_addresses(session, again=again)
            refused = 0
            for each in waiting[:limit]:
                problem = _fetched(session, each, allowed, ruleset, system_clock())
                refused += problem is not None
                said = f"refused: {problem.text('en')}" if problem else "added"
                click.echo(f"{each.sku}: {each.address}: {said}")
    done = len(waiting[:limit])
    click.echo(f"{done - refused} added, {refused} refused, {len(waiting) - done} still waiting")


def _fetched(
    session: Session, waiting: WaitingAddress, allowed: Allowed, ruleset: Ruleset, at: datetime
) -> ProductProblem | None:
    """Fetch one picture and record the result; returns the problem that kept it out."""
    session.rollback()  # no transaction is open while a site answers
    problem = None
    try:
        add_fetched_picture(session, waiting, fetch_picture(waiting.address, allowed), at, ruleset)
    except FetchRefusedError as error:
        problem = ProductProblem("picture", error.code, error.values)
    except RefusedError as error:
        problem = error.problems[0]
    except ConflictError:
        problem = ProductProblem("picture", "fetch-conflict")
    except NoResultFound:  # its addresses went with it
        session.rollback()
        return ProductProblem("picture", "fetch-gone")
    record_address(session, waiting.id, problem, at)
    session.commit()
    return problem
