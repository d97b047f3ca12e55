"""`shop admin create`, and the link that the first `shop serve` prints."""

import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from shop.cli import main
from tests import databases
from tests.conftest import TEST_KEY
from tests.shop.admin.conftest import AddAccount, sign_in
from tests.shop.visitor import send

NEW = "drie groene peren"
WRONG = "not the password"


def admin(instance: Path, *arguments: str, typed: str = "", **settings: str) -> Result:
    url = databases.new(instance).render_as_string(hide_password=False)
    env = {"SHOP_INSTANCE": str(instance), "SHOP_SECRET_KEY": TEST_KEY, "SHOP_DATABASE_URL": url, **settings}
    return CliRunner().invoke(main, ["admin", *arguments], input=typed, env=env)


def create(instance: Path, *arguments: str, typed: str = f"{NEW}\n{NEW}\n") -> Result:
    return admin(instance, "create", *arguments, typed=typed)


def test_an_account_is_made_with_a_password_typed_twice(own_instance: Path, own_app: Flask) -> None:
    made = create(own_instance, "Me@Winkel.test", "--role", "owner")
    assert (made.exit_code, made.stdout) == (0, "")
    assert NEW not in made.output
    client = own_app.test_client()
    assert sign_in(client, "me@winkel.test", NEW).location == "/admin/"
    assert client.get("/admin/accounts").status_code == 200


def test_an_invitation_is_the_link_alone(own_instance: Path, own_app: Flask) -> None:
    made = create(own_instance, "me@winkel.test", "--role", "editor", "--invite", "--address", "https://winkel.test/")
    match = re.fullmatch(r"https://winkel\.test(/admin/invitation/\S+)\n", made.stdout)
    assert match
    client = own_app.test_client()
    assert send(client, match[1], password=NEW, again=NEW).location == "/admin/"


@pytest.mark.parametrize(
    ("email", "password", "words"),
    [
        ("nobody", NEW, "no e-mail address"),
        ("me@winkel.test", "kort", "at least 12 characters"),
        ("me@winkel.test", "a" * 20, "different characters"),
        ("me@winkel.test", "mijn winkel is leuk", "holds the address"),
        ("me@winkel.test", "welkom012345", "easy to guess"),
    ],
)
def test_what_cannot_be_an_account_is_one_line(email: str, password: str, words: str, own_instance: Path) -> None:
    refused = create(own_instance, email, "--role", "owner", typed=f"{password}\n{password}\n")
    assert refused.exit_code == 1
    assert words in refused.stderr.splitlines()[-1]


def test_an_account_is_made_once_and_only_with_a_role_that_exists(own_instance: Path) -> None:
    assert create(own_instance, "me@winkel.test", "--role", "owner").exit_code == 0
    again = create(own_instance, "ME@winkel.test", "--role", "editor", typed="")
    assert (again.exit_code, "already" in again.stderr) == (1, True)
    assert create(own_instance, "you@winkel.test", "--role", "king").exit_code == 2
    assert create(own_instance, "you@winkel.test").exit_code == 2


def test_a_link_starts_with_the_public_address_and_no_other(own_instance: Path) -> None:
    public = "https://winkel.test"
    arguments = ("create", "me@winkel.test", "--role", "editor", "--invite")
    assert admin(own_instance, *arguments, SHOP_PUBLIC_URL=public).stdout.startswith(f"{public}/admin/invitation/")
    same = admin(own_instance, *arguments, "--address", f"{public}/", SHOP_PUBLIC_URL=public)
    assert same.stdout.startswith(f"{public}/admin/invitation/")
    other = admin(own_instance, *arguments, "--address", "https://evil.test", SHOP_PUBLIC_URL=public)
    assert (other.exit_code, other.stdout) == (2, "")
    assert public in other.stderr


def test_an_account_is_unlocked_by_its_address(own_instance: Path, own_app: Flask, add_account: AddAccount) -> None:
    add_account()
    browser = own_app.test_client()
    assert [sign_in(browser, password=WRONG).status_code for _ in range(11)] == [422] * 10 + [429]
    assert admin(own_instance, "unlock", "EVA@winkel.test").exit_code == 0
    assert sign_in(browser).location == "/admin/"
    unknown = admin(own_instance, "unlock", "nobody@winkel.test")
    assert (unknown.exit_code, "no account" in unknown.stderr) == (1, True)


def first_lines_of_serve(instance: Path, **settings: str) -> tuple[str, str]:
    """The standard output and standard error of a start that is stopped once it serves."""
    process = subprocess.Popen(
        [Path(sys.executable).with_name("shop"), "serve", "--port", "0", "--workers", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"SHOP_INSTANCE": str(instance), **settings},
    )
    assert process.stdout
    address = process.stdout.readline()
    port = address.rsplit(":", 1)[1].strip("/\n")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=20) as ready:
        assert ready.status == 200
    process.terminate()
    _, errors = process.communicate(timeout=40)
    return address, errors


def test_serve_prints_a_link_for_the_first_owner_until_there_is_an_account(own_instance: Path) -> None:
    address, errors = first_lines_of_serve(own_instance)
    links = re.findall(r"http://127\.0\.0\.1:\d+/admin/invitation/\S+", errors)
    assert len(links) == 1
    assert links[0].startswith(address.split(": ")[1].strip())
    assert create(own_instance, "me@winkel.test", "--role", "owner").exit_code == 0
    _, errors = first_lines_of_serve(own_instance)
    assert "invitation" not in errors


def test_the_first_owners_link_starts_with_the_public_address(own_instance: Path) -> None:
    _, errors = first_lines_of_serve(own_instance, SHOP_PUBLIC_URL="https://winkel.test")
    assert re.findall(r"https?://\S+/admin/invitation/", errors) == ["https://winkel.test/admin/invitation/"]
