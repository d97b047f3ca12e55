"""A clock that is set back: what visitors and staff carry with them was made in what is the future now."""

import time

import pytest
from flask import Flask

from tests.conftest import AdminClient
from tests.shop.ordering.shopper import Shopper, purchases
from tests.shop.visitor import FINDER, answer


def test_basket_checkout_answers_and_sign_in_outlive_a_clock_that_is_set_back(
    own_app: Flask, admin_client: AdminClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    shopper, now = Shopper(own_app), time.time
    monkeypatch.setattr(time, "time", lambda: now() + 2 * 60 * 60)
    staff = admin_client("owner")
    shopper.add()
    summary = shopper.details()
    answer(shopper.client)
    form = staff.get("/admin/brands/new")
    monkeypatch.undo()

    assert shopper.client.get(FINDER["nl"]["advice"]).status_code == 200
    ordered = shopper.submit(summary, "order")
    assert ordered.status_code == 303
    shopper.pay(ordered)
    (purchase,) = purchases(own_app)
    assert purchase.state == "confirmed"
    assert form.status_code == 200
    assert staff.get("/admin/brands/new").status_code == 200
