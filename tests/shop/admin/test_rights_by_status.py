"""Roles against statuses: what is or was public takes a publisher, whichever way it would be changed."""

import io
from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from catalog.edits.bulk import digest_of
from catalog.edits.products import DesiredState, change_all, product_to_edit
from catalog.edits.store import open_batch
from catalog.models import How, Role, Status
from catalog.product_state import ProductState, state_of_product
from recommend.knowledge import Ruleset
from shop.admin.permissions import may
from shop.web.services import services_of
from tests.conftest import AdminClient
from tests.factories import AuthorFactory, make_product
from tests.shop.admin.products import press, stored
from tests.shop.admin.test_pictures import image_file
from tests.shop.visitor import csrf_token


class Twice(NamedTuple):
    """A product at its second version, which a batch gave it: there is something to restore and to take back."""

    id: int
    batch_id: int


class Staff(NamedTuple):
    """Somebody who is signed in."""

    client: FlaskClient
    token: str

    def press(self, product: Twice, button: str, **changes: str) -> TestResponse:
        """Press a button of the product's form with fewer of it in stock."""
        return press(self.client, f"/admin/products/{product.id}", button, stock="3", **changes)

    def send(self, address: str, **fields: object) -> TestResponse:
        """Send a form to an address below /admin."""
        return self.client.post(f"/admin/{address}", data={"csrf_token": self.token, **fields})

    def picture(self, product: Twice, **fields: object) -> TestResponse:
        described = {"alt_nl": "Pot", "alt_en": "Jar", "version": "2"}
        return self.send(f"products/{product.id}/pictures", **described, **fields)

    def status(self, product: Twice, status: str) -> TestResponse:
        return self.send(f"products/{product.id}/status", status=status, version="2")

    def bulk(self, product: Twice, **action: str) -> TestResponse:
        """Confirm a bulk change of this one product."""
        shown = digest_of([(product.id, 2)])
        return self.send("products/bulk", which="ticked", id=str(product.id), shown=shown, confirm="yes", **action)


class Way(NamedTuple):
    """A way to change a product, and whether the product then is what was wanted."""

    go: Callable[[Staff, Twice], TestResponse]
    done: Callable[[ProductState], bool]


STORED = "a" * 32 + "-240x240"
"""The name of a picture; its file is not needed here."""


def small_picture() -> tuple[io.BytesIO, str]:
    return io.BytesIO(image_file(size=(240, 240))), "pot.png"


FOR_DRAFTS: Mapping[str, Way] = {
    "save the form": Way(lambda staff, it: staff.press(it, "save"), lambda now: now.stock == 3),
    "save, then publish": Way(lambda staff, it: staff.press(it, "publish"), lambda now: now.stock == 3),
    "put two edits together": Way(
        lambda staff, it: staff.press(it, "merge", version="1", seen="2", **{"choose-stock": "mine"}),
        lambda now: now.stock == 3,
    ),
    "upload a picture": Way(
        lambda staff, it: staff.picture(it, picture=small_picture()), lambda now: len(now.pictures) == 2
    ),
    "describe the picture": Way(
        lambda staff, it: staff.picture(it, press="describe", name=STORED), lambda now: now.alt_nl == "Pot"
    ),
    "move the picture": Way(
        lambda staff, it: staff.picture(it, press="first", name=STORED), lambda now: now.alt_nl == "Pot"
    ),
    "remove the picture": Way(
        lambda staff, it: staff.picture(it, press="remove", name=STORED), lambda now: now.pictures == ()
    ),
}
FOR_PUBLISHERS: Mapping[str, Way] = {
    "publish": Way(
        lambda staff, it: staff.send(f"products/{it.id}/publish", version="2"),
        lambda now: now.status is Status.PUBLISHED,
    ),
    "archive": Way(lambda staff, it: staff.status(it, "archived"), lambda now: now.status is Status.ARCHIVED),
    "make it a draft again": Way(lambda staff, it: staff.status(it, "draft"), lambda now: now.status is Status.DRAFT),
    "restore": Way(
        lambda staff, it: staff.send(f"products/{it.id}/restore", version="1", seen="2"),
        lambda now: now.stock == 10,
    ),
    "undo the batch": Way(lambda staff, it: staff.send(f"batches/{it.batch_id}/undo"), lambda now: now.stock == 10),
    "publish in bulk": Way(
        lambda staff, it: staff.bulk(it, action="publish"), lambda now: now.status is Status.PUBLISHED
    ),
    "archive in bulk": Way(
        lambda staff, it: staff.bulk(it, action="archive"), lambda now: now.status is Status.ARCHIVED
    ),
    "other prices in bulk": Way(
        lambda staff, it: staff.bulk(it, action="price", change="50"), lambda now: now.price_cents == 1800
    ),
    "a price typed in the list": Way(
        lambda staff, it: staff.send(
            "products/amounts", confirm="yes", id=it.id, **{f"version-{it.id}": 2, f"price_cents-{it.id}": "18"}
        ),
        lambda now: now.price_cents == 1800,
    ),
}
WAYS: Mapping[str, Way] = {**FOR_DRAFTS, **FOR_PUBLISHERS}
OPEN: Mapping[tuple[Role, Status], frozenset[str]] = {
    (Role.EDITOR, Status.DRAFT): frozenset(FOR_DRAFTS),
    (Role.EDITOR, Status.PUBLISHED): frozenset(),
    (Role.EDITOR, Status.ARCHIVED): frozenset(),
    **{(role, status): frozenset(WAYS) for role in (Role.PUBLISHER, Role.OWNER) for status in Status},
}

