"""`shop content check`."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shop.cli.content import content

KEYS = ["file", "text", "start", "end", "verdict", "claims", "severity", "why", "suggestion"]


def check(*arguments: str, given: str | bytes = "") -> Result:
    return CliRunner().invoke(content, ["check", *arguments], input=given)


def test_json_is_one_list_of_every_unit() -> None:
    text = "Helpt tegen migraine. Neem 1 capsule per dag.\nMagnesium draagt bij tot de elektrolytenbalans."
    result = check("-", "--format", "json", given=text)
    findings = json.loads(result.stdout)
    assert [list(finding) for finding in findings] == [KEYS] * 3
    assert [finding["verdict"] for finding in findings] == ["disease", "neutral", "authorised"]
    assert all(text[finding["start"] : finding["end"]] == finding["text"] for finding in findings)
    assert {finding["file"] for finding in findings} == {"-"}


@pytest.mark.parametrize(("text", "status"), [("Neem 1 capsule per dag.", 0), ("Helpt tegen kramp.", 1), ("", 0)])
def test_the_status_tells_whether_something_is_blocked(text: str, status: int) -> None:
    assert check("-", given=text).exit_code == status
    assert check("-", "--format", "json", given=text).exit_code == status


def test_dutch_is_the_default_and_english_can_be_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "copy.md"
    file.write_text("Never again a sore back.", encoding="utf-8")
    (finding,) = json.loads(check(str(file), "--lang", "en", "--format", "json").stdout)
    assert finding["verdict"] == "disease"
    assert finding["why"].startswith("With")


def test_several_files_are_checked_in_order(tmp_path: Path) -> None:
    names = [str(tmp_path / name) for name in ("b.txt", "a.txt")]
    for name in names:
        Path(name).write_text("Slaap beter.", encoding="utf-8")
    result = check(*names, "--format", "json")
    assert [finding["file"] for finding in json.loads(result.stdout)] == names


def test_text_shows_what_asks_for_something_with_its_reason() -> None:
    result = check("-", given="Neem 1 capsule.\nHelpt tegen spierkramp.")
    assert "-:16-39: block: disease: Helpt tegen spierkramp." in result.stdout
    assert "2002/46" in result.stdout
    assert "→ Magnesium draagt bij tot een normale werking van de spieren" in result.stdout
    assert result.stdout.endswith("2 checked, 1 blocked, 0 to look at\n")


@pytest.mark.parametrize(
    "given",
    [
        b"\xff\xfe Helpt tegen kramp \x00",
        "Helpt tegen kramp".encode("utf-16-le"),
        gzip.compress(b"Helpt tegen kramp"),
        b"PK\x03\x04 a document",
        b"%PDF-1.7",
        b"\xd0\xcf\x11\xe0 an old document",
    ],
    ids=["broken UTF-16", "UTF-16 without mark", "gzip", "docx", "pdf", "doc"],
)
def test_a_file_that_is_no_text_is_refused_and_never_called_clean(given: bytes) -> None:
    result = check("-", given=given)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "no readable text" in result.stderr


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_a_text_in_a_known_encoding_is_read(encoding: str) -> None:
    text = "Wij verzenden elke dag naar Groningen en naar België, op werkdagen ook 's avonds. Helpt tegen kramp."
    assert check("-", given=text.encode(encoding)).exit_code == 1


def test_a_file_that_is_not_there_is_wrong_use() -> None:
    result = check("no-such-file.txt")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == "Error: no-such-file.txt: No such file or directory\n"
