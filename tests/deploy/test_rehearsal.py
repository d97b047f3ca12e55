"""The promises of `shop/deploy`, rehearsed: its files run on machines of their own, under load, with faults."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.deploy.installation import (
    NEXT,
    Installation,
    SlowClients,
    Visitors,
    installation,
    next_version,
    what_is_missing,
)
from tests.deploy.machines import can_make_machines, signal_all
from tests.postgresql import wait_until

LONGEST_SECONDS = 10
"""As long as the proxy needs to see that a shop does not answer: it asks every 5 s and waits for 4."""
DISK_MEGABYTES = 160
SLOW_CLIENTS = 1000
SECONDS_WRONG = 20
USE_UP_LOG = b"SELECT pg_create_restore_point('x'), pg_switch_wal();"
"""The statement that begins another file of PostgreSQL's log, 16 MB."""
REASON = "" if os.environ.get("SHOP_REHEARSAL") else "takes some minutes: run with SHOP_REHEARSAL=1"
REASON = REASON or can_make_machines() or what_is_missing()
pytestmark = [pytest.mark.deploy, pytest.mark.skipif(bool(REASON), reason=REASON)]


@contextmanager
def rehearsal(kept: Path, disks: Mapping[str, int] | None = None) -> Iterator[Installation]:
    """An installation in a folder that the system's user of PostgreSQL can reach, which pytest's are not.

    Afterwards `kept` has what every machine and the visitors said; a failure names it.
    """
    with TemporaryDirectory(prefix="rehearsal-") as folder:
        try:
            with installation(Path(folder), disks) as whole:
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

    nothing_is_lost(shops, visitors, "standby")
    assert without_reading < LONGEST_SECONDS


def nothing_is_lost(shops: Installation, visitors: Visitors, primary: str) -> None:
    """Hold that what was acknowledged is there, once, and that the books are sound."""
    kept = shops.rows(primary, "SELECT name FROM brand")
    assert {one["name"] for one in visitors.done("edit")} <= kept
    paid = shops.rows(primary, "SELECT email FROM purchase WHERE state = 'confirmed'")
    assert {one["name"] for one in visitors.done("order")} <= paid
    assert shops.rows(primary, "SELECT email FROM purchase GROUP BY email HAVING count(*) > 1") == set()
    shops.machines["shop1"].run("shop", "orders", "check", environment=shops.environment("shop1"))


def test_a_full_disk_refuses_in_words_and_what_was_acknowledged_is_there_when_there_is_room(tmp_path: Path) -> None:
    with rehearsal(tmp_path, {"primary": DISK_MEGABYTES, "shop1": 2, "shop2": 2}) as shops:
        visitors, everything = Visitors(shops), ("read", "order", "edit")
        visitors.wait_for(3, *everything)

        shops.note("the disks of both shops are full")
        fillers = [shops.fill(shops.folder / name) for name in ("shop1", "shop2")]
        visitors.wait_for(3, *everything)
        for filler in fillers:
            filler.unlink()

        shops.note("the disk of the primary is full")
        psql = shops.psql("primary")
        begun, filler = time.time(), shops.fill(shops.folder / "primary")
        wait_until(lambda: len(visitors.refused(begun)) >= 5, "5 refusals", 90)
        visitors.wait_for(20, "read")
        shops.note("it cannot write its log either")
        with suppress(BrokenPipeError):
            psql.communicate(USE_UP_LOG * 20, timeout=60)
        assert psql.returncode
        without_log = time.time()
        visitors.wait_for(200, "read")
        wait_until(lambda: len(visitors.refused(without_log)) >= 5, "5 refusals more", 90)
        shops.note("there is room again")
        said = {one["said"] for one in visitors.refused(begun)}
        filler.unlink()
        visitors.wait_for(3, *everything)
        visitors.leave()
        nothing_is_lost(shops, visitors, "primary")
        assert all(words.startswith("503 De winkel is even niet bereikbaar") for words in said), said
        assert any("De database heeft geen ruimte" in words for words in said), said


