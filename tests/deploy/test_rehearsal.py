"""The promises of `shop/deploy`, rehearsed: its files run on machines of their own, under load, with faults."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.deploy.installation import Installation, Visitors, installation, what_is_missing
from tests.deploy.machines import can_make_machines, signal_all

LONGEST_SECONDS = 10
"""As long as the proxy needs to see that a shop does not answer: it asks every 5 s and waits for 4."""
REASON = "" if os.environ.get("SHOP_REHEARSAL") else "takes some minutes: run with SHOP_REHEARSAL=1"
REASON = REASON or can_make_machines() or what_is_missing()
pytestmark = [pytest.mark.deploy, pytest.mark.skipif(bool(REASON), reason=REASON)]


@contextmanager
def rehearsal(kept: Path) -> Iterator[Installation]:
    """An installation in a folder that the system's user of PostgreSQL can reach, which pytest's are not.

    Afterwards `kept` has what every machine and the visitors said; a failure names it.
    """
    with TemporaryDirectory(prefix="rehearsal-") as folder:
        try:
            with installation(Path(folder)) as whole:
                yield whole
        except BaseException as error:
            error.add_note(f"logs of the rehearsal: {kept}")
            raise
        finally:
            for log in (*Path(folder).glob("*.log"), *Path(folder).glob("*.jsonl")):
                shutil.copy(log, kept)


def test_faults_lose_no_acknowledged_edit_or_order_and_reading_goes_on(tmp_path: Path) -> None:
    with rehearsal(tmp_path) as shops:
        lose_parts_in_turn(shops)


def lose_parts_in_turn(shops: Installation) -> None:
    visitors, everything = Visitors(shops), ("read", "order", "edit")
    visitors.wait_for(3, *everything)

    shops.note("a shop is frozen: the proxy stops asking it")
    signal_all(shops.processes["shop1"], signal.SIGSTOP)
    visitors.wait_for(3, *everything)
    signal_all(shops.processes["shop1"], signal.SIGCONT)

    shops.note("one shop after the other is started again, as for a new version")
    for name in ("shop1", "shop2"):
        shops.end(name)
        shops.start_shop(name)
        shops.wait_for_shop(name)
    visitors.wait_for(3, *everything)

    shops.note("the primary is cut off, not ended: nobody is told that it is gone")
    shops.machines["primary"].cut_off()
    visitors.wait_for(20, "read")
    shops.note("the standby becomes the primary")
    shops.follow("The primary is gone.")
    visitors.wait_for(3, *everything)
    without_reading = visitors.longest_without_reading()

    shops.note("the proxy is started again: the only one of its kind, so for a moment nobody answers")
    shops.end("proxy")
    shops.start_proxy()
    visitors.wait_for(3, *everything)
    visitors.leave()

    kept = shops.rows("standby", "SELECT name FROM brand")
    assert {one["name"] for one in visitors.done("edit")} <= kept
    paid = shops.rows("standby", "SELECT email FROM purchase WHERE state = 'confirmed'")
    assert {one["name"] for one in visitors.done("order")} <= paid
    assert shops.rows("standby", "SELECT email FROM purchase GROUP BY email HAVING count(*) > 1") == set()
    shops.machines["shop1"].run("shop", "orders", "check", environment=shops.environment("shop1"))
    assert without_reading < LONGEST_SECONDS
