"""Running of ordering: done jobs are deleted and counted, given-up ones tried again, weights and rates of delivery."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from catalog.models import Product
from catalog.orders.models import DeliveryRate, Job
from shop.admin.orders.running import KINDS
from shop.outbox.handlers import HANDLERS
from shop.outbox.worker import do_due_jobs, sweep
from shop.web.services import services_of
from tests.shop.admin.orders import Clerk, assert_books_agree, ordered, press
from tests.shop.ordering.shopper import CHECKOUT, Shopper, mails, main_text, product_id
from tests.shop.web.test_page_contract import check_page


def test_done_jobs_are_deleted_after_their_days_and_their_number_stays(own_app: Flask, clerk: Clerk) -> None:
    ordered(own_app)
    owner, shared = clerk("owner"), services_of(own_app)
    old = shared.clock() - timedelta(days=shared.settings.outbox_days, seconds=1)
    with shared.orders.writing() as session:
        session.execute(update(Job).values(done_at=old))
        session.execute(update(Job).where(Job.kind == "make_pdf").values(done_at=None, failed_at=old, error="OSError"))
        kept = session.scalar(select(Job.id).where(Job.kind == "make_pdf"))
    sweep(own_app)
    with shared.orders.reading() as session:
        assert session.scalars(select(Job.id).where(Job.done_at.is_not(None))).all() == []
    page = owner.get("/admin/outbox")
    check_page(page, "en")
    after = main_text(page)
    assert all(words in after for words in ("1 was given up", "OSError", "Mail: confirmation", "PDF made"))
    assert f"{old:%Y-%m}" in after
    assert "Try again" not in clerk("packer").get("/admin/outbox").text
    press(owner, page, f"/outbox/{kept}/again")
    do_due_jobs(own_app)
    sweep(own_app)
    assert "0 were given up" in main_text(owner.get("/admin/outbox"))
    assert len(mails(own_app, "confirmation")) == 1, "nothing is mailed again"
    assert_books_agree(own_app)
    assert KINDS.keys() == HANDLERS.keys(), "each kind has its words"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_weighed_pack_decides_the_rate_and_the_rates_are_shown(language: str, own_app: Flask, clerk: Clerk) -> None:
    packer, product = clerk("packer"), product_id(own_app)
    packer.get(f"/admin/?lang={language}")
    check_page(packer.get("/admin/delivery-rates"), language)
    with services_of(own_app).orders.reading() as session:
        letterbox = select(func.max(DeliveryRate.max_grams)).where(DeliveryRate.kind == "letterbox")
        heaviest = session.scalars(letterbox).one()
    with Session(services_of(own_app).databases.primary) as catalogue:
        assert catalogue.get_one(Product, product).net_quantity + 45 <= heaviest

    def offers_letterbox() -> bool:
        shopper = Shopper(own_app)
        shopper.add()
        return 'value="letterbox"' in shopper.client.get(CHECKOUT["nl"]).text

    assert offers_letterbox()
    for grams, offered in ((heaviest + 1, False), ("", True)):
        page = packer.get(f"/admin/stock/{product}")
        assert press(packer, page, "/weight", grams=str(grams)).status_code == 303
        assert offers_letterbox() is offered
    assert press(packer, packer.get(f"/admin/stock/{product}"), "/weight", grams="0").status_code == 422
