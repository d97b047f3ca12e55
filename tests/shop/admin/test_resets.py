"""A forgotten password: a link by an owner, by the command line, and by mail."""

import email
import email.policy
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from flask.testing import FlaskClient

from shop.app import create_app
from shop.settings import Smtp, SmtpSecurity
from shop.web.services import services_of
from tests.conftest import AdminClient, settings_in
from tests.factories import PASSWORD
from tests.queries import counted
from tests.shop.admin.conftest import AddAccount, Clock, is_signed_in, sign_in
from tests.shop.admin.test_admin_cli import admin
from tests.shop.admin.test_second_factor import code, switch_on
from tests.shop.visitor import csrf_token, main_text, send
from tests.shop.web.test_page_contract import check_page

NEW = "drie groene peren"
FORGOTTEN = "/admin/forgotten-password"


def press_reset(owner: FlaskClient, account_id: int) -> str:
    """The path of the link that an owner makes."""
    page = f"/admin/accounts/{account_id}"
    shown = owner.post(f"{page}/reset", data={"csrf_token": csrf_token(owner.get(page))})
    match = re.search(r"http://localhost(/admin/reset/[\w-]+)", shown.text)
    assert match, main_text(shown)
    return match[1]


def test_an_owners_link_sets_a_new_password_once_and_ends_every_session(
    own_app: Flask, admin_client: AdminClient, add_account: AddAccount, clock: Clock
) -> None:
    account = add_account()
    there, browser = own_app.test_client(), own_app.test_client()
    sign_in(there)
    link = press_reset(admin_client("owner"), account.id)
    assert is_signed_in(there)
    assert browser.get(link).status_code == 200  # opening does not use it up
    weak = send(browser, link, password="kort", again="kort")  # noqa: S106 - refused
    assert weak.status_code == 422
    late = own_app.test_client()
    token = csrf_token(late.get(link))
    assert send(browser, link, password=NEW, again=NEW).location == "/admin/"
    assert (is_signed_in(browser), is_signed_in(there)) == (True, False)
    used = late.post(link, data={"csrf_token": token, "password": NEW, "again": NEW})
    assert used.status_code == late.get(link).status_code == 410
    assert sign_in(own_app.test_client()).status_code == 422
    assert sign_in(own_app.test_client(), password=NEW).location == "/admin/"


def test_a_link_runs_out_is_replaced_and_is_void_once_the_account_is_deactivated_or_has_another_password(
    own_app: Flask, admin_client: AdminClient, add_account: AddAccount, clock: Clock
) -> None:
    account = add_account()
    owner, browser = admin_client("owner"), own_app.test_client()
    first, second = press_reset(owner, account.id), press_reset(owner, account.id)
    assert [browser.get(link).status_code for link in (first, second)] == [410, 200]
    page = f"/admin/accounts/{account.id}"
    owner.post(f"{page}/deactivate", data={"csrf_token": csrf_token(owner.get(page))})
    assert browser.get(second).status_code == 410
    refused = owner.post(f"{page}/reset", data={"csrf_token": csrf_token(owner.get(page))})
    assert refused.location == page
    owner.post(f"{page}/reactivate", data={"csrf_token": csrf_token(owner.get(page))})
    assert browser.get(second).status_code == 410  # deactivating voided it for good
    third = press_reset(owner, account.id)
    assert browser.get(third).status_code == 200
    clock.turn(hours=24)
    assert browser.get(third).status_code == 410
    assert browser.get("/admin/reset/forged").status_code == 410


def test_a_second_factor_stays_on_and_is_asked_for(
    own_app: Flask, admin_client: AdminClient, add_account: AddAccount, clock: Clock
) -> None:
    account = add_account()
    telephone = own_app.test_client()
    sign_in(telephone)
    secret, _ = switch_on(telephone, clock)
    link = press_reset(admin_client("owner"), account.id)
    browser = own_app.test_client()
    assert send(browser, link, password=NEW, again=NEW).location == "/admin/sign-in/code"
    assert not is_signed_in(browser)
    clock.turn(minutes=1)
    assert send(browser, "/admin/sign-in/code", code=code(secret, clock)).location == "/admin/"


def test_a_link_lets_in_whom_strangers_locked_out(own_app: Flask, add_account: AddAccount, own_instance: Path) -> None:
    add_account()
    for number in range(100):
        stranger = own_app.test_client()
        stranger.environ_base["REMOTE_ADDR"] = f"198.51.100.{number // 10}"
        sign_in(stranger, password=NEW)
    browser = own_app.test_client()
    assert sign_in(browser).status_code == 429
    made = admin(own_instance, "reset", "EVA@winkel.test")
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/admin/reset/[\w-]+\n", made.stdout)
    assert send(browser, urlsplit(made.stdout.strip()).path, password=NEW, again=NEW).location == "/admin/"
    assert sign_in(own_app.test_client(), password=NEW).location == "/admin/"


