"""`shop loadtest`: visits begin at a stated rate at a running shop; figures go to standard output."""

import ipaddress
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import click
import msgspec

from shop.cli.loadtest.plan import SHARES, Outcome, Plan
from shop.cli.loadtest.report import HEADER, Figures, figures_of, line_of, lines_by_kind, verdict

STEP_UP = 1.3
MOST_STEPS = 25


@click.command()
@click.argument("address")
@click.option(
    "--visits", type=click.FloatRange(1), default=3600, show_default=True, help="Visits an hour, to begin with."
)
@click.option("--seconds", type=click.FloatRange(1), default=40, show_default=True, help="Length of a step.")
@click.option("--climb", is_flag=True, help="Add 30 % after each step, until a rate is not held.")
@click.option("--limit", type=click.FloatRange(1), default=1000, show_default=True, help="Most milliseconds of p99.")
@click.option("--pause", type=click.FloatRange(0), default=1, show_default=True, help="Mean seconds between two pages.")
@click.option("--share", "shares", multiple=True, metavar="KIND=NUMBER", help="Other share of a kind of visit.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write all figures there.")
@click.option("--yes", is_flag=True, help="Load a shop that is not on this machine.")
def loadtest(
    address: str,
    *,
    visits: float,
    seconds: float,
    climb: bool,
    limit: float,
    pause: float,
    shares: tuple[str, ...],
    seed: int,
    file: Path | None,
    yes: bool,
) -> None:
    """Replay a realistic day against the shop at ADDRESS, such as http://127.0.0.1:8000.

    Visitors browse, filter, search, take the questionnaire, fill a basket and order, at stated shares; visits begin at
    the stated rate whether or not the shop keeps up. Orders are sent only where the checkout says that it is a trial
    (SHOP_PAYMENTS=trial). A shop counts the orders of a network address: serve with SHOP_PROXIES=1, since each visit
    says that it has an address of its own. Needs the dependency group `bench`.
    """
    address = address.rstrip("/")
    if not is_local(address) and not yes:
        raise click.ClickException(f"{address} is not on this machine; --yes loads it all the same")
    if find_spec("locust") is None:
        raise click.ClickException("needs Locust: uv run --group bench shop loadtest …")
    plan = Plan(address, visits, seconds, pause, read_shares(shares), seed)
    readiness(address)
    click.echo(f"{_of_machine()}; visits in a hundred: {_in_hundred(plan.shares)}")
    click.echo("machine: of all cores; shop, driver: of one core")
    click.echo(HEADER)
    steps: list[Figures] = []
    with _driver() as driver:
        for _ in range(MOST_STEPS if climb else 1):
            steps.append(figures_of(plan, drive(driver, plan)))
            click.echo(line_of(steps[-1]))
            if not steps[-1].is_held(limit / 1000):
                break
            plan = msgspec.structs.replace(plan, visits_an_hour=plan.visits_an_hour * STEP_UP)
    shown = next((one for one in reversed(steps) if one.is_held(limit / 1000)), steps[-1])
    click.echo(f"\nAt {shown.visits_an_hour:,.0f} visits an hour, without the first quarter of the step:")
    click.echo("\n".join(lines_by_kind(shown)))
    click.echo("\n" + verdict(steps, limit / 1000))
    if file is not None:
        file.write_bytes(msgspec.json.format(msgspec.json.encode(steps)))
    click.echo(f"Afterwards the shop is {readiness(address)}.")


def is_local(address: str) -> bool:
    """Whether every address of the host is this machine's own. Raises ClickException for no address of a shop."""
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise click.ClickException(f"{address}: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        raise click.ClickException(f"{address}: not of the form http://HOST:PORT")
    try:
        found = {str(one[4][0]) for one in socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)}
    except OSError as error:
        raise click.ClickException(f"{parts.hostname}: {error.strerror}") from error
    return all(ipaddress.ip_address(one.partition("%")[0]).is_loopback for one in found)


def read_shares(given: tuple[str, ...]) -> dict[str, float]:
    """The usual shares with others in their place. Raises ClickException for one that cannot be read."""
    shares = dict(SHARES)
    for one in given:
        kind, _equals, number = one.partition("=")
        if kind not in shares or not number.replace(".", "", 1).isdecimal():
            raise click.ClickException(f"--share {one}: a kind ({', '.join(SHARES)}), = and a number")
        shares[kind] = float(number)
    if not any(shares.values()):
        raise click.ClickException("--share: some kind must have more than 0")
    return shares


@contextmanager
def _driver() -> Iterator["subprocess.Popen[str]"]:
    """The process that sends: gevent patches the standard library, which no other command should meet."""
    command = [sys.executable, "-m", "shop.cli.loadtest.driver"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        yield process
        if process.stdin:
            process.stdin.close()


def drive(driver: "subprocess.Popen[str]", plan: Plan) -> Outcome:
    """One step. Raises ClickException when the driver ended instead."""
    if driver.stdin is None or driver.stdout is None:
        raise click.ClickException("the driver has no input")
    driver.stdin.write(msgspec.json.encode(plan).decode() + "\n")
    driver.stdin.flush()
    line = driver.stdout.readline()
    if not line:
        raise click.ClickException("the driver ended without an outcome; what it said is above")
    return msgspec.json.decode(line, type=Outcome)


def readiness(address: str) -> str:
    """The words of `/readyz`, with the mails and documents that still wait. Raises ClickException without an answer."""
    try:
        with urlopen(f"{address}/readyz", timeout=30) as answer:  # noqa: S310 - an address that was looked at
            return "; ".join(answer.read().decode().split("\n")).strip("; ")
    except (OSError, HTTPException) as error:
        raise click.ClickException(f"{address}: no shop that is ready ({error})") from error


def _of_machine() -> str:
    load = ", ".join(f"{one:.2f}" for one in os.getloadavg())
    return f"{os.cpu_count()} cores, shared with the driver where the shop is here too; load before {load}"


def _in_hundred(shares: dict[str, float]) -> str:
    whole = sum(shares.values())
    return ", ".join(f"{kind} {100 * share / whole:.0f}" for kind, share in shares.items() if share)
