"""Terms: products processed together have the same terms as each processed alone."""

from msgspec import structs
from pyroaring import BitMap
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.models import Status, WordPosting
from catalog.models.search_index import BLOCK_BITS
from catalog.samples.generate import make_up_catalogue
from catalog.search.documents import SearchDocument, search_documents
from catalog.search.terms import LISTED, VEGAN, facet_postings, word_postings
from catalog.search.tokens import INGREDIENT, TEXT, terms_of
from catalog.search.update import index_products
from recommend.knowledge import Ruleset
from recommend.text import LANGUAGES, Text
from tests.factories import make_product


def terms_in_texts(product: SearchDocument) -> set[str]:
    """The terms of a product's texts, each text read by itself."""
    found: set[str] = set()
    for language in LANGUAGES:
        for text in (product.name, product.summary):
            found |= terms_of(text.in_language(language), language, TEXT).keys()
        found = found | VEGAN[language].keys() if product.vegan else found - VEGAN[language].keys()
        found |= terms_of(product.brand, language, TEXT).keys()
        found |= terms_of(product.ingredients.in_language(language), language, INGREDIENT).keys()
    return found


def test_products_together_are_found_by_what_each_is_found_by_alone(session: Session, ruleset: Ruleset) -> None:
    make_up_catalogue(session, 60, seed=3, ruleset=ruleset)
    products = list(search_documents(session))
    for postings in (lambda some: word_postings(some)[0], facet_postings):
        together = postings(products)
        for product in products:
            alone = postings([product])
            assert {term for term, ids in together.items() if product.product_id in ids} == alone.keys()
    for product in products:
        assert terms_in_texts(product) <= word_postings([product])[0].keys()


def test_who_says_not_vegan_is_not_found_as_vegan(session: Session) -> None:
    make_product(session)
    (product,) = search_documents(session)
    described = structs.replace(product, summary=Text("Niet veganistisch.", "Not vegan."))
    with_it, _ = word_postings([structs.replace(described, vegan=True)])
    without, _ = word_postings([structs.replace(described, vegan=False)])
    assert with_it.keys() - without.keys() == VEGAN["nl"].keys() | VEGAN["en"].keys()


def test_what_is_not_published_has_no_terms(session: Session) -> None:
    make_product(session)
    (product,) = search_documents(session)
    assert LISTED in facet_postings([product])
    draft = structs.replace(product, status=Status.DRAFT)
    assert (facet_postings([draft]), word_postings([draft])) == ({}, ({}, {}))


def test_a_change_on_both_sides_of_a_block_reaches_both(session: Session) -> None:
    make_product(session, brand="Merk")
    (product,) = search_documents(session)
    edge = 3 << BLOCK_BITS
    first, last = structs.replace(product, product_id=edge - 1), structs.replace(product, product_id=edge)
    index_products(session, [], [first, last])
    blocks = select(WordPosting.block, WordPosting.products).where(WordPosting.term == "nl:merk")
    found = [tuple(row) for row in session.execute(blocks.order_by(WordPosting.block))]
    assert found == [(0, BitMap([product.product_id])), (2, BitMap([edge - 1])), (3, BitMap([edge]))]
    index_products(session, [first, last], [first])
    session.expire_all()
    assert {block: len(products) for block, products in session.execute(blocks)} == {0: 1, 2: 1, 3: 0}
