"""`shop catalog ingredients`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shop.cli.catalog import catalog

KEYS = ["text", "contains", "may_contain", "vegan", "other_actives", "magnesium_forms", "sweeteners"]


def ingredients(*arguments: str, given: str | bytes = "") -> Result:
    return CliRunner().invoke(catalog, ["ingredients", *arguments], input=given)


def test_json_is_one_record_for_each_line() -> None:
    lines = ["Magnesiumcitraat, zink, gelatine", "", "Magnesiumoxide, soja, stevia. Kan melk bevatten."]
    found = json.loads(ingredients("-", "--format", "json", given="\n".join(lines) + "\n").stdout)
    assert [list(one) for one in found] == [KEYS] * 3
    assert [one["text"] for one in found] == lines
    assert found[0] == {
        "text": lines[0],
        "contains": [],
        "may_contain": [],
        "vegan": "no",
        "other_actives": ["zinc"],
        "magnesium_forms": ["citrate"],
        "sweeteners": [],
    }
    assert (found[2]["contains"], found[2]["may_contain"], found[2]["sweeteners"]) == (["soy"], ["milk"], ["stevia"])


def test_text_has_a_line_for_each_thing(tmp_path: Path) -> None:
    file = tmp_path / "lists.txt"
    file.write_bytes("\ufeffMagnesium citrate, fish gelatin\r\n".encode())
    assert ingredients(str(file), "--lang", "en").stdout == (
        "1: Magnesium citrate, fish gelatin\n"
        "    contains: fish\n"
        "    may contain: -\n"
        "    vegan: no\n"
        "    other actives: -\n"
        "    magnesium forms: citrate\n"
        "    sweeteners: -\n"
    )


def test_an_empty_file_has_no_lists() -> None:
    assert json.loads(ingredients("-", "--format", "json").stdout) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (b"soja\nmelk \xff", "-, line 2: not UTF-8, byte 0xff"),
        ("Magnesiumcitraat".encode("utf-16"), "-, line 1: not UTF-8, byte 0xff"),
        (b"soja\n" + b"a" * 20_001, "-, line 2: 20001 characters, at most 20000"),
    ],
)
def test_what_is_no_list_is_refused_with_its_line(given: bytes, message: str) -> None:
    result = ingredients("-", given=given)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"Error: {message}\n")


def test_a_file_that_cannot_be_read_is_wrong_use(tmp_path: Path) -> None:
    missing = ingredients("no-such-file.txt")
    assert (missing.exit_code, missing.stderr) == (2, "Error: no-such-file.txt: No such file or directory\n")
    folder = ingredients(str(tmp_path))
    assert (folder.exit_code, folder.stderr) == (2, f"Error: {tmp_path}: Is a directory\n")
    assert ingredients("-", "--lang", "de").exit_code == 2


def test_a_broken_vocabulary_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_RULES_DIR", str(tmp_path))
    result = ingredients("-", given="soja")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: substances.yaml: cannot be read")
