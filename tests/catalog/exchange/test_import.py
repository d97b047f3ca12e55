"""Imports: planned, written, refused and unchanged rows."""

import csv
import io
from datetime import UTC, datetime

import pytest
from msgspec import structs
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from catalog.edits.products import product_to_edit, save_product
from catalog.edits.undo import OfBatch, undo
from catalog.exchange.importing import RefusedRows
from catalog.models import Change, How, PricePoint, Product, Status
from catalog.product_state import state_of_product
from recommend.knowledge import Ruleset
from tests.catalog.exchange.files import exported, run_import, table_of
from tests.factories import AuthorFactory, make_product
from tests.queries import counted


def changed(session: Session, **cells: str) -> bytes:
    """The export of the one product with other cells."""
    [row] = csv.DictReader(io.StringIO(exported(session).decode()))
    file = io.StringIO()
    writer = csv.DictWriter(file, {**row, **cells}, lineterminator="\n")
    writer.writeheader()
    writer.writerow({**row, **cells})
    return file.getvalue().encode()


def changes(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Change)) or 0


def only(session: Session) -> Product:
    session.expire_all()
    return product_to_edit(session, session.scalars(select(Product.id)).one())


def test_a_file_that_says_what_is_known_writes_nothing(session: Session) -> None:
    make_product(session)
    before = changes(session)
    run = run_import(session, exported(session))
    assert run.outcomes == {"unchanged": 1}
    assert run.summary.batch_id is None
    assert changes(session) == before


def test_a_change_is_planned_field_by_field_and_then_written_as_a_version_of_its_own(session: Session) -> None:
    make_product(session)
    file = changed(session, price_eur="€ 13,50", stock="7 stuks")
    [planned] = run_import(session, file, dry_run=True).rows
    assert (planned.outcome, set(planned.changed)) == ("changed", {"price_cents", "stock"})
    assert only(session).price_cents == 1200
    run_import(session, file)
    product = only(session)
    assert (product.price_cents, product.stock, product.version) == (1350, 7, 2)
    change = session.get_one(Change, (product.id, 2))
    assert (change.how, set(change.fields)) == (How.IMPORT, {"price_cents", "stock"})


def test_importing_twice_is_the_same_as_once(session: Session) -> None:
    make_product(session)
    file = changed(session, sku="NEW-1", slug="nieuw-1", price_eur="9.50")
    assert run_import(session, file).outcomes == {"new": 1}
    assert run_import(session, file).outcomes == {"unchanged": 1}


@pytest.mark.parametrize(
    ("cells", "error"),
    [
        ({"price_eur": "-3"}, (2, "price_eur", "negative")),
        ({"price_eur": "1.234"}, (2, "price_eur", "ambiguous")),
        ({"price_eur": "£ 12"}, (2, "price_eur", "foreign-currency")),
        ({"composition": "citrate elemental 1000000000000 mg"}, (2, "composition", "out-of-range")),
        ({"composition": "unobtainium elemental 100 mg"}, (2, "composition", "which-form")),
        ({"composition": "bisglycinate compound 100 mg elemental 90 mg"}, (2, "composition", "richer-than-oxide")),
        ({"name_nl": "<script>alert(1)</script>"}, (2, "name_nl", "markup")),
        ({"name_nl": "x" * 201}, (2, "name_nl", "too-long")),
        ({"name_nl": ""}, (2, "name_nl", "missing")),
        ({"summary_nl": "Geneest depressie."}, (2, "summary_nl", "blocked-text")),
        ({"ean": "123"}, (2, "ean", "not-an-ean")),
        ({"status": "misschien"}, (2, "status", "not-a-choice")),
        ({"version": "7", "stock": "3"}, (2, "version", "changed-since")),
        ({"brand_address": "Elders 1"}, (2, "brand_address", "other-address")),
        ({"brand": "Anders", "brand_address": "Laan\\u00001"}, (2, "brand_address", "control-character")),
        ({"sku": ""}, (2, "sku", "required")),
        ({"sku": "with space"}, (2, "sku", "not-a-sku")),
        ({"sku": "OTHER"}, (2, "slug", "taken")),
    ],
)
def test_a_bad_cell_refuses_the_file_at_its_row_and_column(
    session: Session, cells: dict[str, str], error: tuple[int, str, str]
) -> None:
    make_product(session)
    session.commit()
    before = exported(session)
    run = run_import(session, changed(session, **cells))
    assert error in run.errors
    assert exported(session) == before


