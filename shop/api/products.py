"""`GET /products`: the listing's page as data, with the listing's own parameters, order and counts."""

from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Response, request, url_for
from sqlalchemy.orm import Session

from catalog import models
from catalog.advice.suggest import decimal_string
from catalog.models import Allergen, DosageForm
from catalog.search.facets import (
    ALL_APPLY,
    ALONE,
    BLEND,
    DAY_PRICE_BANDS,
    MG_BANDS,
    MIXED,
    PRICE_BANDS,
    PURE,
    SUPPLY_BANDS,
    YES,
    Facet,
)
from catalog.search.listing import PAGE_SIZE, Listing, Sort, editions, listed_products
from catalog.search.snapshot import NONE, note_stamp
from recommend.text import Language
from shop.api.endpoint import ACCEPT_LANGUAGE, LANG, WRONG_LANG, Endpoint, asked_language, json_reply
from shop.api.schemas import Answer, AnswerLink, Facets, FacetValue, Notice, OtherActive, Product, Products
from shop.listing.facet_groups import values
from shop.listing.page import ListingPage, find_page
from shop.listing.query import ListingQuery, in_words
from shop.listing.search_words import answer_blocks, notices, wish_chips
from shop.web.api_problems import Refused
from shop.web.database import get_ruleset, get_session
from shop.web.errors import NoSuchListingPage
from shop.web.i18n import gettext as _
from shop.web.page_cache import cached_fragments, fragment_key, fragment_keys, store_fragment
from shop.web.services import today


def products() -> Response:
    """A page of the published products.

    An unknown form or sort is left out and named in `notices`.
    """
    language = asked_language()
    page = _find(language)
    found = page.listing
    return json_reply(
        Products(
            total=found.total,
            page=found.page,
            pages=found.pages,
            page_size=PAGE_SIZE,
            notices=_notices(page),
            understood=_understood(page),
            answers=_answers(page),
            facets=_facets(page),
            items=list(found.products),
        )
    )


def _notices(page: ListingPage) -> list[Notice]:
    left_out = [Notice(value=left.value, text=in_words(left)) for left in page.wanted.left_out]
    told = notices(page.search) if page.search else []
    return left_out + [Notice(value=value, text=text) for value, text in told]


def _understood(page: ListingPage) -> list[str]:
    return [chip.label for chip in wish_chips(page.search, page.wanted, get_ruleset())] if page.search else []


def _answers(page: ListingPage) -> list[Answer]:
    blocks = answer_blocks(page.search, get_ruleset()) if page.search else []
    return [
        Answer(
            id=block.id,
            title=block.title,
            text=block.text,
            notes=[note.id for note in block.notes],
            links=[AnswerLink(url=address, text=text) for address, text in block.links],
        )
        for block in blocks
    ]


def _facets(page: ListingPage) -> Any:
    """The counts as JSON, the same on all pages of a listing: made once for each state of the catalogue."""
    wanted, found = page.wanted, page.listing
    if not page.is_of_shop_alone:
        return _counted(found, wanted)
    asked = note_stamp(get_session()), tuple(wanted.filters.chosen.items()), wanted.text
    key = fragment_key("api facets", *asked)
    [encoded] = cached_fragments([key])
    return msgspec.Raw(encoded or store_fragment(key, msgspec.json.encode(_counted(found, wanted))))


def _counted(found: Listing, wanted: ListingQuery) -> Facets:
    counted = {}
    for facet in Facet:
        chosen, count = wanted.filters.chosen.get(facet, ()), found.found.counter(facet)
        products = found.found.index.of_facet(facet)
        counted[facet.value] = [
            FacetValue(value=value, count=count(products.get(value, NONE)))
            for value in values(facet, found.found, get_ruleset())
            if value in products or value in chosen
        ]
    return Facets(**counted)


def _query(name: str, description: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}


