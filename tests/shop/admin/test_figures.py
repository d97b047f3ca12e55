"""Figures of sales: by month, form and product, without what was withdrawn, and without a person."""

from flask import Flask
from lxml import html
from sqlalchemy import update

from catalog.orders.models import Purchase
from shop.web.services import services_of
from tests.shop.admin.orders import Clerk, ordered
from tests.shop.ordering.shopper import CITRATE, TABLETS, main_text
from tests.shop.web.test_page_contract import check_page


def rows(page: str, table: str) -> list[list[str]]:
    found = html.fromstring(page).xpath(f"//table[@id='{table}']/tbody/tr")
    return [[cell.text_content().strip() for cell in row] for row in found]


def test_sales_stand_by_month_form_and_product(own_app: Flask, clerk: Clerk) -> None:
    first, second = ordered(own_app, TABLETS), ordered(own_app, TABLETS, CITRATE)
    ordered(own_app, CITRATE, play="failed")
    clock = services_of(own_app).clock()
    reader = clerk("bookkeeper")
    page = reader.get("/admin/orders/figures")
    check_page(page, "en")
    assert "Only trial orders" in main_text(page)
    goods = sum(line.line_cents for made in (first, second) for line in made.lines)
    (month, orders, turnover), *before = rows(page.text, "months")
    assert (month, orders, turnover) == (f"{clock:%Y-%m}", "2", f"€{goods / 100:,.2f}")
    assert len(before) == 11
    assert {row[1] for row in before} == {"0"}
    assert len(html.fromstring(page.text).xpath("//rect")) == 12
    packs = {row[1]: row[2] for row in rows(page.text, "products")}
    assert packs == {first.lines[0].sku: "2", second.lines[1].sku: "1"}
    assert sum(int(row[1]) for row in rows(page.text, "forms")) >= 3
    assert first.name not in page.text


def test_withdrawn_packs_and_trials_beside_real_orders_do_not_count(own_app: Flask, clerk: Clerk) -> None:
    kept, back, trial = (ordered(own_app, TABLETS) for _ in range(3))
    with services_of(own_app).orders.writing() as session:
        session.execute(update(Purchase).where(Purchase.id != trial.id).values(trial=False))
        session.get_one(Purchase, back.id).lines[0].withdrawn = 1
    page = clerk("owner").get("/admin/orders/figures")
    assert [row[2] for row in rows(page.text, "products")] == ["1"]
    assert rows(page.text, "months")[0][2] == f"€{kept.lines_cents / 100:,.2f}"


def test_figures_are_for_who_sees_money_and_of_a_month(own_app: Flask, clerk: Clerk) -> None:
    assert clerk("packer").get("/admin/orders/figures").status_code == 403
    owner = clerk("owner")
    assert "Nothing was sold" in main_text(owner.get("/admin/orders/figures?month=2024-02"))
    for wrong in ("2024-13", "2024-Q1", "now"):
        assert owner.get(f"/admin/orders/figures?month={wrong}").status_code == 404