def test_skipping_bad_rows_imports_the_others_and_reports_each_that_was_skipped(session: Session) -> None:
    make_product(session)
    good = changed(session, sku="GOOD", slug="good").decode()
    bad = changed(session, sku="BAD", slug="bad", stock="veel").decode().splitlines()[1]
    run = run_import(session, good + bad + "\n", skip_bad=True)
    assert run.outcomes == {"new": 1, "refused": 1}
    assert run.errors == [(3, "stock", "not-a-count")]
    assert "GOOD" in set(session.scalars(select(Product.sku)))


@pytest.mark.parametrize("own_address", [True, False])
def test_a_brand_s_address_in_a_row_that_is_refused_late_goes_to_the_next_row_that_has_it(
    own_address: bool, session: Session
) -> None:
    make_product(session)
    known = only(session)
    new = {"brand": "Nieuwmerk", "brand_address": "Straat 1, 3511 AB Utrecht", "brand_invented": "true"}
    taken = changed(session, sku="A", slug=known.slug, **new).decode()
    relying = new if own_address else new | {"brand_address": ""}
    after = "".join(
        changed(session, sku=sku, slug=sku.lower(), **relying).decode().splitlines()[1] + "\n" for sku in "BC"
    )
    run = run_import(session, taken + after, skip_bad=True)
    assert (2, "slug", "taken") in run.errors
    if own_address:
        assert run.outcomes == {"refused": 1, "new": 2}
        assert {"B", "C"} <= set(session.scalars(select(Product.sku)))
    else:
        assert run.outcomes == {"refused": 3}
        assert run.errors[1:] == [(3, "brand", "brand-address"), (4, "brand", "brand-address")]


def test_a_sku_that_stands_twice_is_refused_at_both_rows(session: Session) -> None:
    make_product(session)
    file = exported(session).decode()
    run = run_import(session, file + file.splitlines()[1] + "\n", skip_bad=True)
    assert [error for error in run.errors if error[2] == "double-sku"] == [
        (2, "sku", "double-sku"),
        (3, "sku", "double-sku"),
    ]


def test_refused_rows_come_back_in_their_own_layout_with_the_reasons_and_can_be_sent_again(session: Session) -> None:
    make_product(session)
    table = table_of(changed(session, stock="veel", summary_nl="=1+1; 's avonds\\ntwee"))
    run = run_import(session, changed(session, stock="veel", summary_nl="=1+1; 's avonds\\ntwee"))
    file = io.BytesIO()
    rows = RefusedRows(file, "refused.csv", table.columns, "nl")
    for planned in run.rows:
        rows.write(planned.row)
    rows.close()
    [back] = csv.DictReader(io.StringIO(file.getvalue().decode()))
    assert back["reden"] == "stock: is geen aantal"
    mended = file.getvalue().decode().replace("veel", "5")
    assert run_import(session, mended).outcomes == {"changed": 1}
    assert only(session).summary_nl == "=1+1; 's avonds\ntwee"


def test_products_of_the_same_supplier_that_a_file_does_not_name_are_reported_and_left_alone(session: Session) -> None:
    make_product(session, sku="HERE", slug="here", supplier="Groothandel")
    make_product(session, sku="GONE", slug="gone", supplier="Groothandel")
    make_product(session, sku="OTHER", slug="other", supplier="Elders")
    lines = exported(session).decode().splitlines()
    run = run_import(session, "\n".join([lines[0], next(line for line in lines if line.startswith("HERE"))]) + "\n")
    assert run.gone == ["GONE"]
    assert session.scalar(select(func.count()).select_from(Product)) == 3


def test_a_new_product_is_a_draft_unless_the_file_says_otherwise_and_it_is_complete(session: Session) -> None:
    run = run_import(session, "sku,name_nl,dosage_form\nA,Magnesium,capsule\n")
    assert run.outcomes == {"new": 1}
    assert {problem.field for problem in run.rows[0].notices} >= {"price_cents", "composition", "summary_nl"}
    product = only(session)
    assert (product.status, product.unit, product.slug) == (Status.DRAFT, "capsule", "magnesium-a")
    refused = run_import(session, "sku,name_nl,dosage_form,status\nB,Magnesium,capsule,published\n")
    assert (2, "price_eur", "missing") in refused.errors