ABOUT: dict[Facet, str] = {
    Facet.FORM: "with this form, an `id` of `/api/v1/forms`",
    Facet.COMPOSITION: f"with one form (`{PURE}`) or several (`{MIXED}`)",
    Facet.DOSAGE_FORM: f"of this kind, one of {', '.join(DosageForm)}",
    Facet.MG_PER_DAY: f"with so much elemental magnesium a day, in mg: one of {', '.join(b.name for b in MG_BANDS)}",
    Facet.PRICE_PER_100MG: f"at so many cents per 100 mg: one of {', '.join(band.name for band in PRICE_BANDS)}",
    Facet.PRICE_PER_DAY: f"at so many cents a day: one of {', '.join(band.name for band in DAY_PRICE_BANDS)}",
    Facet.DAYS_SUPPLY: f"that last so many days: one of {', '.join(band.name for band in SUPPLY_BANDS)}",
    Facet.VEGAN: f"that are vegan, when `{YES}`",
    Facet.WITHOUT: f"without this allergen, one of {', '.join(Allergen)}; more than once: without all of them",
    Facet.UNSWEETENED: f"without sweeteners among the ingredients, when `{YES}`",
    Facet.OTHER_ACTIVES: f"with magnesium alone (`{ALONE}`) or with other active substances (`{BLEND}`)",
    Facet.WITHOUT_ACTIVE: "without this substance, such as `vitamin_b6`; more than once: without all of them",
    Facet.BRAND: "of this brand",
    Facet.IN_STOCK: f"in stock, when `{YES}`",
}


def _values(facet: Facet, about: str) -> dict[str, Any]:
    more = "" if facet in ALL_APPLY else "; given more than once: any of them"
    return _query(facet.value, f"Only products {about}{more}.", type="array", items={"type": "string"})


ENDPOINT = Endpoint(
    path="/products",
    view=products,
    answer=Products,
    errors={**WRONG_LANG, HTTPStatus.NOT_FOUND: "`page` is no number from 1 up, or past the last page."},
    parameters=(
        _query(
            "q",
            "A search as a shopper types it, in Dutch or English: words, wishes (“onder 20 euro”), a code.",
            type="string",
        ),
        *(_values(facet, about) for facet, about in ABOUT.items()),
        _query("sort", f"One of {', '.join(Sort)}.", type="string", default=Sort.RECOMMENDED.value),
        _query("page", "Counted from 1.", type="integer", minimum=1, default=1),
        LANG,
        ACCEPT_LANGUAGE,
    ),
)


def _find(language: Language) -> ListingPage:
    try:
        fetch = partial(_encoded_products, language=language)
        return find_page(get_session(), request.args, get_ruleset(), language, fetch)
    except NoSuchListingPage as error:
        raise Refused(
            HTTPStatus.NOT_FOUND, _("The list of products has no such page: a page is a number from 1 up."), key="page"
        ) from error


def _encoded_products(session: Session, ids: Sequence[int], language: Language) -> list[msgspec.Raw]:
    """The products as JSON: cached by edition, as the cards of the listing are, or read and encoded."""
    shown = editions(session, ids)
    keys = dict(zip(ids, fragment_keys("api product", ((one,) for one in shown)), strict=True))
    encoded: dict[int, bytes | None] = dict(zip(ids, cached_fragments(keys.values()), strict=True))
    for product in listed_products(session, [id_ for id_, cached in encoded.items() if cached is None]):
        encoded[product.id] = store_fragment(keys[product.id], msgspec.json.encode(_product(product, language)))
    return [msgspec.Raw(cached) for cached in encoded.values() if cached is not None]


def _product(product: models.Product, language: Language) -> Product:
    return Product(
        sku=product.sku,
        slug=product.slug,
        url=url_for("product.page", slug=product.slug, lang=language),
        brand=product.brand.name,
        name=product.text("name", language, today()),
        name_language=product.text_language(language),
        forms=[tag.form for tag in product.tags],
        dosage_form=product.dosage_form,
        unit=product.unit,
        units_per_pack=product.units_per_pack,
        units_per_day=product.units_per_day,
        elemental_mg_per_unit=decimal_string(product.magnesium_ug, 3),
        elemental_mg_per_day=decimal_string(product.magnesium_per_day_ug, 3),
        price_cents=product.price_cents,
        cents_per_100mg=decimal_string(product.tenth_cents_per_100mg, 1),
        cents_per_day=decimal_string(product.tenth_cents_per_day, 1),
        in_stock=product.in_stock,
        vegan=product.vegan,
        allergens=list(product.allergens),
        allergens_stated=product.allergens_stated,
        other_actives=[
            OtherActive(active.substance, f"{active.amount:f}", active.unit.value) for active in product.other_actives
        ],
        other_actives_stated=product.other_actives_stated,
    )
