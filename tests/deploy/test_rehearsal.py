"""What `shop/deploy` promises, rehearsed: its files run on machines of their own, under load, with faults."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.deploy.installation import Installation, Visitors, installation, what_is_missing
from tests.deploy.machines import can_make_machines, signal_all

REASON = can_make_machines() or what_is_missing()
pytestmark = [pytest.mark.deploy, pytest.mark.skipif(bool(REASON), reason=REASON)]


@pytest.fixture
def shops() -> Iterator[Installation]:
    """In a folder that the system's user of PostgreSQL can reach, which pytest's are not."""
    with TemporaryDirectory(prefix="rehearsal-") as folder, installation(Path(folder)) as whole:
        yield whole


def test_faults_lose_no_acknowledged_edit_or_order(shops: Installation) -> None:
    visitors = Visitors(shops)
    visitors.wait_for(5, "read", "order", "edit")

    signal_all(shops.processes["shop1"], signal.SIGSTOP)
    visitors.wait_for(5, "read", "order", "edit")
    signal_all(shops.processes["shop1"], signal.SIGCONT)

    shops.end("proxy")
    shops.start_proxy()
    visitors.wait_for(5, "read", "order", "edit")

    for name in ("shop1", "shop2"):
        shops.end(name)
        shops.start_shop(name)
        shops.wait_for_shop(name)
    visitors.wait_for(5, "read", "order", "edit")

    shops.machines["primary"].cut_off()
    cut = time.time()
    visitors.wait_for(20, "read")
    shops.follow("The primary is gone.")
    visitors.wait_for(5, "read", "order", "edit")
    assert visitors.done("read", cut)
    visitors.leave()

    kept = shops.rows("standby", "SELECT name FROM brand")
    assert {one["name"] for one in visitors.done("edit")} <= kept
    print(visitors.longest_without_reading(), len(visitors.done("edit")), len(visitors.done("order")))