@pytest.mark.parametrize("name", ["file.csv", "file.jsonl", "file.xlsx"])
def test_every_format_carries_all_of_a_product(session: Session, name: str, ruleset: Ruleset) -> None:
    product = make_product(session, summary_nl='=1+1\n\\n \'s avonds; "x"\u2028', supplier="Huis", ean="8714439553212")
    before = state_of_product(product)
    session.commit()
    file = exported(session, name)
    assert run_import(session, file, name).outcomes == {"unchanged": 1}
    other = structs.replace(before, summary_nl="anders")
    save_product(session, product.id, 1, other, author=AuthorFactory.build(), ruleset=ruleset)
    run_import(session, file, name)
    assert state_of_product(only(session)) == before


def test_an_import_is_undone_at_one_press_but_for_what_was_changed_since(session: Session, ruleset: Ruleset) -> None:
    for sku in ("OLD", "SINCE"):
        make_product(session, sku=sku, slug=sku.lower())
    file = exported(session).decode().replace("12.00", "13.00")
    extra = file.splitlines()[1].replace("OLD", "NEW").replace("old", "new")
    batch = run_import(session, file + extra + "\n").summary.batch_id
    assert batch is not None
    by_sku = {sku: id_ for id_, sku in session.execute(select(Product.id, Product.sku))}
    since = product_to_edit(session, by_sku["SINCE"])
    restocked = structs.replace(state_of_product(since), stock=3)
    save_product(session, since.id, 2, restocked, author=AuthorFactory.build(), ruleset=ruleset)
    undo(session, OfBatch(batch), AuthorFactory.build(how=How.UNDO), ruleset, label="undo")
    assert product_to_edit(session, by_sku["OLD"]).price_cents == 1200
    assert product_to_edit(session, by_sku["SINCE"]).price_cents == 1200
    assert product_to_edit(session, by_sku["SINCE"]).stock == 3
    assert product_to_edit(session, by_sku["NEW"]).status is Status.ARCHIVED


def test_a_plan_with_reductions_asks_no_more_the_more_rows_there_are(session: Session) -> None:
    asked = []
    for number in (2, 6):
        for _ in range(number):
            make_product(session)
        session.execute(update(PricePoint).values(at=datetime(2026, 1, 1, tzinfo=UTC)))
        session.commit()
        rows = list(csv.DictReader(io.StringIO(exported(session).decode())))
        file = io.StringIO()
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "price_eur": "9.00", "reduced": "true"} for row in rows)
        with counted(session.get_bind().engine) as sent:
            run = run_import(session, file.getvalue(), dry_run=True)
        assert run.outcomes == {"changed": len(rows)}, run.errors
        asked.append(len(sent))
    assert asked[0] == asked[1]


def test_a_row_with_a_high_daily_portion_waits_for_a_reason_and_a_public_one_keeps_its_price_right(
    session: Session,
) -> None:
    make_product(session)  # 200 mg a day
    refused = run_import(session, changed(session, units_per_day="3"))
    assert refused.errors == [(2, "units_per_day", "high-dose")]
    assert run_import(session, changed(session, units_per_day="3", status="draft")).outcomes == {"changed": 1}


def test_a_row_whose_ingredients_contradict_it_is_refused_at_the_columns_that_are_wrong(session: Session) -> None:
    make_product(session)
    with_milk = changed(session, ingredients_nl="magnesiumcitraat, *wei*, zinkcitraat")
    refused = run_import(session, with_milk)
    assert refused.errors == [
        (2, "allergens", "allergen-not-ticked"),
        (2, "vegan", "not-vegan"),
        (2, "other_actives", "active-not-declared"),
    ]
    mended = changed(
        session,
        ingredients_nl="magnesiumcitraat, *wei*, zinkcitraat",
        vegan="false",
        allergens="milk",
        other_actives="zinc 5 mg",
    )
    assert run_import(session, mended).outcomes == {"changed": 1}
    session.execute(update(Product).values(allergens=(), allergens_stated=True))  # as before the check
    session.commit()
    assert run_import(session, changed(session, price_eur="13.50", stock="0")).outcomes == {"changed": 1}
    assert only(session).label_faults == 1
