"""Search: both languages, stems, compounds, typing errors, negation; the same hits on every database."""

from collections.abc import Iterator

import pytest
from pyroaring import BitMap
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.models import Product
from catalog.samples.sample import load_sample
from catalog.search.matching import Search, search
from catalog.search.snapshot import current_snapshot
from recommend.knowledge import Ruleset
from recommend.loading import load_ruleset
from tests.catalog.conftest import MakeEngine


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def sample(
    request: pytest.FixtureRequest, make_engine: MakeEngine, tmp_path_factory: pytest.TempPathFactory, ruleset: Ruleset
) -> Iterator[Session]:
    engine = make_engine(request.param, tmp_path_factory.mktemp("sample"))
    with Session(engine) as session:
        load_sample(session, ruleset)
        session.commit()
        yield session
    engine.dispose()


def understood(session: Session, text: str) -> Search:
    found = search(session, current_snapshot(session, words=True), text)
    assert found
    return found


def names(session: Session, text: str) -> list[str]:
    hits = understood(session, text).hits
    return sorted(session.scalars(select(Product.name_nl).where(Product.id.in_(hits))))


SAME = [
    ("magnesium citraat poeder", "magnesiumcitraatpoeder"),
    ("magnesium citraat poeder", "citrate powder"),
    ("magnesium citraat poeder", "Poeder van MAGNESIUMCITRAAT"),
    ("bisglycinaat", "bisglicinaat"),
    ("bisglycinaat", "bisglycinate"),
    ("bisglycinaat", "wat betekent bisglycinaat"),
    ("bisglycinaat", "bisglycinaat betekenis"),
    ("bisglycinaat", "what does bisglycinate mean"),
    ("tablet", "tabletten"),
    ("capsule", "capsules"),
    ("tauraat zonder gelatine", "taurate without gelatine"),
    ("tauraat zonder gelatine", "gelatinevrije tauraat"),
    ("tauraat zonder gelatine", "taurate gelatine free"),
    ("zonder melk en vis", "zonder vis, zonder melk"),
    ("oxide 120 mg", "oxide 120mg"),
    ("Duinvallei", "duinvalei"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_ways_to_say_it_find_the_same(one: str, other: str, sample: Session) -> None:
    assert names(sample, one) == names(sample, other) != []


def test_a_form_finds_all_its_products_and_only_those(sample: Session) -> None:
    for word, form in (("tauraat", "taurate"), ("bisglycinaat", "bisglycinate"), ("malate", "malate")):
        sets = current_snapshot(sample).sets
        names_of_form = load_ruleset().names_of_record[form]
        assert understood(sample, word).hits == BitMap.union(*(sets[f"form:{name.id}"] for name in names_of_form))


def test_doing_without_looks_at_ingredients_and_allergens_not_at_descriptions(sample: Session) -> None:
    every, without = understood(sample, "tauraat").hits, understood(sample, "tauraat zonder gelatine").hits
    assert 0 < len(without) < len(every)
    for product in sample.scalars(select(Product).where(Product.id.in_(every))):
        assert (product.id in without) == ("gelatine" not in product.ingredients_nl.lower())
    milk = understood(sample, "zonder melk").hits
    for product in sample.scalars(select(Product)):
        states_it = product.allergens_stated and "milk" not in product.allergens and not product.label_faults
        assert (product.id in milk) == states_it, product.name_nl


def test_a_misspelt_word_is_told_with_what_it_was_taken_for(sample: Session) -> None:
    found = understood(sample, "bisglicinaat capsules")
    assert [(word.typed, word.read_as) for word in found.misread] == [("bisglicinaat", "bisglycinaat")]
    assert found.text == "bisglycinaat capsules"
    assert not found.suggestions  # the English name is the same form
    assert understood(sample, "poederr").text == "poeder"


def test_an_empty_result_names_the_words_without_which_there_is_something(sample: Session) -> None:
    found = understood(sample, "tauraat poeder duinvallei")
    assert not found.hits
    assert {less.word: len(less.hits) for less in found.loosened} == {
        "poeder": len(names(sample, "tauraat duinvallei")),
        "duinvallei": len(names(sample, "tauraat poeder")),
    }
    assert understood(sample, "zxqwyv").unknown == ("zxqwyv",)


@pytest.mark.parametrize("text", ["", "  ", "de en het", "zonder", "!!! ---", "\x00", "'; DROP TABLE word; --"])
def test_text_without_words_to_look_for_is_no_search_or_finds_nothing(text: str, sample: Session) -> None:
    found = search(sample, current_snapshot(sample, words=True), text)
    assert found is None or found.unknown
