"""`shop catalog pictures fetch`: from addresses in a file to pictures of products."""

import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.db.engine import for_writing, open_engine
from catalog.edits import fetched_pictures
from catalog.edits.drafts import delete_draft
from catalog.models import Product
from catalog.picture_fetching import Allowed, fetch_picture
from shop.app import create_app
from shop.cli import main
from shop.outbox.imports import ImportProcess
from shop.settings import read_settings
from shop.web.services import services_of
from tests.picture_server import LOOPBACK, Answers, certificate, picture_server
from tests.shop.admin.test_pictures import image_file

Run = Callable[..., Result]
HEADINGS = "Handle,Title,Body (HTML),Vendor,Variant SKU,Variant Inventory Qty,Variant Price,Image Src,Image Position\n"


@pytest.fixture
def shop(sample_instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    instance = shutil.copytree(sample_instance, tmp_path / "instance")
    pem = certificate(tmp_path)
    monkeypatch.setenv("SHOP_INSTANCE", str(instance))
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    monkeypatch.setattr(Answers, "content", image_file("JPEG", (400, 300)))

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(main, ["catalog", *map(str, arguments)])

    return run


def pictures_of(sku: str) -> list[tuple[str, str]]:
    """Name and Dutch description of the pictures of a product."""
    engine = open_engine(read_settings().database_url)
    with Session(engine) as session:
        product = session.scalars(select(Product).where(Product.sku == sku)).one()
        found = [(picture.name, picture.alt_nl) for picture in product.pictures]
    engine.dispose()
    return found


def imported(shop: Run, folder: Path, *addresses: str, answer: str = "fetch") -> Result:
    """Import a product with these addresses from a file of a shop system."""
    file = folder / "shopify.csv"
    first, *others = addresses
    rows = f"citraat,Magnesiumcitraat 60 capsules,Capsules.,Duinvallei,VELD-1,5,9.95,{first},1\n"
    rows += "".join(f"citraat,,,,,,,{address},{place}\n" for place, address in enumerate(others, start=2))
    file.write_text(HEADINGS + rows, encoding="utf-8")
    options = ["--layout", "Shopify", "--supplier", "Veld", "--answer", "vat=including"]
    result = shop("import", file, *options, "--answer", f"pictures={answer}")
    assert result.exit_code == 0, result.output
    return result


def test_addresses_of_a_file_become_pictures_of_their_product(
    shop: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with picture_server(tmp_path / "localhost.pem") as host:
        monkeypatch.setenv("SHOP_PICTURE_HOSTS", host)
        monkeypatch.setenv("SHOP_PICTURE_NETWORKS", LOOPBACK)
        addresses = [f"https://{host}/picture.jpg", f"https://{host}/gone", f"https://{host}/moved"]
        assert "1 new" in imported(shop, tmp_path, *addresses).stdout
        assert pictures_of("VELD-1") == []
        fetched = shop("pictures", "fetch", "--limit", 2)
        assert fetched.exit_code == 0, fetched.output
        assert f"VELD-1: {addresses[0]}: added" in fetched.stdout
        assert f"VELD-1: {addresses[1]}: refused: the site answered with error code 404" in fetched.stdout
        assert fetched.stdout.endswith("1 added, 1 refused, 1 still waiting\n")
        [(name, alt)] = pictures_of("VELD-1")
        assert (re.sub("[0-9a-f]{32}", "", name), alt) == ("-400x300", "Magnesiumcitraat 60 capsules")
        assert "1 added, 0 refused, 0 still waiting" in shop("pictures", "fetch").stdout
        assert pictures_of("VELD-1") == [(name, alt)]  # the same picture is there once
        assert "0 new, 0 changed, 1 unchanged" in imported(shop, tmp_path, *addresses).stdout
        again = f"https://{host}/picture.jpg?2"
        assert "0 new, 1 changed" in imported(shop, tmp_path, *addresses, again).stdout
        assert "1 added, 1 refused" in shop("pictures", "fetch", "--again").stdout
        assert "0 added, 0 refused, 0 still waiting" in shop("pictures", "fetch").stdout


def test_the_worker_fetches_what_an_import_put_ready(
    shop: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with picture_server(tmp_path / "localhost.pem") as host:
        monkeypatch.setenv("SHOP_PICTURE_HOSTS", host)
        monkeypatch.setenv("SHOP_PICTURE_NETWORKS", LOOPBACK)
        imported(shop, tmp_path, f"https://{host}/picture.jpg")
        app = create_app()
        worker = ImportProcess(app)
        begun = time.monotonic()
        while not pictures_of("VELD-1"):
            assert time.monotonic() - begun < 60, "nobody fetches it"
            worker.tend()
            time.sleep(0.1)
        worker.end()
        services_of(app).dispose()


@pytest.mark.parametrize(
    ("is_allowed", "networks", "said"),
    [(False, "", "may not come from localhost"), (True, LOOPBACK, ""), (True, "", "is in a private network")],
)
def test_only_hosts_of_the_setting_are_asked(
    shop: Run, tmp_path: Path, is_allowed: bool, networks: str, said: str
) -> None:
    with picture_server(tmp_path / "localhost.pem") as host, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOP_PICTURE_HOSTS", host if is_allowed else "")
        patch.setenv("SHOP_PICTURE_NETWORKS", networks)
        imported(shop, tmp_path, f"https://{host}/picture.jpg")
        result = shop("pictures", "fetch")
    assert (said in result.stdout, bool(Answers.asked), bool(pictures_of("VELD-1"))) == (True, not said, not said)


def test_addresses_that_are_kept_in_the_file_do_not_wait(shop: Run, tmp_path: Path) -> None:
    imported(shop, tmp_path, "https://images.example/a.jpg", answer="keep")
    assert shop("pictures", "fetch").stdout == "0 added, 0 refused, 0 still waiting\n"


@pytest.mark.parametrize(
    ("name", "value"), [("SHOP_PICTURE_HOSTS", "https://images.example/"), ("SHOP_PICTURE_NETWORKS", "my network")]
)
def test_a_setting_of_fetching_that_cannot_be_used_is_named(
    shop: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    result = shop("pictures", "fetch")
    assert result.exit_code != 0
    assert result.stderr.startswith(f"Error: {name}: ")


def test_a_product_that_is_deleted_meanwhile_does_not_end_the_fetching(
    shop: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def deleting(address: str, allowed: Allowed) -> bytes:
        """Fetch a picture while somebody deletes its product."""
        engine = open_engine(read_settings().database_url)
        with Session(for_writing(engine)) as session:
            product = session.scalars(select(Product).where(Product.sku == "VELD-1")).one_or_none()
            if product is not None:
                delete_draft(session, product.id, product.version)
            session.commit()
        engine.dispose()
        return fetch_picture(address, allowed)

    monkeypatch.setattr(fetched_pictures, "fetch_picture", deleting)
    with picture_server(tmp_path / "localhost.pem") as host:
        monkeypatch.setenv("SHOP_PICTURE_HOSTS", host)
        monkeypatch.setenv("SHOP_PICTURE_NETWORKS", LOOPBACK)
        imported(shop, tmp_path, f"https://{host}/picture.jpg", f"https://{host}/picture.jpg?2")
        fetched = shop("pictures", "fetch")
    assert fetched.exit_code == 0, fetched.output
    assert "the product was deleted meanwhile" in fetched.stdout
