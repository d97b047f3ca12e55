"""The installation that `shop/deploy` describes, on machines of the rehearsal: proxy, two shops, primary, standby."""

import atexit
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from catalog.db.engine import CATALOGUE, newest_revision
from catalog.orders.store import ORDERS
from tests.deploy.files import FOLDER, runbook_commands, service, settings_of, shop_command
from tests.deploy.machines import Machine, machines, signal_all
from tests.deploy.visitors import HOMES
from tests.postgresql import wait_until

HOST = "winkel.local"
VARIABLES = {
    "SHOP_HOST": HOST,
    "SHOP_SECRET_KEY": "a key for rehearsals only, and long enough",
    "POSTGRES_PASSWORD": "of-the-shop",
    "REPLICATION_PASSWORD": "of-the-standby",
}
ROOT = FOLDER.parent.parent
OWNER, PASSWORD = "eigenaar@winkel.example", "twaalf paarse olifanten"
NAMES = ("proxy", "shop1", "shop2", "primary", "standby", "visitor")


def programs_of_postgresql() -> Path | None:
    """Where Debian's server has its programs; the newest of several."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return found[-1] if found else None


def what_is_missing() -> str:
    """The Debian packages that are not on this machine."""
    wanted = {"caddy": shutil.which("caddy"), "gosu": shutil.which("gosu"), "postgresql": programs_of_postgresql()}
    return ", ".join(name for name, found in wanted.items() if found is None)


def next_version(folder: Path) -> Path:
    """The shop's source as an image has it, with a further migration of each set of tables, as the next version's."""
    listed = (FOLDER / "Dockerfile.dockerignore").read_text()
    for name in re.findall(r"^!(\S+)$", listed, re.MULTILINE):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    for migrations, table in ((CATALOGUE, "brand"), (ORDERS, "purchase")):
        file = folder / migrations.folder.relative_to(ROOT) / "versions" / f"{NEXT}.py"
        file.write_text(_MIGRATION.format(after=newest_revision(migrations), table=table, name=NEXT))
    return folder


NEXT = "next_version"
_MIGRATION = """\"\"\"A column and an index that the version before does not know.\"\"\"

import sqlalchemy as sa
from alembic import op

revision = "{name}"
down_revision = "{after}"


def upgrade() -> None:
    op.add_column("{table}", sa.Column("rehearsed", sa.Text(), server_default="no", nullable=False))
    op.create_index("ix_{table}_rehearsed", "{table}", ["rehearsed"])
