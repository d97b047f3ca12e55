"""A process of its own for data that may be a bomb: limits of memory and processor time, and a time on the clock.

A library that unpacks a file takes as much memory as the file says, and no caller can stop it. So a module does that
work in a child: `run_limited` starts it with the data on standard input, and it calls `answer` once, which sets the
limits before it reads anything.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress

from msgspec import Struct

_TRUST = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_INHERITED = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "SYSTEMROOT", "TMPDIR", *_TRUST)
"""The environment of a child: enough for Python, and none of the shop's secrets."""


class Limits(Struct, frozen=True):
    """The most that a child may take: address space in bytes, and processor time in seconds."""

    memory: int
    cpu_seconds: int


class LimitedProcessError(Exception):
    """The child was killed, failed, or took longer than it may."""


def run_limited(module: str, data: bytes, seconds: float) -> bytes:
    """The output of one of our modules for `data`; `seconds` are those on the clock. Raises LimitedProcessError."""
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-P", "-m", module],
            input=data,
            capture_output=True,
            timeout=seconds,
            check=True,
            env=environment,
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise LimitedProcessError(f"{module}: {type(error).__name__}") from error
    return done.stdout


def answer(work: Callable[[bytes], bytes], limits: Limits) -> None:
    """Limit this process, where the system can, and write the result of its standard input."""
    with suppress(ImportError):  # Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
        resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(work(sys.stdin.buffer.read()))
