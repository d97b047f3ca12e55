"""The installation that `shop/deploy` describes, on machines of the rehearsal: proxy, two shops, primary, standby."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.deploy.files import FOLDER, runbook_commands, service, settings_of, shop_command
from tests.deploy.machines import Machine, machines, signal_all
from tests.deploy.visitors import HOMES
from tests.postgresql import wait_until

HOST = "winkel.local"
SECRETS = {
    "SHOP_HOST": HOST,
    "SHOP_SECRET_KEY": "a key for rehearsals only, and long enough",
    "POSTGRES_PASSWORD": "of-the-shop",
    "REPLICATION_PASSWORD": "of-the-standby",
}
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


class Installation:
    """The machines with their processes, by the name of the service."""

    def __init__(self, folder: Path, made: dict[str, Machine]) -> None:
        self.folder, self.machines = folder, made
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._bin = programs_of_postgresql()

    def note(self, event: str) -> None:
        """Write down what happens now, beside the logs of the machines."""
        with (self.folder / "rehearsal.log").open("a") as log:
            log.write(f"{time.time():.1f} {event}\n")

    def environment(self, name: str) -> dict[str, str]:
        """The settings of a service, as the engine would give them."""
        if name == "proxy":
            return {"SHOP_HOST": HOST, "XDG_DATA_HOME": str(self.folder / "proxy"), "HOME": str(self.folder)}
        if name.startswith("shop"):
            path = f"{self.folder}/opt/shop/bin:{os.environ['PATH']}"
            return settings_of(name, SECRETS) | {"PATH": path, "SHOP_INSTANCE": str(self.folder / name / "instance")}
        given = settings_of(name, SECRETS) | {"PGDATA": str(self.folder / name / "data")}
        by_network = {"PGHOST": "127.0.0.1", "PGPASSWORD": SECRETS["POSTGRES_PASSWORD"]}
        return given | by_network | {"PATH": f"{self._bin}:{os.environ['PATH']}"}

    def start(self, name: str, command: Sequence[str]) -> None:
        process = self.machines[name].start(command, self.environment(name))
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

    def build(self) -> None:
        """The Dockerfile's step that installs the shop, in a prefix of its own."""
        text = (FOLDER / "Dockerfile").read_text()
        (step,) = re.findall(r"^RUN (uv sync .*)$", text, re.MULTILINE)
        step = step.replace("/usr/local/bin/python3", sys.executable)
        where = {"UV_PROJECT_ENVIRONMENT": str(self.folder / "opt" / "shop"), "UV_LINK_MODE": "copy"}
        done = subprocess.run(
            shlex.split(step),
            env={name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"} | where,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    def make_primary(self) -> None:
        """The image's first start, then our script, then the server with the options of the file."""
        home, machine, env = self.folder / "primary", self.machines["primary"], self.environment("primary")
        home.mkdir()
        shutil.chown(home, "postgres", "postgres")
        password = self.folder / "password"
        password.write_text(SECRETS["POSTGRES_PASSWORD"])
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
        self.start("primary", [*as_server, *shlex.split(service("primary", SECRETS)["command"])])
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

    def follow(self, title: str) -> None:
        """Do what a paragraph of the runbook says, its commands as they are written."""
        shim = self.folder / "engine"
        if not shim.exists():
            shim.mkdir()
            (shim / "docker").write_text(_ENGINE.format(folder=self.folder))
            (shim / "docker").chmod(0o755)
        for command in runbook_commands(title):
            name = next(one for one in ("primary", "standby") if f" {one}" in command)
            done = subprocess.run(
                ["sh", "-c", command],
                env=self.environment(name) | {"PATH": f"{shim}:{self.environment(name)['PATH']}"},
                capture_output=True, text=True, check=False, timeout=60,
            )  # fmt: skip
            assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"

    def rows(self, machine: str, query: str) -> set[str]:
        """The rows that a query gives on a server, a line for each."""
        ask = ("psql", "-At", "-U", "shop", "-d", "shop", "-c", query)
        return set(self.machines[machine].run(*ask, environment=self.environment(machine)).splitlines())


_ENGINE = """#!/bin/sh
# The few words of the container engine that the runbook uses, for machines in namespaces.
set -eu
shift # compose
word=$1 name=$2
shift 2
case $word in
    exec) exec ip netns exec "shop-$name" "$@" ;;
    stop) pkill -INT -g "$(cat "{folder}/$name.pid")" ;;
    *) echo "unknown: $word" >&2; exit 2 ;;
esac
"""


class Visitors:
    """Visitors at the proxy; what became of their requests so far."""

    def __init__(self, installation: Installation) -> None:
        self._file = installation.folder / "visitors.jsonl"
        machine = installation.machines["visitor"]
        command = [sys.executable, "-m", "tests.deploy.visitors", f"https://{HOST}", str(installation.certificate)]
        self._log = installation.folder / "visitors.log"
        with self._file.open("wb") as lines, self._log.open("wb") as log:
            self._process = subprocess.Popen(
                ["ip", "netns", "exec", machine.space, *command, OWNER, PASSWORD],
                stdin=subprocess.PIPE, stdout=lines, stderr=log,
            )  # fmt: skip

    def done(self, what: str, since: float = 0) -> list[dict[str, Any]]:
        """The acknowledged requests of a kind that ended after a moment."""
        assert self._process.poll() is None or since == 0, "the visitors have left"
        lines = [json.loads(line) for line in self._file.read_text().splitlines() if line.endswith("}")]
        return [one for one in lines if one["what"] == what and one["ok"] and one["at"] >= since]

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


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    """All of it, running."""
    folder.chmod(0o755)
    with ExitStack() as stack:
        made = stack.enter_context(machines(folder, NAMES, {"proxy": HOST}))
        for home in HOMES:
            made["visitor"].run("ip", "address", "add", f"{home}/24", "dev", "eth0")
        whole = Installation(folder, made)
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
