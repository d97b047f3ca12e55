"""A copy of the checkout in a temporary folder, and pytest there, in processes that begin with all imports done."""

import gc
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

import msgspec
import pytest

ROOT = Path(__file__).parent.parent.parent.parent
COPIED = ("shop", "catalog", "recommend", "templates", "tests")
OURS = {"shop", "catalog", "recommend", "tests"}
NOT_BEFORE_PYTEST = {"__main__", "xdist", "execnet"}
"""Modules that pytest itself must load."""

ARGUMENTS = ["-x", "-q", "-p", "xdist", "-n", "0", "-p", "no:randomly", "-p", "no:cacheprovider"]
ENVIRONMENT = {
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "CI": "true",  # Hypothesis then tries the same examples at every run, and looks at no clock
    "PYTHONDONTWRITEBYTECODE": "1",
}


class Sandbox:
    """The copy. A mutant is written there, never in the checkout."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._copy = folder / "copy"
        self._names, self._said = folder / "modules.json", folder / "said.txt"
        for name in COPIED:
            shutil.copytree(ROOT / name, self._copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy2(ROOT / "pyproject.toml", self._copy)

    @contextmanager
    def changed(self, file: str, code: str) -> Iterator[None]:
        (self._copy / file).write_text(code)
        try:
            yield
        finally:
            shutil.copy2(ROOT / file, self._copy / file)

    def first_run(self, tests: Sequence[str]) -> float:
        """Run tests of what is not changed, import what they did, and return the seconds that took."""
        begun = time.monotonic()
        if self.run(tests, 600, first=True) != 0:
            raise SystemExit(f"{self._said.read_text()}without any mutant, these tests fail already: {' '.join(tests)}")
        seconds = time.monotonic() - begun
        for name in msgspec.json.decode(self._names.read_bytes(), type=list[str]):
            with suppress(Exception):
                import_module(name)
        gc.freeze()
        return seconds

    def run(self, tests: Sequence[str], timeout: float, *, first: bool = False) -> int | None:
        """Exit code of pytest; None when it was ended after `timeout` seconds."""
        child = os.fork()
        if child == 0:
            try:
                self._run_pytest(tests, first)
            finally:
                os._exit(70)
        end = time.monotonic() + timeout
        try:
            while time.monotonic() < end:
                done, status = os.waitpid(child, os.WNOHANG)
                if done:
                    child = 0
                    return os.waitstatus_to_exitcode(status)
                time.sleep(0.01)
            return None
        finally:
            if child:
                _end_group(child)

    def _run_pytest(self, tests: Sequence[str], first: bool) -> None:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.chdir(self._copy)
        said = os.open(self._said, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        for stream in (0, 1, 2):
            os.dup2(said, stream)
        for name in [name for name in sys.modules if name.split(".")[0] in OURS]:
            del sys.modules[name]
        sys.path.insert(0, str(self._copy))
        sys.dont_write_bytecode = not first  # what is not changed is compiled once
        code = pytest.main([*ARGUMENTS, f"--basetemp={self.folder / 'tmp'}", *tests])
        if first:
            loaded = [name for name in sys.modules if name.split(".")[0] not in OURS | NOT_BEFORE_PYTEST]
            self._names.write_bytes(msgspec.json.encode(loaded))
        os._exit(code)


def _end_group(child: int) -> None:
    """End a process with those it started, servers among them."""
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)


@contextmanager
def sandbox() -> Iterator[Sandbox]:
    """A copy for as long as it is needed; temporary files of the tests are in its folder too."""
    with tempfile.TemporaryDirectory(prefix="mutants-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as somebody else
        temporary, runtime = folder / "temporary", folder / "runtime"
        temporary.mkdir()
        runtime.mkdir(mode=0o700)  # the package of PostgreSQL warns about any other mode
        os.environ |= ENVIRONMENT | {
            "PYTHONPATH": str(folder / "copy"),
            "TMPDIR": str(temporary),
            "XDG_RUNTIME_DIR": str(runtime),
        }
        tempfile.tempdir = None
        before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the folder goes then, too
        try:
            yield Sandbox(folder)
        finally:
            signal.signal(signal.SIGTERM, before)
            del os.environ["TMPDIR"]
            tempfile.tempdir = None
