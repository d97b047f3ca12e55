"""`shop catalog brands` and `shop catalog brand` as a person at a terminal meets them."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import URL, Engine
from sqlalchemy.orm import Session

from catalog.db.engine import for_writing, open_engine
from catalog.models import Brand
from shop.cli import main

Run = Callable[..., Result]
ADDRESS = "Nieuwe weg 9, 0000 AA Voorbeeldstad (verzonnen)"


@pytest.fixture
def instance(sample_instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copied = shutil.copytree(sample_instance, tmp_path / "instance")
    monkeypatch.setenv("SHOP_INSTANCE", str(copied))
    return copied


@pytest.fixture
def shop(instance: Path) -> Run:
    def run(*arguments: object) -> Result:
        return CliRunner().invoke(main, ["catalog", *map(str, arguments)])

    return run


@pytest.fixture
def engine(instance: Path) -> Iterator[Engine]:
    engine = open_engine(URL.create("sqlite", database=str(next(instance.glob("shop.db")))))
    yield engine
    engine.dispose()


def listed(shop: Run) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in json.loads(shop("brands", "--format", "json").stdout)}


def test_the_list_names_products_addresses_and_what_is_wrong(shop: Run, engine: Engine) -> None:
    with Session(for_writing(engine)) as session:
        session.add_all(Brand(name=name, address="", invented=False) for name in ("hazelveen ", "Vitals"))
        session.commit()
    rows = listed(shop)
    assert (rows["Hazelveen"]["products"] > 0, rows["Hazelveen"]["same_as"]) == (True, None)
    assert (rows["hazelveen "]["products"], rows["hazelveen "]["same_as"]) == (0, "Hazelveen")
    assert rows["Vitals"]["blocked"] is True
    assert "Vitals: 0 products | NO ADDRESS | BLOCKED, not accepted" in shop("brands").stdout.splitlines()
    told = shop("check")
    assert (told.exit_code, "brand 'hazelveen ' is 'Hazelveen' in another spelling" in told.stdout) == (1, True)
    merged = shop("brand", "merge", "hazelveen ", "Hazelveen", "--reason", "dubbel")
    assert (merged.exit_code, merged.stdout) == (0, "")
    assert listed(shop)["Hazelveen"]["aliases"] == []
    assert shop("check").exit_code == 0


def test_a_brand_is_renamed_corrected_and_accepted(shop: Run) -> None:
    assert shop("brand", "rename", "HAZELVEEN", "Hazelhof", "--reason", "nieuwe naam").exit_code == 0
    assert shop("brand", "address", "hazelveen", ADDRESS).exit_code == 0
    brand = listed(shop)["Hazelhof"]
    assert (brand["aliases"], brand["address"], brand["accepted"]) == (["Hazelveen"], ADDRESS, None)
    assert "unchanged: Hazelhof" in shop("brand", "address", "Hazelhof", ADDRESS).stderr
    refused = shop("brand", "rename", "Hazelhof", "Vitals")
    assert (refused.exit_code, "accept it once" in refused.stderr) == (1, True)
    assert shop("brand", "rename", "Hazelhof", "Vitals", "--accept", "--reason", "ingeschreven merk").exit_code == 0
    assert listed(shop)["Vitals"]["accepted"]["reason"] == "ingeschreven merk"
    assert shop("check").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("rename", "Nergens", "Ergens"), 2, "there is no brand 'Nergens'"),
        (("rename", "Hazelveen", "Duinvallei "), 1, "brand “Duinvallei” is already a spelling of Duinvallei"),
        (("merge", "Hazelveen", "hazelveen"), 1, "into is the same brand"),
        (("address", "Hazelveen", "Geneest kanker"), 1, "brand_address may not be said"),
        (("address", "Hazelveen", ""), 1, "brand_address must not be empty"),
        (("accept", "Hazelveen", "--reason", "zomaar"), 1, "needs no acceptance"),
        (("accept", "Hazelveen"), 2, "--reason"),
        (("accept", "Hazelveen", "--reason", " "), 1, "reason is not filled in"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line_and_changes_nothing(
    shop: Run, arguments: tuple[str, ...], status: int, said: str
) -> None:
    before = listed(shop)
    told = shop("brand", *arguments)
    assert (told.exit_code, said in told.stderr) == (status, True), told.stderr
    assert listed(shop) == before


def test_an_import_names_other_addresses_and_corrects_them_when_asked(shop: Run, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    shop("export", file)
    lines = file.read_text(encoding="utf-8").splitlines()
    known = listed(shop)["Hazelveen"]["address"]
    file.write_text("\n".join(line.replace(f'"{known}"', f'"{ADDRESS}"') for line in lines) + "\n", encoding="utf-8")
    refused = shop("import", file)
    assert (refused.exit_code, "Correct it under Brands (/admin/brands)" in refused.stderr) == (1, True)
    dry = shop("import", file, "--dry-run", "--correct-addresses")
    assert f"address of Hazelveen: {known} → {ADDRESS}" in dry.stdout
    assert shop("import", file, "--correct-addresses").exit_code == 0
    assert listed(shop)["Hazelveen"]["address"] == ADDRESS