def test_a_thousand_slow_connections_keep_nobody_waiting_for_a_second(tmp_path: Path) -> None:
    with rehearsal(tmp_path) as shops:
        visitors, everything = Visitors(shops), ("read", "order", "edit")
        visitors.wait_for(3, *everything)
        shops.note("a thousand slow clients connect")
        with SlowClients(shops, SLOW_CLIENTS) as slow:
            shops.note("they are there")
            begun = time.time()
            visitors.wait_for(500, "read")
            visitors.wait_for(3, "order", "edit")
            times = sorted(one["seconds"] for one in visitors.done("read", begun))
        shops.note("they are gone")
        visitors.leave()
        nothing_is_lost(shops, visitors, "primary")
        p99, longest = times[int(len(times) * 0.99)], times[-1]
        half = times[len(times) // 2]
        sys.stdout.write(
            f"\n{slow.connected} slow clients, who came {slow.came} times: {len(times)} pages, p50 {half:.3f} s,"
            f" p99 {p99:.3f} s, the longest {longest:.3f} s\n"
        )
        assert slow.connected > SLOW_CLIENTS * 0.9
        assert p99 < 1
        assert longest < 3


def test_a_new_version_with_migrations_is_rolled_out_while_the_old_one_serves(tmp_path: Path) -> None:
    with rehearsal(tmp_path) as shops:
        visitors, everything = Visitors(shops), ("read", "order", "edit")
        visitors.wait_for(3, *everything)
        (shops.folder / "next").mkdir()
        shops.source = next_version(shops.folder / "next")
        shops.build()
        served: list[int] = []

        def use_both() -> None:
            begun = time.time()
            visitors.wait_for(3, *everything)
            visitors.wait_for(20, "edit")
            served.append(shops.edits_of("shop2", begun))

        shops.follow("New version.", use_both)
        without_reading = visitors.longest_without_reading()
        visitors.leave()
        migrated = "SELECT version_num FROM alembic_version UNION SELECT version_num FROM orders_version"
        assert shops.rows("primary", migrated) == {NEXT}
        assert served[0] > 0, "the old version took no edit beside the new one"
        nothing_is_lost(shops, visitors, "primary")
        assert without_reading < LONGEST_SECONDS


def test_a_backup_is_restored_into_an_empty_place_and_sends_nothing_until_told(tmp_path: Path) -> None:
    with rehearsal(tmp_path) as shops:
        visitors, everything = Visitors(shops), ("read", "order", "edit")
        visitors.wait_for(5, *everything)
        begun = time.time()
        shops.follow("Back up.")
        visitors.wait_for(3, *everything)
        visitors.leave()
        edits, orders = (
            {one["name"] for one in visitors.done(what) if one["at"] < begun} for what in ("edit", "order")
        )

        shops.note("all machines but the proxy are lost")
        for name in ("shop1", "shop2", "standby", "primary"):
            shops.lose(name)
        shops.follow("Restore.")
        assert len(edits) >= 5
        assert edits <= shops.rows("primary", "SELECT name FROM brand")
        assert orders <= shops.rows("primary", "SELECT email FROM purchase WHERE state = 'confirmed'")
        later = Visitors(shops, "later")  # the owner signs in with the password of before
        later.wait_for(3, *everything)
        assert sent_mails(shops) == []
        shops.follow("Send again.")
        later.wait_for(3, *everything)
        wait_until(lambda: sent_mails(shops) != [], "mails", 60)
        later.leave()
        nothing_is_lost(shops, later, "primary")


def sent_mails(shops: Installation) -> list[Path]:
    """The mails that the shops wrote, having no server to send by."""
    return list(shops.folder.glob("shop*/instance/mail/*.eml"))


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler, for a clock of one's own")
def test_wrong_clocks_refuse_in_words_lose_no_order_and_sign_nobody_out_for_good(tmp_path: Path) -> None:
    with rehearsal(tmp_path) as shops:
        for name in ("shop1", "shop2"):
            shops.give_clock(name)
            shops.end(name)
            shops.start_shop(name)
            shops.wait_for_shop(name)
        visitors, everything = Visitors(shops), ("read", "order", "edit")
        visitors.wait_for(3, *everything)

        def set_clocks(shop1: float, shop2: float) -> float:
            shops.note(f"the clocks of the shops are wrong by {shop1:.3f} and {shop2:.3f} hours")
            shops.set_clock("shop1", shop1)
            shops.set_clock("shop2", shop2)
            begun = time.time()
            visitors.wait_for(10, *everything)
            return begun

        by_seconds, by_hours = set_clocks(SECONDS_WRONG / 3600, -SECONDS_WRONG / 3600), set_clocks(2, -1)
        set_clocks(-1, 2)
        right = set_clocks(0, 0)
        refused = visitors.refused(by_seconds)
        visitors.leave()
        nothing_is_lost(shops, visitors, "primary")
        assert [one for one in refused if one["at"] < by_hours] == []
        assert [one for one in refused if not one["said"] or one["said"].startswith("5")] == []
        assert [one for one in refused if one["at"] - one["seconds"] > right] == []
