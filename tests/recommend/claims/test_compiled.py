"""The copy of the check's compiled data saves time and changes nothing else."""

import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from recommend.claims.check import check_text
from recommend.claims.compiled import check_data, open_copy, save_copy
from recommend.loading import DATA
from recommend.text import LANGUAGES

TEXT = """Onze capsules genezen slapeloosheid. Magnesium en zink dragen bij tot een normale werking van de spieren.
Vitamin D contributes to the maintenance of normal bones. Valeriaan helpt je slapen. Rijk aan magnesium. Voor je botten.
Heeft u krampen? Vraag uw arts. Magneisum tegen migrane. Caf\u00c3\u00a9 tegen hoofdpijn.
Gratis verzending vanaf 25 euro.
"""


def check(cache: Path, text: str = TEXT, rules: Path | None = None) -> "subprocess.Popen[str]":
    """`shop content check` in a process of its own, with a cache folder and a ruleset of its own."""
    environ = os.environ | {"XDG_CACHE_HOME": str(cache)} | ({"SHOP_RULES_DIR": str(rules)} if rules else {})
    command = [sys.executable, "-c", "from shop.cli import main; main()", "content", "check", "-", "--format", "json"]
    process = subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-1, env=environ, text=True, encoding="utf-8")
    assert process.stdin
    process.stdin.write(text)
    process.stdin.close()
    process.stdin = None
    return process


def findings(cache: Path, text: str = TEXT, rules: Path | None = None) -> str:
    printed, errors = check(cache, text, rules).communicate()
    assert errors == ""
    return printed


def copies(cache: Path) -> list[Path]:
    return sorted((cache / "magnesiumwijzer").iterdir())


@pytest.fixture(scope="module")
def from_files() -> str:
    return json.dumps([finding.as_data("-") for finding in check_text(TEXT, "nl")])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder with a copy, to be copied."""
    folder = tmp_path_factory.mktemp("made")
    save_copy(DATA, folder / "magnesiumwijzer")
    assert len(copies(folder)) == 1
    return folder


@pytest.fixture
def cache(made: Path, tmp_path: Path) -> Path:
    """A cache folder of this test's own with a copy."""
    return Path(shutil.copytree(made, tmp_path / "cache"))


def test_a_copy_gives_the_findings_of_the_files(cache: Path) -> None:
    fresh = {language: check_text(TEXT, language, is_private=True) for language in LANGUAGES}
    own = DATA / ".." / "data"  # another name, so that nothing of the files is at hand
    assert open_copy(own, cache / "magnesiumwijzer")
    assert {language: check_text(TEXT, language, own, is_private=True) for language in LANGUAGES} == fresh
    assert check_data(own).register_lexicon is not check_data().register_lexicon


def test_the_first_check_saves_a_copy_and_the_next_uses_it(tmp_path: Path, from_files: str) -> None:
    assert json.loads(findings(tmp_path)) == json.loads(from_files)
    (copy,) = copies(tmp_path)
    assert copy.stat().st_mode & 0o077 == 0
    before = copy.stat().st_mtime_ns
    assert json.loads(findings(tmp_path)) == json.loads(from_files)
    assert copy.stat().st_mtime_ns == before


def flip(content: bytes) -> bytes:
    return content[:-1000] + bytes([content[-1000] ^ 1]) + content[-999:]


def another_object(_: bytes) -> bytes:
    content = pickle.dumps({"claims": {}})
    return hashlib.sha256(content).digest() + content


@pytest.mark.parametrize(
    "damage",
    [flip, another_object, lambda content: content[:-1], lambda content: content[:40], lambda _: b"", lambda _: b"x"],
    ids=["one bit", "another object", "one byte short", "cut off", "empty", "no copy"],
)
def test_a_damaged_copy_is_not_used(damage: Callable[[bytes], bytes], cache: Path) -> None:
    (copy,) = copies(cache)
    copy.write_bytes(damage(copy.read_bytes()))
    copy.chmod(0o600)
    assert not open_copy(DATA, cache / "magnesiumwijzer")


def test_a_damaged_copy_changes_no_finding_and_is_replaced(cache: Path, from_files: str) -> None:
    (copy,) = copies(cache)
    copy.write_bytes(flip(copy.read_bytes()))
    assert json.loads(findings(cache)) == json.loads(from_files)
    content = copy.read_bytes()
    assert hashlib.sha256(content[32:]).digest() == content[:32]
    assert open_copy(DATA, cache / "magnesiumwijzer")


def test_a_copy_that_others_can_write_is_not_used(cache: Path) -> None:
    (copy,) = copies(cache)
    copy.chmod(0o666)
    assert not open_copy(DATA, cache / "magnesiumwijzer")
    copy.chmod(0o600)
    assert open_copy(DATA, cache / "magnesiumwijzer")
    copy.parent.chmod(0o777)
    assert not open_copy(DATA, cache / "magnesiumwijzer")


def test_a_changed_word_of_the_data_makes_a_copy_of_its_own(cache: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(DATA, rules)
    text = "Onze capsules helpen tegen kwibus."
    assert "“kwibus”" not in findings(cache, text, rules)
    words = rules / "claims" / "words" / "complaints.yaml"
    changed = words.read_text(encoding="utf-8").replace("migraine", "migraine, kwibus", 1)
    assert changed != words.read_text(encoding="utf-8")
    words.write_text(changed, encoding="utf-8")
    assert "“kwibus”" in findings(cache, text, rules)
    assert len(copies(cache)) == 2  # the unchanged rules have the hash of the shop's own


@pytest.mark.parametrize("obstacle", ["file", "read-only"])
def test_without_a_place_for_a_copy_the_files_are_read(obstacle: str, tmp_path: Path, from_files: str) -> None:
    place = tmp_path / "cache"
    if obstacle == "file":
        place.write_text("no folder", encoding="utf-8")
    else:
        place = Path("/proc")  # nobody can write there, not even root
    assert json.loads(findings(place)) == json.loads(from_files)


def test_a_broken_data_file_is_named_and_leaves_no_copy(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(DATA, rules)
    (rules / "claims" / "reasons.yaml").write_text("- id: [", encoding="utf-8")
    process = check(tmp_path, TEXT, rules)
    printed, errors = process.communicate()
    assert (process.returncode, printed) == (2, "")
    assert errors.startswith("Error: claims/reasons.yaml, line ")
    assert not (tmp_path / "magnesiumwijzer").exists()


def test_processes_that_start_at_once_agree(tmp_path: Path, from_files: str) -> None:
    processes = [check(tmp_path) for _ in range(4)]
    assert {process.communicate()[0] for process in processes} == {findings(tmp_path)}
    assert json.loads(findings(tmp_path)) == json.loads(from_files)
    assert len(copies(tmp_path)) == 1
    assert open_copy(DATA, tmp_path / "magnesiumwijzer")


def test_old_copies_are_removed(cache: Path) -> None:
    folder = cache / "magnesiumwijzer"
    for number in range(9):
        (folder / f"{number}.check").write_bytes(b"")
        os.utime(folder / f"{number}.check", (number, number))
    save_copy(DATA, folder)
    assert len(copies(cache)) == 4
    assert open_copy(DATA, folder)
