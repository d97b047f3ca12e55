"""The table of permissions holds for every page of the admin, whoever adds it."""

import re
from http import HTTPStatus

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from catalog.models import Role, Status
from shop.admin.permissions import CONFIRMED, OPEN, PERMISSIONS, declared_action, may, open_to_all, requires
from shop.web.services import services_of
from tests.conftest import AdminClient
from tests.factories import PASSWORD, make_product
from tests.shop.admin.conftest import AddAccount, Clock
from tests.shop.admin.orders import ordered
from tests.shop.admin.products import id_of, press
from tests.shop.visitor import csrf_token

OPEN_PAGES = {
    "admin.sign_in",
    "admin.second_step",
    "admin.questions_for_passkey",  # closed but for who gave the password
    "admin.invitation",
    "admin.reset",
    "admin.forgotten",
}


def admin_rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/admin")]


def filled_in(rule: Rule, product_id: int = 1) -> str:
    return re.sub(r"<(int:)?\w+>", "1", rule.rule.replace("<int:product_id>", str(product_id)))


@pytest.fixture
def draft_id(own_app: Flask) -> int:
    """A product that was never public, which editors may change."""
    with Session(services_of(own_app).databases.primary) as session:
        draft = make_product(session, status=Status.DRAFT)
        session.commit()
        return draft.id


