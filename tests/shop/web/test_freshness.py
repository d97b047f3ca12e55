"""An edit through one process is shown by another at its next request."""

import tempfile
from pathlib import Path

import msgspec
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.edits.brands import add_brand
from catalog.edits.products import add_product, product_to_edit, save_product
from catalog.models import Brand, Product, Status
from catalog.product_state import state_of_product
from recommend.loading import load_ruleset
from shop.web.services import services_of
from tests.factories import AuthorFactory, ProductStateFactory
from tests.shop.visitor import answer
from tests.shop.web.workers import instance_of, worker

LISTING = "/nl/beste-magnesium-supplementen"
PAGES = [
    LISTING,
    f"{LISTING}?form=citrate&sort=price_per_100mg",
    f"{LISTING}?q=naam+citraat",
    "/en/best-magnesium-supplements?sort=name",
    "/api/v1/products?sort=name&lang=en",
    "/nl/",
]
OF_VISITOR = ["/nl/winkelmand", "/en/basket", "/nl/keuzehulp/advies", LISTING]
EDITS = st.sampled_from(["name_nl", "price_cents", "stock", "status", "brand", "new"])


class Editing(RuleBasedStateMachine):
    """Random edits through one of two workers; whatever the other one shows is what a shop without kept pages shows."""

    folder: Path
    sample: Path

    @initialize()
    def start(self) -> None:
        self.instance = instance_of(self.sample, Path(tempfile.mkdtemp(dir=self.folder)))
        self.workers = [worker(self.instance), worker(self.instance), worker(self.instance, page_cache=False)]
        self.clients: list[FlaskClient] = [app.test_client(use_cookies=False) for app in self.workers]
        self.cookies = self.cookies_of_a_visitor()
        self.slug = "x"
        self.edits = 0

    def cookies_of_a_visitor(self) -> str:
        """Cookies with answers, and a basket of the products that edits are made to first."""
        visitor = self.workers[0].test_client()
        answer(visitor)
        with Session(services_of(self.workers[0]).databases.primary) as session:
            for id_ in session.scalars(select(Product.id).order_by(Product.id).limit(12)):
                visitor.post("/nl/winkelmand", data={"add": id_})
        cookies = [visitor.get_cookie(name) for name in ("answers", "basket")]
        return "; ".join(f"{cookie.key}={cookie.value}" for cookie in cookies if cookie)

    @rule(through=st.integers(0, 1), which=st.integers(0, 60), what=EDITS)
    def edit(self, through: int, which: int, what: str) -> None:
        self.edits += 1
        ruleset, author = load_ruleset(), AuthorFactory.build()
        with Session(services_of(self.workers[through]).databases.primary) as session:
            if what == "new":
                add_brand(session, "Merk", "Voorbeeldweg 1 (verzonnen)", invented=True)
                self.slug = add_product(session, ProductStateFactory.build(price_cents=1), author, ruleset).slug
            elif what == "brand":
                add_brand(
                    session, session.scalars(select(Brand.name)).first() or "", f"Weg {self.edits}", invented=True
                )
            else:
                id_ = session.scalars(select(Product.id).order_by(Product.id).offset(which)).first() or 1
                product = product_to_edit(session, id_)
                self.slug = product.slug
                changes = {
                    "name_nl": f"Naam {self.edits}",
                    "price_cents": 100 + self.edits,
                    "stock": 0 if product.stock else 5,
                    "status": Status.ARCHIVED if product.status is Status.PUBLISHED else Status.PUBLISHED,
                }
                state = msgspec.structs.replace(state_of_product(product), **{what: changes[what]})
                save_product(session, id_, product.version, state, author=author, ruleset=ruleset)
            session.commit()

    @rule(reader=st.integers(0, 1), page=st.sampled_from(PAGES))
    def read(self, reader: int, page: str) -> None:
        assert self.clients[reader].get(page).text == self.clients[2].get(page).text

    @rule(reader=st.integers(0, 1), page=st.sampled_from(OF_VISITOR))
    def read_as_a_visitor(self, reader: int, page: str) -> None:
        headers = {"Cookie": self.cookies}
        assert self.clients[reader].get(page, headers=headers).text == self.clients[2].get(page, headers=headers).text

    @invariant()
    def the_product_edited_last_is_the_same_everywhere(self) -> None:
        shown = [client.get(f"/nl/product/{self.slug}") for client in self.clients]
        assert len({(page.status_code, page.text) for page in shown}) == 1

    def teardown(self) -> None:
        for app in getattr(self, "workers", []):
            services_of(app).dispose()


def test_random_edits_through_one_worker_show_at_once_in_another(sample_instance: Path, tmp_path: Path) -> None:
    machine = type("Shop", (Editing,), {"folder": tmp_path, "sample": sample_instance})
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=6, stateful_step_count=12, suppress_health_check=[HealthCheck.too_slow]),
    )
