"""The command line: `shop advise` and `shop serve`, as processes of their own where that can make a difference."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from recommend.loading import DATA
from shop.cli import main
from tests.recommend import shoppers

SHOP = [str(Path(sys.executable).with_name("shop"))]
HEALTHY: dict[str, Any] = dict(shoppers.HEALTHY)


def advise(answers: object, instance: Path, *options: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SHOP, "advise", "-", *options],
        input=json.dumps(answers) if text is None else text,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"SHOP_INSTANCE": str(instance)},
        timeout=60,
    )


def advise_here(
    answers: object, instance: Path, *options: str, text: str | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    """The same command in this process, which saves a second for each wrong input."""
    given = json.dumps(answers) if text is None else text
    result = CliRunner().invoke(main, ["advise", "-", *options], given, {"SHOP_INSTANCE": str(instance), **env})
    return subprocess.CompletedProcess("shop advise", result.exit_code, result.stdout, result.stderr)


def test_the_advice_is_the_contracts_json_with_products(sample_instance: Path) -> None:
    result = advise(HEALTHY, sample_instance, "--lang", "en")
    assert (result.returncode, result.stderr) == (0, "")
    advice = json.loads(result.stdout)
    assert list(advice) == ["status", "forms", "other_forms", "notes", "dose", "schedule", "ruleset", "products"]
    assert advice["products"]
    for product in advice["products"]:
        assert {"sku", "form", "units_per_day", "elemental_mg_per_day", "cents_per_day"} <= product.keys()
        assert isinstance(product["units_per_day"], int)
        assert 0 < float(product["elemental_mg_per_day"]) <= advice["dose"]["suggested_mg"]
        assert isinstance(product["cents_per_day"], str)


def test_the_first_run_makes_the_catalogue_silently(tmp_path: Path) -> None:
    result = advise(HEALTHY, tmp_path / "new")
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout)["products"]
    assert (tmp_path / "new" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_no_products_needs_no_catalogue(tmp_path: Path) -> None:
    result = advise(HEALTHY, tmp_path, "--no-products")
    assert json.loads(result.stdout)["products"] == []
    assert not (tmp_path / "shop.db").exists()


def test_a_withheld_advice_has_no_products_and_no_dose(sample_instance: Path) -> None:
    advice = json.loads(advise(HEALTHY | {"conditions": ["kidney_disease"]}, sample_instance).stdout)
    assert (advice["status"], advice["products"], advice["dose"]["suggested_mg"]) == ("withheld", [], 0)


@pytest.mark.parametrize(
    ("answers", "named"),
    [
        (HEALTHY | {"shoe_size": 44}, "shoe_size"),
        (HEALTHY | {"stomach": "iron"}, "stomach"),
        ({key: value for key, value in HEALTHY.items() if key != "conditions"}, "conditions"),
        (HEALTHY | {"conditions": "kidney_disease"}, "conditions"),
        (HEALTHY | {"supplement_mg": 5001}, "supplement_mg"),
        (HEALTHY | {"supplement_mg": True}, "supplement_mg"),
        (HEALTHY | {"vegan": "yes"}, "vegan"),
        ([], "answers"),
    ],
)
def test_a_wrong_key_or_value_exits_2_with_one_line_that_names_it(
    answers: object, named: str, sample_instance: Path
) -> None:
    result = advise_here(answers, sample_instance)
    assert (result.returncode, result.stdout) == (2, "")
    assert named in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"stomach": NaN}', "\x00"])
def test_what_is_no_json_exits_2_with_one_line(text: str, sample_instance: Path) -> None:
    result = advise_here(None, sample_instance, text=text)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1


def test_a_file_of_answers_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    file.write_text(json.dumps(HEALTHY), encoding="utf-8-sig")
    for name, given in ((str(file), None), ("-", file.read_bytes())):
        result = CliRunner().invoke(main, ["advise", name, "--no-products"], given, {"SHOP_INSTANCE": str(tmp_path)})
        assert (result.exit_code, json.loads(result.stdout)["status"]) == (0, "suggested")


def test_a_file_that_is_not_there_exits_2(sample_instance: Path) -> None:
    result = subprocess.run(
        [*SHOP, "advise", "no-such-file.json"], capture_output=True, text=True, check=False, timeout=60
    )
    assert result.returncode == 2
    assert "no-such-file.json" in result.stderr


def test_another_database_needs_a_signing_key(tmp_path: Path) -> None:
    result = subprocess.run(
        [*SHOP, "serve", "--port", "0"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"SHOP_INSTANCE": str(tmp_path), "SHOP_DATABASE_URL": f"sqlite:///{tmp_path}/other.db"},
        timeout=60,
    )
    assert result.returncode != 0
    assert "SHOP_SECRET_KEY" in result.stderr


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("garbage", "SHOP_DATABASE_URL"),
        ("nosuchdatabase://x", "SHOP_DATABASE_URL"),
        ("sqlite:////no/such/folder/shop.db", "SHOP_DATABASE_URL"),
        ("postgresql+psycopg://127.0.0.1:9/none", "SHOP_DATABASE_URL"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line_that_names_the_setting(
    url: str, words: str, tmp_path: Path
) -> None:
    result = advise_here(HEALTHY, tmp_path, SHOP_DATABASE_URL=url, SHOP_SECRET_KEY="k" * 40)
    assert result.returncode != 0
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_an_occupied_port_is_one_line(port: int, sample_instance: Path) -> None:
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", port))
        occupant.listen()
        result = subprocess.run(
            [*SHOP, "serve", "--port", str(port)],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"SHOP_INSTANCE": str(sample_instance)},
            timeout=60,
        )
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert str(port) in result.stderr


def test_a_broken_ruleset_refuses_to_serve_and_names_the_file(tmp_path: Path) -> None:
    result = subprocess.run(
        [*SHOP, "serve", "--port", "0"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"SHOP_INSTANCE": str(tmp_path), "SHOP_RULES_DIR": str(tmp_path)},
        timeout=60,
    )
    assert result.returncode != 0
    assert "ruleset.yaml" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_ruleset_with_broken_claims_is_neither_served_nor_verified(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(DATA, rules)
    (rules / "claims" / "patterns.yaml").write_text("foo: [")
    env = os.environ | {"SHOP_INSTANCE": str(tmp_path / "instance"), "SHOP_RULES_DIR": str(rules)}
    for command in (["serve", "--port", "0"], ["verify"]):
        result = subprocess.run([*SHOP, *command], capture_output=True, text=True, check=False, env=env, timeout=60)
        assert result.returncode == 1
        assert "claims/patterns.yaml, line" in result.stdout + result.stderr
        assert "Traceback" not in result.stderr


@pytest.fixture
def port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def server(sample_instance: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """`shop serve` on the sample catalogue, once it has printed its address."""
    process = subprocess.Popen(
        [*SHOP, "serve", "--port", str(port), "--workers", "2"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"SHOP_INSTANCE": str(sample_instance)},
    )
    assert process.stdout
    assert process.stdout.readline() == f"Magnesiumwijzer: http://127.0.0.1:{port}/\n"
    yield process
    process.kill()
    process.stdout.close()
    process.wait()


def test_serve_prints_its_address_serves_and_ends_cleanly_on_sigterm(server: subprocess.Popen[str], port: int) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=20) as ready:
        assert ready.status == 200
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/nl/beste-magnesium-supplementen", timeout=20) as page:
        assert page.read().decode().count('class="card') >= 12
    server.send_signal(signal.SIGTERM)
    assert server.wait(timeout=20) == 0


def test_serve_finishes_a_request_under_way_at_sigterm(server: subprocess.Popen[str], port: int) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=20) as ready:
        assert ready.status == 200  # the address is printed before the workers have loaded
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        body = b"stomach=none"
        head = f"POST /nl/keuzehulp HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
        kind = "Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n"
        connection.sendall((head + kind).encode() + body[:4])
        time.sleep(0.5)  # the worker has begun to read
        server.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        connection.sendall(body[4:])
        assert connection.recv(64).startswith(b"HTTP/1.1 422")
    assert server.wait(timeout=35) == 0


def test_a_file_that_another_process_takes_away_stops_no_start(tmp_path: Path) -> None:
    assert advise(HEALTHY, tmp_path).returncode == 0
    (tmp_path / "shop.db-gone").symlink_to(tmp_path / "nothing")  # listed, and then not there, as a log that was closed
    result = advise(HEALTHY, tmp_path)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.long
def test_several_processes_may_make_the_catalogue_at_once(tmp_path: Path) -> None:
    results: list[subprocess.CompletedProcess[str]] = []
    threads = [threading.Thread(target=lambda: results.append(advise(HEALTHY, tmp_path))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result.returncode for result in results] == [0, 0, 0], [result.stderr for result in results]
    assert len({result.stdout for result in results}) == 1