def asked(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def test_every_admin_page_declares_what_it_requires(own_app: Flask) -> None:
    declared = {rule.endpoint: declared_action(own_app.view_functions[rule.endpoint]) for rule in admin_rules(own_app)}
    assert not [endpoint for endpoint, action in declared.items() if action is None]
    assert {endpoint for endpoint, action in declared.items() if action == OPEN} == OPEN_PAGES
    assert {action for action in declared.values() if action != OPEN} <= PERMISSIONS.keys()


def test_nobody_gets_past_the_sign_in_page(own_app: Flask) -> None:
    for rule in admin_rules(own_app):
        if rule.endpoint in OPEN_PAGES:
            continue
        client = own_app.test_client()
        token = csrf_token(client.get("/admin/sign-in"))
        for method in asked(rule):
            answer = client.open(filled_in(rule), method=method, data={"csrf_token": token})
            if method == "GET":
                assert answer.location.split("?")[0] == "/admin/sign-in", rule
            else:  # a form may hold an hour's work, so the page keeps it
                assert (answer.status_code, 'action="/admin/sign-in' in answer.text) == (403, True), rule


def test_who_is_not_signed_in_is_led_back_to_the_page_with_its_whole_query(own_app: Flask) -> None:
    """But not to the overview, which is where signing in leads anyway."""
    client = own_app.test_client()
    assert client.get("/admin/").location == "/admin/sign-in"
    assert client.get("/admin/products").location == "/admin/sign-in?next=/admin/products"
    wanted = client.get("/admin/products?q=MAX").location
    assert wanted == "/admin/sign-in?next=/admin/products?q%3DMAX"
    assert client.get("/admin/accounts").location == "/admin/sign-in?next=/admin/accounts"


@pytest.mark.parametrize("role", list(Role))
def test_every_page_is_closed_exactly_to_the_roles_that_the_table_leaves_out(
    role: Role, own_app: Flask, admin_client: AdminClient, clock: Clock, draft_id: int
) -> None:
    client = admin_client(role.value)
    token = csrf_token(client.get("/admin/"))
    for rule in admin_rules(own_app):
        action = declared_action(own_app.view_functions[rule.endpoint])
        if action in {OPEN, None} or rule.endpoint.startswith("admin.sign_out"):
            continue
        for method in asked(rule):
            answer = client.open(filled_in(rule, draft_id), method=method, data={"csrf_token": token})
            assert (answer.status_code == 403) is not may(role, action), (rule, method)
        # Changing the password or one's own account signs out; a page that is not there is the cheapest to ask.
        if client.get("/admin/products/0").status_code == HTTPStatus.SEE_OTHER:
            client = admin_client(role.value)
            token = csrf_token(client.get("/admin/"))


def test_forms_without_their_token_are_refused_everywhere(own_app: Flask, admin_client: AdminClient) -> None:
    client = admin_client("owner")
    for rule in admin_rules(own_app):
        if "POST" in asked(rule):
            assert client.post(filled_in(rule)).status_code == 400, rule


def test_an_id_that_no_table_can_have_is_not_found_and_breaks_nothing(
    own_app: Flask, admin_client: AdminClient
) -> None:
    number, owner = ordered(own_app).number, admin_client("owner")
    token = csrf_token(owner.get("/admin/products/new"))
    for rule in admin_rules(own_app):
        path = re.sub(r"<int:\w+>", str(2**63), rule.rule).replace("<act>", "count").replace("<number>", number)
        for method in asked(rule) if str(2**63) in path else ():
            answer = owner.open(path, method=method, data={"csrf_token": token, "sure": "yes"})
            assert answer.status_code < 500, (method, path)


def test_a_view_that_declares_nothing_is_closed_to_everybody(own_app: Flask, admin_client: AdminClient) -> None:
    own_app.add_url_rule("/admin/forgotten", "forgotten", lambda: "secret")
    assert own_app.test_client().get("/admin/forgotten").status_code == 303
    assert admin_client("owner").get("/admin/forgotten").status_code == 403


def test_editors_draft_publishers_publish_and_owners_do_everything() -> None:
    def of(role: Role) -> set[str]:
        return {action for action in PERMISSIONS if may(role, action)}

    assert of(Role.EDITOR) == {
        "admin.enter",
        "product.view",
        "product.edit",
        "proposal.make",
        "brand.view",
        "account.secure",
    }
    more = {
        "product.publish",
        "proposal.decide",
        "brand.change",
        "claim.confirm",
        "claim.withdraw",
        "catalogue.import",
        "history.restore",
        "text.change",
    }
    assert of(Role.PUBLISHER) - of(Role.EDITOR) == more
    assert of(Role.OWNER) == PERMISSIONS.keys() - {"rules.review"}  # signed by a pharmacist in person


def test_packers_and_bookkeepers_see_orders_and_pharmacists_rules_and_none_sees_products() -> None:
    def of(role: Role) -> set[str]:
        return {action for action in PERMISSIONS if may(role, action)}

    assert of(Role.PACKER) == {
        "admin.enter",
        "account.secure",
        "order.view",
        "order.pack",
        "stock.view",
        "stock.change",
    }
    money = {"order.money", "order.export", "order.transfer"}
    assert of(Role.BOOKKEEPER) == {"admin.enter", "account.secure", "order.view", "stock.view"} | money
    assert of(Role.PHARMACIST) == {"admin.enter", "account.secure", "rules.view", "rules.review"}


def test_the_menu_shows_only_what_the_role_may_open(admin_client: AdminClient) -> None:
    assert 'href="/admin/accounts"' not in admin_client("publisher").get("/admin/").text
    assert 'href="/admin/accounts"' in admin_client("owner").get("/admin/").text


def test_only_who_may_restore_is_shown_how(admin_client: AdminClient, own_app: Flask) -> None:
    publisher, editor = admin_client("publisher"), admin_client("editor")
    address = f"/admin/products/{id_of(own_app)}"
    press(publisher, address, "save", stock="1")
    offered = [f'href="{address}/restore?version=1"' in by.get(f"{address}/history").text for by in (publisher, editor)]
    assert offered == [True, False]


def test_a_changed_role_counts_from_the_next_request(
    admin_client: AdminClient, add_account: AddAccount, own_app: Flask
) -> None:
    add_account()
    owner, other = admin_client("owner"), admin_client("owner", email="other@winkel.test")
    page = owner.get("/admin/accounts").text
    match = re.search(r'href="(/admin/accounts/\d+)">other@winkel', page)
    assert match
    token = csrf_token(owner.get(match[1]))
    assert owner.post(match[1], data={"csrf_token": token, "role": "editor"}).status_code == 303
    assert other.get("/admin/accounts").status_code == 403


def test_who_asks_for_confirmed_actions_gives_the_password_again_and_loses_nothing_typed(
    admin_client: AdminClient, clock: Clock
) -> None:
    assert {"accounts.manage", "settings.manage"} <= CONFIRMED
    client = admin_client("owner")
    token = csrf_token(client.get("/admin/accounts"))
    clock.turn(minutes=10)
    assert client.get("/admin/accounts").location == "/admin/confirm?next=/admin/accounts"
    assert client.get("/admin/accounts?q=MAX").location == "/admin/confirm?next=/admin/accounts?q%3DMAX"
    assert 'action="/admin/accounts?q=MAX"' in client.post("/admin/accounts?q=MAX", data={"csrf_token": token}).text
    typed = {"csrf_token": token, "email": 'new"@winkel.test', "role": "publisher"}
    page = client.post("/admin/accounts", data=typed)
    assert page.status_code == 403
    assert 'name="email" value="new&#34;@winkel.test"' in page.text
    assert 'name="role" value="publisher"' in page.text
    assert client.post("/admin/accounts", data=typed | {"confirm_password": "wrong"}).status_code == 403
    done = client.post("/admin/accounts", data=typed | {"confirm_password": PASSWORD})
    assert "/admin/invitation/" in done.text
    assert client.get("/admin/accounts").status_code == 200


def test_the_declaration_leaves_the_view_as_it_is() -> None:
    def view() -> str:
        return "page"

    assert requires("product.view")(view) is view
    assert declared_action(view) == "product.view"
    assert open_to_all(view) is view
    assert declared_action(view) == "open"
    assert declared_action(lambda: "page") is None
