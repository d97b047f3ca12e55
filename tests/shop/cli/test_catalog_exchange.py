"""`shop catalog import` and `export` as a person at a terminal meets them."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from catalog.product_state import TEXTS
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
    assert len(lines) == 100
    assert b"\r" not in exported.read_bytes()


def test_a_dry_run_says_what_would_change_and_changes_nothing(shop: Run, exported: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.csv"
    changed.write_bytes(exported.read_bytes().replace(b"14.95", b"14.75"))
    told = shop("import", changed, "--dry-run")
    assert told.exit_code == 0
    assert "changed: row 13: DUI-MAL-100-C90 (price_cents)" in told.stdout
    assert told.stdout.endswith("2 changed, 97 unchanged, 0 refused: dry run, nothing changed\n")
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
    assert "row 13: price_eur '1.234': can be 1,234 or 1234: write 1,2340 or 1234" in told.stderr
    assert told.stdout == "bad.csv: 0 new, 1 changed, 97 unchanged, 1 refused: nothing changed\n"
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
        ("a.txt", b"sku\n", "a.txt: the name has to end in .csv, .tsv, .jsonl or .xlsx"),
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


DUTCH_ONLY = (
    "sku,status,brand,brand_address,name_nl,summary_nl,ingredients_nl,directions_nl,storage_nl,dosage_form,unit"
)
OFFERS = "units_per_pack,units_per_day,net_quantity,vegan,other_actives_stated,price_eur,stock,composition"


def test_a_dutch_shop_publishes_two_hundred_products_without_one_english_word(shop: Run, tmp_path: Path) -> None:
    rows = [
        f'NL-{number:03},published,Van Eigen Bodem,"Dorpsstraat 1, 1234 AB Ergens",Magnesiumcitraat {number},'
        'Capsules met magnesiumcitraat.,"magnesiumcitraat, plantaardige capsule",Neem 1 capsule per dag.,Droog bewaren.'
        f",capsule,capsule,60,1,45,true,true,12.{number % 100:02},10,citrate elemental 100 mg"
        for number in range(200)
    ]
    file = tmp_path / "assortiment.csv"
    file.write_text("\n".join([f"{DUTCH_ONLY},{OFFERS}", *rows, ""]), encoding="utf-8")
    told = shop("import", file)
    assert told.exit_code == 0, told.stderr
    counts = "200 new, 0 changed, 0 unchanged, 0 refused, 99 of the same supplier not in the file, left as they are"
    assert told.stdout == f"assortiment.csv: {counts}: imported\n"
    assert shop("check").exit_code == 0
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    shop("export", first)
    exported = list(csv.DictReader(first.read_text(encoding="utf-8").splitlines()))
    public = [row for row in exported if row["sku"].startswith("NL-") and row["status"] == "published"]
    assert len(public) == 200
    assert {row[f"{name}_en"] for row in public for name in TEXTS} == {""}
    assert "0 changed" in shop("import", first).stdout
    shop("export", second)
    assert second.read_bytes() == first.read_bytes()


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


SHOPIFY = (
    "Handle,Title,Body (HTML),Vendor,Published,Option1 Name,Option1 Value,Variant SKU,Variant Price,"
    "Variant Inventory Qty,Variant Barcode,Image Src,Status\n"
    "mg,Magnesium capsules,<p>Met &amp; zonder</p>,Veldzicht,TRUE,Maat,60 capsules,V60,9.95,-2,,"
    "https://a.example/1.jpg,active\n"
    "mg,,,,,,120 capsules,V120,17.50,4,,,\n"
    "mg,,,,,,,,,,,https://a.example/2.jpg,\n"
    "los,Magnesiumpoeder,,Veldzicht,TRUE,,,P1,8.00,3,1234567890123,,active\n"
)  # fmt: skip


@pytest.fixture
def shopify(tmp_path: Path) -> Path:
    file = tmp_path / "shopify.csv"
    file.write_text(SHOPIFY, encoding="utf-8")
    return file


def test_the_plan_of_a_layout_is_json_on_standard_output(shop: Run, shopify: Path) -> None:
    result = shop("import", shopify, "--layout", "auto", "--supplier", "Veld", "--dry-run", "--format", "json")
    plan = json.loads(result.stdout)
    assert (result.exit_code, plan["recognised_as"], plan["heading_row"]) == (0, "Shopify", 1)
    assert [row["outcome"] for row in plan["rows"]] == ["product", "product", "joined", "refused"]
    assert plan["columns"]["Variant Price"] == "price_eur"


def test_a_layout_imports_what_it_can_as_drafts_and_names_the_rest(shop: Run, shopify: Path, tmp_path: Path) -> None:
    refused = tmp_path / "refused.csv"
    result = shop("import", shopify, "--layout", "Shopify", "--supplier", "Veld", "--refused", refused)
    assert result.exit_code == 0
    assert refused.read_text("utf-8").startswith(SHOPIFY.splitlines()[0])
    assert "los,Magnesiumpoeder" in refused.read_text("utf-8")
    assert "2 new, 0 changed, 0 unchanged, 1 refused" in result.stdout
    assert "price with VAT (vat): including" in result.stderr
    assert "row 5: Variant Barcode: not read: EAN 13 digits, check digit wrong" in result.stderr
    export = tmp_path / "after.csv"
    shop("export", export)
    rows = {row["sku"]: row for row in csv.DictReader(export.read_text("utf-8").splitlines())}
    small, large = rows["V60"], rows["V120"]
    assert (small["name_nl"], small["price_eur"], small["stock"]) == ("Magnesium capsules – 60 capsules", "9.95", "0")
    assert (small["status"], small["supplier"], small["composition"]) == ("draft", "Veld", "")
    assert (large["brand"], large["units_per_pack"], large["summary_nl"]) == ("Veldzicht", "120", "Met & zonder")


def test_the_same_file_of_a_layout_changes_nothing_the_second_time(shop: Run, shopify: Path) -> None:
    shop("import", shopify, "--layout", "auto", "--supplier", "Veld")
    result = shop("import", shopify, "--layout", "auto", "--supplier", "Veld")
    assert "0 new, 0 changed, 2 unchanged, 1 refused" in result.stdout


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--supplier", "Veld"], "needed by --supplier"),
        (["--layout", "auto"], "whose products are these?"),
        (["--layout", "auto", "--supplier", "V", "--answer", "vat=half"], "vat=half: one of including"),
        (["--layout", "auto", "--supplier", "V", "--answer", "x=y"], "x=y: one of vat, pictures"),
        (["--layout", "Etsy", "--supplier", "V"], "Etsy is none of: Shopify"),
        (["--layout", "auto", "--format", "json"], "json shows the plan"),
        (["--layout", "auto", "--mapping", "V"], "by a mapping or by a layout"),
    ],
)
def test_options_of_a_layout_that_do_not_fit_are_named(
    shop: Run, shopify: Path, options: list[str], error: str
) -> None:
    result = shop("import", shopify, *options)
    assert result.exit_code != 0
    assert error in result.stderr


def test_our_own_layout_needs_no_other(shop: Run, exported: Path) -> None:
    result = shop("import", exported, "--layout", "auto", "--supplier", "Veld")
    assert result.exit_code == 1
    assert "this is our own layout" in result.stderr