def test_the_command_refuses_unknown_and_deactivated_accounts_in_one_line(
    own_instance: Path, add_account: AddAccount
) -> None:
    add_account(active=False)
    for address, words in (("nobody@winkel.test", "no account"), ("eva@winkel.test", "deactivated")):
        refused = admin(own_instance, "reset", address)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert words in refused.stderr
    public = admin(
        own_instance, "reset", "eva@winkel.test", "--address", "https://a.test", SHOP_PUBLIC_URL="https://b.test"
    )
    assert public.exit_code != 0


class Postbox:
    """A mail server that keeps what it is given, and takes its time."""

    def __init__(self) -> None:
        self.messages: list[email.message.EmailMessage] = []
        self.seconds = 0.0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        time.sleep(self.seconds)
        content = envelope.content
        assert isinstance(content, bytes)
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(message, email.message.EmailMessage)
        self.messages.append(message)
        return "250 kept"


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, int]]:
    postbox = Postbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield postbox, port
    controller.stop()


@pytest.fixture
def mailing_app(own_instance: Path, own_app: Flask, postbox: tuple[Postbox, int], clock: Clock) -> Iterator[Flask]:
    """A shop that can mail."""
    smtp = Smtp("127.0.0.1", postbox[1], SmtpSecurity.NONE, sender="winkel@shop.example")
    app = create_app(msgspec.structs.replace(settings_in(own_instance), smtp=smtp, public_url="https://shop.example"))
    services_of(app).clock = clock
    yield app
    services_of(app).background.shutdown()
    services_of(app).dispose()


@pytest.fixture
def mailed(mailing_app: Flask, postbox: tuple[Postbox, int]) -> Callable[[], list[email.message.EmailMessage]]:
    """The mail that was sent once all that was asked for is done."""

    def wait() -> list[email.message.EmailMessage]:
        services_of(mailing_app).background.submit(int).result(timeout=20)
        return postbox[0].messages

    return wait


Mailed = Callable[[], list[email.message.EmailMessage]]


def test_a_mailed_link_opens_the_account_in_the_language_of_the_page(
    mailing_app: Flask, mailed: Mailed, add_account: AddAccount
) -> None:
    add_account()
    browser = mailing_app.test_client()
    assert FORGOTTEN in browser.get("/admin/sign-in").text
    match = None
    for language, subject, hour in (("nl", "Een nieuw wachtwoord", "een uur"), ("en", "A new password", "an hour")):
        page = browser.get(f"{FORGOTTEN}?lang={language}")
        check_page(page, language)
        sent = send(browser, FORGOTTEN, email=" EVA@winkel.test ")
        assert sent.status_code == 200
        check_page(sent, language)
        message = mailed()[-1]
        assert (message["To"], message["From"]) == ("eva@winkel.test", "winkel@shop.example")
        assert message["Subject"].startswith(subject)
        text = message.get_content()
        assert hour in text
        match = re.search(r"https://shop\.example(/admin/reset/[\w-]+)", text)
        assert match
    assert match
    assert send(mailing_app.test_client(), match[1], password=NEW, again=NEW).location == "/admin/"


def test_the_answer_and_its_queries_are_the_same_for_every_address_and_wait_for_no_mail(
    mailing_app: Flask, mailed: Mailed, postbox: tuple[Postbox, int], add_account: AddAccount
) -> None:
    add_account()
    add_account(email="gone@winkel.test", active=False)
    postbox[0].seconds = 1
    pages, statements, took = [], [], []
    for address in ("eva@winkel.test", "none@winkel.test", "gone@winkel.test"):
        browser = mailing_app.test_client()
        token = csrf_token(browser.get(FORGOTTEN))
        mailed()
        # The background works in another thread; here it waits until the answer is there.
        background = services_of(mailing_app).background
        background.submit(time.sleep, 0.3)
        began = time.monotonic()
        with counted(services_of(mailing_app).databases.primary) as sent:
            page = browser.post(FORGOTTEN, data={"csrf_token": token, "email": address})
            took.append(time.monotonic() - began)
            statements.append(list(sent))
        assert page.status_code == 200
        pages.append(main_text(page).replace(address, "…"))
    assert len(set(pages)) == 1
    assert statements[0] == statements[1] == statements[2]
    assert max(took) < 1
    assert [message["To"] for message in mailed()] == ["eva@winkel.test"]


