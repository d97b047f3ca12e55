"""Machines in network namespaces, joined by a switch: each knows the others by name and can be cut off by its cable."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

NETWORK = "10.77.91"
HOSTS = Path("/etc/netns")
"""`ip netns exec` shows the files of a namespace's folder here in place of those in /etc."""
SWITCH = "shop-switch"


def can_make_machines() -> str:
    """Why no namespaces can be made here; empty when they can."""
    if os.geteuid() != 0:
        return "needs root, for network namespaces"
    if shutil.which("ip") is None:
        return "needs `ip` (Debian's iproute2)"
    made = subprocess.run(["ip", "netns", "add", "shop-probe"], capture_output=True, text=True, check=False)
    subprocess.run(["ip", "netns", "delete", "shop-probe"], capture_output=True, check=False)
    return "" if made.returncode == 0 else f"cannot make network namespaces: {made.stderr.strip()}"


class Machine:
    """One machine: its processes run in its namespace, with an environment of their own."""

    def __init__(self, name: str, number: int, folder: Path) -> None:
        self.name, self.space = name, f"shop-{name}"
        self.address = f"{NETWORK}.{number}"
        self.log = folder / f"{name}.log"
        self._number = number

    def set_up(self, names: str) -> None:
        folder = HOSTS / self.space
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "hosts").write_text(f"127.0.0.1 localhost\n{names}")
        cable = f"cable{self._number}"
        _ip("netns", "add", self.space)
        _ip("-n", SWITCH, "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", self.space)
        _ip("-n", SWITCH, "link", "set", cable, "master", "switch", "up")
        _ip("-n", self.space, "address", "add", f"{self.address}/24", "dev", "eth0")
        _ip("-n", self.space, "link", "set", "eth0", "up")
        _ip("-n", self.space, "link", "set", "lo", "up")

    def tear_down(self) -> None:
        _ip("netns", "delete", self.space, check=False)
        shutil.rmtree(HOSTS / self.space, ignore_errors=True)

    def cut_off(self) -> None:
        """Pull its cable: what it was asked gets no answer, not even a refusal."""
        _ip("-n", SWITCH, "link", "set", f"cable{self._number}", "down")

    def start(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            return subprocess.Popen(
                ["ip", "netns", "exec", self.space, *command],
                env=os.environ | dict(environment or {}),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def run(self, *command: str, environment: Mapping[str, str] | None = None, seconds: int = 60) -> str:
        """The output of a command. Raises AssertionError with it when the command fails."""
        done = subprocess.run(
            ["ip", "netns", "exec", self.space, *command],
            env=os.environ | dict(environment or {}),
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
        assert done.returncode == 0, f"{self.name}: {' '.join(command)}: {done.stdout}{done.stderr}"
        return done.stdout


def signal_all(process: "subprocess.Popen[bytes]", what: signal.Signals) -> None:
    """Send a signal to a process and all that it started."""
    os.killpg(process.pid, what)


@contextmanager
def machines(folder: Path, names: Sequence[str], aliases: Mapping[str, str]) -> Iterator[dict[str, Machine]]:
    """Machines by name on one switch; `aliases` are further names of some."""
    made = {name: Machine(name, number, folder) for number, name in enumerate(names, 11)}
    known = "".join(f"{one.address} {one.name} {aliases.get(one.name, '')}\n" for one in made.values())
    with ExitStack() as stack:
        _ip("netns", "add", SWITCH)
        stack.callback(_ip, "netns", "delete", SWITCH, check=False)
        _ip("-n", SWITCH, "link", "add", "switch", "type", "bridge")
        _ip("-n", SWITCH, "link", "set", "switch", "up")
        for one in made.values():
            stack.callback(one.tear_down)
            one.set_up(known)
        yield made


def _ip(*arguments: str, check: bool = True) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0 or not check, f"ip {' '.join(arguments)}: {done.stderr}"
