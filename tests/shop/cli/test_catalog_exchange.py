"""`shop catalog import` and `export` as a person at a terminal meets them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shop.cli import main

Run = Callable[..., Result]


@pytest.fixture
def shop(sample_instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    import shutil

    instance = shutil.copytree(sample_instance, tmp_path / "instance")
    monkeypatch.setenv("SHOP_INSTANCE", str(instance))

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(main, ["catalog", *map(str, arguments)])

    return run


@pytest.fixture
def exported(shop: Run, tmp_path: Path) -> Path:
    file = tmp_path / "catalogue.csv"
    assert shop("export", file).exit_code == 0
    return file


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_export_import_export_is_the_same_byte_for_byte(shop: Run, tmp_path: Path, suffix: str) -> None:
    first, second = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    assert shop("export", first).stdout == ""
    first.write_bytes(first.read_bytes().replace(b"14.95", b"14.75"))
    assert shop("import", first).exit_code == 0
    shop("export", second)
    assert second.read_bytes() == first.read_bytes()


def test_every_product_stands_on_one_physical_line_in_the_order_of_the_skus(exported: Path) -> None:
    lines = exported.read_text(encoding="utf-8").splitlines()
    skus = [line.split(",")[0] for line in lines[1:]]
    assert skus == sorted(skus)
    assert len(lines) == 72
    assert b"\r" not in exported.read_bytes()


def test_a_dry_run_says_what_would_change_and_changes_nothing(shop: Run, exported: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.csv"
    changed.write_bytes(exported.read_bytes().replace(b"14.95", b"14.75"))
    told = shop("import", changed, "--dry-run")
    assert told.exit_code == 0
    assert "changed: row 9: DUI-MAL-100-C90 (price_cents)" in told.stdout
    assert told.stdout.endswith("2 changed, 69 unchanged, 0 refused, 0 gone: dry run, nothing changed\n")
    again = tmp_path / "again.csv"
    shop("export", again)
    assert again.read_bytes() == exported.read_bytes()


def test_a_bad_row_is_named_with_its_field_and_nothing_is_changed_unless_it_is_skipped(
    shop: Run, exported: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_bytes(exported.read_bytes().replace(b"14.95", b"1.234", 1).replace(b"14.95", b"14.75"))
    told = shop("import", bad)
    assert told.exit_code == 1
    assert "row 9: price_eur '1.234': can be 1,234 or 1234: write 1,2340 or 1234" in told.stderr
    assert told.stdout == "bad.csv: 0 new, 1 changed, 69 unchanged, 1 refused, 0 gone: nothing changed\n"
    refused = tmp_path / "refused.csv"
    skipped = shop("import", bad, "--skip-bad", "--refused", refused)
    assert skipped.exit_code == 0
    assert skipped.stdout.endswith("imported\n")
    assert refused.read_text(encoding="utf-8").splitlines()[0].endswith(",reason")
    mended = tmp_path / "mended.csv"
    mended.write_bytes(refused.read_bytes().replace(b"1.234,", b"12.34,", 1))
    assert "1 changed" in shop("import", mended).stdout


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", b"sku\n", "a.txt: the name has to end in .csv, .jsonl or .xlsx"),
        ("a.csv", b"PK\x03\x04", "a.csv: the name says CSV, but the content is XLSX/ZIP"),
        ("a.csv", b"sku,colour\nA,red\n", "a.csv: row 1: colour: we do not know this column"),
    ],
    ids=["suffix", "lying", "column"],
)
def test_a_file_that_is_no_table_is_refused_in_one_line(
    shop: Run, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    told = shop("import", tmp_path / name)
    assert told.exit_code == 1
    assert told.stderr.startswith(f"Error: {said}")


def test_a_supplier_that_nobody_mapped_is_said(shop: Run, exported: Path) -> None:
    told = shop("import", exported, "--mapping", "Groothandel")
    assert told.exit_code == 2
    assert "no columns were mapped for 'Groothandel'; known: none yet" in told.stderr


def test_an_export_that_cannot_be_written_is_said_and_leaves_nothing(shop: Run, tmp_path: Path) -> None:
    assert "has to end in" in shop("export", tmp_path / "a.pdf").stderr
    assert "No such file" in shop("export", tmp_path / "nowhere" / "a.csv").stderr
    assert not list(tmp_path.glob("a.*"))


def test_json_lines_carry_numbers_as_numbers(shop: Run, tmp_path: Path) -> None:
    shop("export", tmp_path / "a.jsonl", "--versions")
    first = json.loads((tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert (first["version"], first["units_per_pack"], first["vegan"]) == (1, 90, True)