def test_a_stranger_can_have_few_mails_sent_and_voids_none_of_them(
    mailing_app: Flask, mailed: Mailed, add_account: AddAccount, clock: Clock
) -> None:
    add_account()
    browser = mailing_app.test_client()
    answers = [send(browser, FORGOTTEN, email="eva@winkel.test").status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
    messages = mailed()
    assert len(messages) == 3
    links = [re.search(r"/admin/reset/[\w-]+", message.get_content()) for message in messages]
    assert [browser.get(link[0]).status_code for link in links if link] == [200] * 3
    clock.turn(hours=1)
    assert [browser.get(link[0]).status_code for link in links if link] == [410] * 3
    send(browser, FORGOTTEN, email="eva@winkel.test")
    assert len(mailed()) == 4


@pytest.mark.parametrize("typed", ["", "x\x00@winkel.test", "x" * 10_000, "eva@winkel.test\nBcc: a@evil.test"])
def test_what_is_no_address_is_ordinary_input(typed: str, mailing_app: Flask, mailed: Mailed) -> None:
    answer = send(mailing_app.test_client(), FORGOTTEN, email=typed)
    assert answer.status_code == (200 if typed else 422)
    assert mailed() == []


def test_a_mail_server_that_is_gone_changes_nothing_for_the_visitor(
    mailing_app: Flask, postbox: tuple[Postbox, int], add_account: AddAccount, caplog: pytest.LogCaptureFixture
) -> None:
    add_account()
    shop = services_of(mailing_app)
    shop.settings = msgspec.structs.replace(
        shop.settings, smtp=Smtp("127.0.0.1", 9, SmtpSecurity.NONE, sender="a@b.nl")
    )
    assert send(mailing_app.test_client(), FORGOTTEN, email="eva@winkel.test").status_code == 200
    shop.background.submit(int).result(timeout=20)
    assert "work in the background failed" in caplog.text


def test_without_a_mail_server_the_sign_in_page_says_whom_to_ask(own_app: Flask) -> None:
    browser = own_app.test_client()
    assert browser.get(FORGOTTEN).status_code == 404
    page = browser.get("/admin/sign-in?lang=en").text
    assert "An owner of the shop can make you a link" in page
    assert "shop admin reset" in page
    assert PASSWORD not in page


def test_links_start_with_the_public_address_whatever_the_request_says(
    mailing_app: Flask, mailed: Mailed, add_account: AddAccount
) -> None:
    add_account()
    account = add_account("ben@winkel.test")
    owner = mailing_app.test_client()
    sign_in(owner)
    lies = {"X-Forwarded-Host": "evil.test", "Forwarded": "host=evil.test", "X-Host": "evil.test"}
    token = csrf_token(owner.get("/admin/accounts"))
    invited = owner.post(
        "/admin/accounts", data={"csrf_token": token, "email": "new@winkel.test", "role": "editor"}, headers=lies
    )
    made = owner.post(f"/admin/accounts/{account.id}/reset", data={"csrf_token": token}, headers=lies)
    owner.post(FORGOTTEN, data={"csrf_token": token, "email": "eva@winkel.test"}, headers=lies)
    for text in (invited.text, made.text, mailed()[0].get_content()):
        assert re.findall(r"(https?://\S+)/admin/(?:invitation|reset)/", text.replace("<code>", " ")) == [
            "https://shop.example"
        ]
    assert owner.get("/admin/accounts", base_url="http://evil.test").status_code == 400


def test_an_owner_changes_the_own_account_only_with_proof(admin_client: AdminClient) -> None:
    owner = admin_client("owner")
    own = re.search(r'href="/admin/accounts/(\d+)"', owner.get("/admin/accounts").text)
    assert own
    page = f"/admin/accounts/{own[1]}"
    for action in ("reset", "second-factor/off"):
        sent = owner.post(f"{page}/{action}", data={"csrf_token": csrf_token(owner.get(page))})
        assert sent.location == "/admin/my-account"


def test_a_used_link_forgives_no_wrong_codes(
    own_app: Flask, admin_client: AdminClient, add_account: AddAccount, clock: Clock
) -> None:
    account = add_account()
    browser = own_app.test_client()
    sign_in(browser)
    switch_on(browser, clock)
    owner, guesser = admin_client("owner"), own_app.test_client()
    for round_ in range(2):
        link = press_reset(owner, account.id)
        assert send(guesser, link, password=NEW, again=NEW).location == "/admin/sign-in/code"
        answers = [send(guesser, "/admin/sign-in/code", code="000000").status_code for _ in range(10)]
        assert (429 in answers) == bool(round_)