MakeTwice = Callable[[Status], Twice]


@pytest.fixture
def make_twice(own_app: Flask, ruleset: Ruleset) -> MakeTwice:
    """Makes a product of 12 euro with that status; first 10 of it were in stock, then 5."""

    def make(status: Status) -> Twice:
        with Session(services_of(own_app).databases.primary) as session:
            alts = {"picture": STORED, "alt_nl": "Potje", "alt_en": "Small jar"}
            product_id = make_product(session, None, status=status, price_cents=1200, stock=10, **alts).id
            author = AuthorFactory.build(how=How.BULK)
            batch = open_batch(session, author, "voorraad")
            fewer = msgspec.structs.replace(state_of_product(product_to_edit(session, product_id)), stock=5)
            within = msgspec.structs.replace(author, batch_id=batch)
            change_all(session, [DesiredState(product_id, 1, fewer)], within, ruleset)
            session.commit()
            return Twice(product_id, batch)

    return make


def signed_in(admin_client: AdminClient, role: Role) -> Staff:
    client = admin_client(role.value)
    return Staff(client, csrf_token(client.get("/admin/")))


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("role", [role for role in Role if may(role, "product.view")])
def test_every_way_to_change_a_product_is_open_exactly_to_whom_its_status_allows_it(
    role: Role, status: Status, own_app: Flask, admin_client: AdminClient, make_twice: MakeTwice
) -> None:
    staff, product = signed_in(admin_client, role), make_twice(status)
    for name, way in WAYS.items():
        before = stored(own_app, product.id)
        response = way.go(staff, product)
        after = stored(own_app, product.id)
        if name in OPEN[role, status]:
            assert (response.status_code, way.done(after)) == (303, True), name
            product = make_twice(status)
        else:  # pictures of a public product are proposed, which changes nothing
            status_code = 303 if "picture" in name else 403
            assert (response.status_code, after) == (status_code, before), name


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("role", [Role.EDITOR, Role.PUBLISHER])
def test_who_may_not_change_a_product_reads_and_checks_it_but_finds_no_button_to_save(
    role: Role, status: Status, own_app: Flask, admin_client: AdminClient, make_twice: MakeTwice
) -> None:
    staff, product = signed_in(admin_client, role), make_twice(status)
    may_save = "save the form" in OPEN[role, status]
    before, address = stored(own_app, product.id), f"/admin/products/{product.id}"
    for page in (staff.client.get(address), staff.press(product, "check")):
        assert page.status_code == 200
        assert ('name="press" value="save"' in page.text) is may_save
        assert (f'action="{address}/status"' in page.text) is (role is not Role.EDITOR)
    pictures = staff.client.get(f"{address}/pictures")
    assert pictures.status_code == 200
    assert ("wordt voorgesteld" in pictures.text) is not may_save
    assert stored(own_app, product.id) == before