"""


@cache
def _images() -> Path:
    """Where the shop as it is here is installed, once for all rehearsals of a run."""
    folder = Path(mkdtemp(prefix="rehearsal-image-"))
    folder.chmod(0o755)
    atexit.register(shutil.rmtree, folder)
    return folder


class Installation:
    """The machines with their processes, by the name of the service."""

    def __init__(self, folder: Path, made: dict[str, Machine]) -> None:
        self.folder, self.machines = folder, made
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._bin = programs_of_postgresql()
        self._volumes: list[Path] = []
        self.variables = dict(VARIABLES)
        """The environment of the administrator, from which the files take settings."""
        self.source = ROOT
        self._images: dict[str, str] = {}
        self._clocks: dict[str, dict[str, str]] = {}

    def note(self, event: str) -> None:
        """Write down what happens now, beside the logs of the machines."""
        with (self.folder / "rehearsal.log").open("a") as log:
            log.write(f"{time.time():.1f} {event}\n")

    def environment(self, name: str) -> dict[str, str]:
        """The settings of a service, as the engine would give them."""
        if name == "proxy":
            return {"SHOP_HOST": HOST, "XDG_DATA_HOME": str(self.folder / "proxy"), "HOME": str(self.folder)}
        if name.startswith("shop"):
            path = f"{self._images.get(name) or self._image}/bin:{os.environ['PATH']}"
            of_machine = {"PATH": path, "SHOP_INSTANCE": str(self.folder / name / "instance")}
            return settings_of(name, self.variables) | of_machine | self._clocks.get(name, {})
        given = settings_of(name, self.variables) | {"PGDATA": str(self.folder / name / "data")}
        by_network = {"PGHOST": "127.0.0.1", "PGPASSWORD": self.variables["POSTGRES_PASSWORD"]}
        return given | by_network | {"PATH": f"{self._bin}:{os.environ['PATH']}"}

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a service, and again whenever it ends by itself: `restart: unless-stopped`."""
        again = ["sh", "-c", 'trap "over=1" INT TERM; until [ "$over" ]; do "$@"; [ "$over" ] || sleep 1; done', name]
        process = self.machines[name].start([*again, *command], self.environment(name))
        self.processes[name] = process
        (self.folder / f"{name}.pid").write_text(str(process.pid))

    def end(self, name: str) -> None:
        process = self.processes.pop(name, None)
        if process is None:
            return
        with suppress(ProcessLookupError):
            signal_all(process, signal.SIGCONT)
            signal_all(process, signal.SIGINT if name in ("primary", "standby") else signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            signal_all(process, signal.SIGKILL)
            process.wait()

    def give_clock(self, name: str) -> None:
        """Let a shop have a clock of its own from its next start on, which `set_clock` moves."""
        library, source = self.folder / "clock.so", Path(__file__).with_name("clock.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(source)], check=True)
        self.set_clock(name, 0)
        self._clocks[name] = {"LD_PRELOAD": str(library), "CLOCK_FILE": str(self.folder / f"{name}.clock")}

    def set_clock(self, name: str, hours: float) -> None:
        """Set a shop's clock to so many hours from the right time."""
        (self.folder / f"{name}.clock").write_text(f"{int(hours * 3600)}\n")

    def lose(self, name: str) -> None:
        """End a service and delete all that it had."""
        self.end(name)
        shutil.rmtree(self.folder / name)

    def edits_of(self, name: str, since: float) -> int:
        """The edits that a shop itself took since a moment, by its log."""
        taken = 0
        for line in (self.folder / f"{name}.log").read_text().splitlines():
            if '"method":"POST","route":"/admin/brands/new","status":303' in line:
                taken += datetime.fromisoformat(json.loads(line)["time"]).timestamp() >= since
        return taken

    def volume(self, name: str, megabytes: int) -> Path:
        """A small disk of its own in the place of a service's folder."""
        place = self.folder / name
        place.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)], check=True)
        self._volumes.append(place)
        return place

    def remove_volumes(self) -> None:
        for place in self._volumes:
            subprocess.run(["umount", "--lazy", str(place)], check=False)

    def fill(self, place: Path) -> Path:
        """A file of nobody's that takes all the room of a disk."""
        filler = place / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"x" * 4096)
        return filler

    @property
    def _image(self) -> Path:
        """The prefix in which the present source is installed."""
        place = _images() if self.source == ROOT else self.folder / "opt"
        return place / self.source.name

    def build(self) -> None:
        """The Dockerfile's step that installs the shop, in a prefix of its own, unless it was done for this source."""
        if self._image.exists():
            return
        text = (FOLDER / "Dockerfile").read_text()
        (step,) = re.findall(r"^RUN (uv sync .*)$", text, re.MULTILINE)
        step = step.replace("/usr/local/bin/python3", sys.executable)
        where = {"UV_PROJECT_ENVIRONMENT": str(self._image), "UV_LINK_MODE": "copy"}
        done = subprocess.run(
            shlex.split(step),
            env={name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"} | where,
            cwd=self.source, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    def make_primary(self) -> None:
        """The image's first start, then our script, then the server with the options of the file."""
        home, machine, env = self.folder / "primary", self.machines["primary"], self.environment("primary")
        home.mkdir(exist_ok=True)
        shutil.chown(home, "postgres", "postgres")
        password = self.folder / "password"
        password.write_text(self.variables["POSTGRES_PASSWORD"])
        shutil.chown(password, "postgres")
        as_server = ("gosu", "postgres")
        machine.run(
            *as_server, "initdb", "--no-sync", "--username=shop", f"--pwfile={password}",
            "--auth-host=scram-sha-256", "--auth-local=trust", "--encoding=utf8", environment=env,
        )  # fmt: skip
        with (home / "data" / "pg_hba.conf").open("a") as rules:
            rules.write("host all all all scram-sha-256\n")
        with (home / "data" / "postgresql.conf").open("a") as settings:  # as in the image
            settings.write("listen_addresses = '*'\nunix_socket_directories = ''\n")
        machine.run(*as_server, "pg_ctl", "start", "-w", "-l", str(home / "first.log"), environment=env)
        machine.run(*as_server, "createdb", "-U", "shop", "shop", environment=env)
        machine.run(*as_server, "bash", str(FOLDER / "primary.sh"), environment=env)
        machine.run(*as_server, "pg_ctl", "stop", "-w", environment=env)
        self.start("primary", [*as_server, *shlex.split(service("primary", self.variables)["command"])])
        self._wait_for_database("primary")

    def make_standby(self) -> None:
        home = self.folder / "standby"
        home.mkdir()
        shutil.chown(home, "postgres", "postgres")
        self.start("standby", ["bash", str(FOLDER / "standby.sh")])
        self._wait_for_database("standby")

    def _wait_for_database(self, name: str) -> None:
        machine, env = self.machines[name], self.environment(name)

        def answers() -> bool:
            with suppress(AssertionError):
                return bool(machine.run("pg_isready", "-q", "-h", machine.address, environment=env) == "")
            return False

        wait_until(answers, f"{name} to answer", 60)

    def start_shop(self, name: str) -> None:
        (self.folder / name).mkdir(exist_ok=True)
        shutil.rmtree(self.folder / name / "instance", ignore_errors=True)  # in memory, and a new container has none
        self._images[name] = str(self._image)
        self.start(name, shop_command())

    def wait_for_shop(self, name: str) -> None:
        ask = "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"

        def is_ready() -> bool:
            with suppress(AssertionError):
                self.machines[name].run(sys.executable, "-c", ask)
                return True
            return False

        wait_until(is_ready, f"{name} to be ready", 90)

    def start_proxy(self) -> None:
        """Caddy with the file's configuration; its authority is not made known to the machine that rehearses."""
        adapted = self.machines["proxy"].run(
            "caddy", "adapt", "--config", str(FOLDER / "Caddyfile"), environment=self.environment("proxy")
        )
        configuration: dict[str, Any] = json.loads(adapted)
        authority = {"install_trust": False}
        configuration["apps"]["pki"] = {"certificate_authorities": {"local": authority}}
        file = self.folder / "caddy.json"
        file.write_text(json.dumps(configuration))
        self.start("proxy", ["caddy", "run", "--config", str(file)])
        wait_until(self.certificate.exists, "the proxy's authority", 30)

    @property
    def certificate(self) -> Path:
        return self.folder / "proxy" / "caddy" / "pki" / "authorities" / "local" / "root.crt"

    def make_owner(self) -> None:
        """The first owner, by the command of the runbook, and the link that it prints."""
        shop1 = self.machines["shop1"]
        create = ("shop", "admin", "create", OWNER, "--role", "owner", "--invite", "--address", f"https://{HOST}")
        printed = shop1.run(*create, environment=self.environment("shop1"))
        (link,) = re.findall(r"https://\S+", printed)
        self.machines["visitor"].run(sys.executable, "-m", "tests.deploy.accept", link, str(self.certificate), PASSWORD)

    def follow(self, title: str, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Do what a paragraph of the runbook says, its commands as they are written; `meanwhile` follows each."""
        for command in runbook_commands(title):
            self.note(command)
            words = shlex.split(command)
            if words[0] == "export":
                self.variables |= dict(word.split("=", 1) for word in words[1:])
            elif words[:3] == ["docker", "compose", "up"]:
                self._up(words[3:])
            else:
                self._run_as_written(command)
            meanwhile()

    def _up(self, words: Sequence[str]) -> None:
        """`docker compose up -d [--build] [--no-deps] [--wait] SERVICE…`: make anew what is named."""
        names = [word for word in words if not word.startswith("-")]
        assert set(words) - set(names) <= {"-d", "--build", "--no-deps", "--wait"}
        if "--build" in words:
            self.build()
        for name in names:
            self.end(name)
            if name in ("primary", "standby"):
                self.make_primary() if name == "primary" else self.make_standby()
            elif name == "proxy":
                self.start_proxy()
            else:
                self.start_shop(name)
        for name in names if "--wait" in words else ():
            if name.startswith("shop"):
                self.wait_for_shop(name)

    def _run_as_written(self, command: str) -> None:
        """Run a command with our few words of the engine in the place of the engine's."""
        shim = self.folder / "engine"
        shim.mkdir(exist_ok=True)
        (shim / "docker").write_text(_ENGINE.format(folder=self.folder))
        (shim / "docker").chmod(0o755)
        for name in ("primary", "standby", "shop1", "shop2"):
            lines = (f"export {key}={shlex.quote(value)}\n" for key, value in self.environment(name).items())
            (shim / f"{name}.env").write_text("".join(lines))
        done = subprocess.run(
            ["sh", "-c", command],
            env=os.environ | {"PATH": f"{shim}:{os.environ['PATH']}"},
            cwd=self.folder, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"

    def psql(self, machine: str) -> "subprocess.Popen[bytes]":
        """A connection to a server, which does what is written to it."""
        command = ["ip", "netns", "exec", self.machines[machine].space, "psql", "-q", "-U", "shop", "-d", "shop"]
        with (self.folder / "psql.log").open("ab") as log:
            process = subprocess.Popen(
                command, env=os.environ | self.environment(machine), stdin=subprocess.PIPE, stdout=log, stderr=log
            )
        assert process.stdin
        process.stdin.write(b"\\echo connected\n")
        process.stdin.flush()
        wait_until(lambda: "connected" in (self.folder / "psql.log").read_text(), "a connection", 30)
        return process

    def rows(self, machine: str, query: str) -> set[str]:
        """The rows that a query gives on a server, a line for each."""
        ask = ("psql", "-At", "-U", "shop", "-d", "shop", "-c", query)
        return set(self.machines[machine].run(*ask, environment=self.environment(machine)).splitlines())


_ENGINE = """#!/bin/sh
# The few words of the container engine that the runbook uses, for machines in namespaces.
set -eu
shift # compose
word=$1
shift
entry=
while [ "${{1#-}}" != "$1" ]; do
    if [ "$1" = --entrypoint ]; then entry=$2; shift; fi
    shift
done
name=$1
shift
. "{folder}/engine/$name.env"
case $word in
    exec) exec ip netns exec "shop-$name" "$@" ;;
    run) exec ip netns exec "shop-$name" ${{entry:-shop}} "$@" ;;
    stop) pkill -INT -g "$(cat "{folder}/$name.pid")" ;;
    *) echo "unknown: $word" >&2; exit 2 ;;
esac
"""


class Visitors:
    """Visitors at the proxy; what became of their requests so far."""

    def __init__(self, installation: Installation, name: str = "visitors") -> None:
        self._file = installation.folder / f"{name}.jsonl"
        machine = installation.machines["visitor"]
        command = [sys.executable, "-m", "tests.deploy.visitors", f"https://{HOST}", str(installation.certificate)]
        self._log = installation.folder / f"{name}.log"
        with self._file.open("wb") as lines, self._log.open("wb") as log:
            self._process = subprocess.Popen(
                ["ip", "netns", "exec", machine.space, *command, OWNER, PASSWORD],
                stdin=subprocess.PIPE, stdout=lines, stderr=log,
            )  # fmt: skip

    def done(self, what: str, since: float = 0) -> list[dict[str, Any]]:
        """The acknowledged requests of a kind that ended after a moment."""
        return [one for one in self._told(since) if one["what"] == what and one["ok"]]

    def refused(self, since: float) -> list[dict[str, Any]]:
        """The edits and orders that ended after a moment and were not acknowledged."""
        return [one for one in self._told(since) if not one["ok"] and one["what"] != "read"]

    def _told(self, since: float) -> list[dict[str, Any]]:
        assert self._process.poll() is None or since == 0, "the visitors have left"
        lines = [json.loads(line) for line in self._file.read_text().splitlines() if line.endswith("}")]
        return [one for one in lines if one["at"] >= since]

    def wait_for(self, number: int, *kinds: str) -> None:
        """Wait until there are so many more of each kind."""
        begun = time.time()
        for kind in kinds:
            try:
                wait_until(partial(self._has, kind, begun, number), f"{number} × {kind}", 90)
            except AssertionError as error:
                raise AssertionError(f"{error}: {self._log.read_text()[-2000:]}") from error

    def _has(self, kind: str, since: float, number: int) -> bool:
        return len(self.done(kind, since)) >= number

    def longest_without_reading(self) -> float:
        """The longest time, in seconds, in which nobody who read was answered."""
        moments: list[float] = [one["at"] for one in self.done("read")]
        return max(later - earlier for earlier, later in pairwise(moments))

    def leave(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(60)


class SlowClients:
    """Clients at the proxy that send a byte now and then; connected within the block."""

    def __init__(self, installation: Installation, number: int) -> None:
        self.connected, self.came = 0, 0
        machine = installation.machines["visitor"]
        command = [sys.executable, "-m", "tests.deploy.slow", f"https://{HOST}", str(installation.certificate)]
        with (installation.folder / "slow.log").open("wb") as log:
            self._process = subprocess.Popen(
                ["ip", "netns", "exec", machine.space, *command, str(number)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip

    def __enter__(self) -> "SlowClients":
        assert self._process.stdout
        assert self._process.stdout.readline() == "connected\n", "the slow clients ended; see slow.log"
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        line = self._process.stdout.readline()
        self._process.stdout.close()
        self._process.wait(30)
        self.connected, self.came = (int(each) for each in line.split())


@contextmanager
def installation(folder: Path, disks: Mapping[str, int] | None = None) -> Iterator[Installation]:
    """All of it, running; `disks` are the megabytes of services that have a small disk of their own."""
    folder.chmod(0o755)
    with ExitStack() as stack:
        made = stack.enter_context(machines(folder, NAMES, {"proxy": HOST}))
        for home in HOMES:
            made["visitor"].run("ip", "address", "add", f"{home}/24", "dev", "eth0")
        whole = Installation(folder, made)
        stack.callback(whole.remove_volumes)
        for name, megabytes in (disks or {}).items():
            whole.volume(name, megabytes)
        for name in NAMES:
            stack.callback(whole.end, name)
        whole.build()
        whole.make_primary()
        whole.make_standby()
        for name in ("shop1", "shop2"):
            whole.start_shop(name)
        for name in ("shop1", "shop2"):
            whole.wait_for_shop(name)
        whole.start_proxy()
        whole.make_owner()
        yield whole
