"""A child with limits: what takes too much memory or time ends alone, and says so to who asked."""

import os
import resource
from pathlib import Path

import pytest

from catalog.limited_process import LimitedProcessError, run_limited

CHILD = """
from catalog.limited_process import Limits, answer

def work(data):
    {work}

if __name__ == "__main__":
    answer(work, Limits(memory=256 << 20, cpu_seconds=1))
"""


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "limited_child"


def write(folder: Path, work: str) -> None:
    (folder / "limited_child.py").write_text(CHILD.format(work=work), encoding="utf-8")


def test_a_child_gives_back_what_it_made_of_the_data(tmp_path: Path, child: str) -> None:
    write(tmp_path, "return data[::-1]")
    assert run_limited(child, b"abc", 30) == b"cba"


@pytest.mark.parametrize(
    "work",
    [
        "return bytes(len(bytearray(512 << 20)))",
        "while True: pass",
        "import os; os.kill(os.getpid(), 9)",
        "import time; time.sleep(60)",
        "raise ValueError",
    ],
)
def test_a_child_that_takes_too_much_or_ends_badly_is_an_error(tmp_path: Path, child: str, work: str) -> None:
    write(tmp_path, work)
    with pytest.raises(LimitedProcessError):
        run_limited(child, b"", 3)
    assert resource.getrlimit(resource.RLIMIT_AS)[0] != 256 << 20


def test_a_module_that_is_not_there_is_an_error(child: str) -> None:
    with pytest.raises(LimitedProcessError):
        run_limited(child, b"", 30)


def test_a_child_does_not_see_the_secrets_of_the_shop(
    tmp_path: Path, child: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_SECRET_KEY", "a key that nobody else may read")
    write(tmp_path, "import os; return ' '.join(os.environ).encode()")
    names = run_limited(child, b"", 30).decode().split()
    assert "SHOP_SECRET_KEY" in os.environ
    assert not [name for name in names if name.startswith("SHOP_")]
