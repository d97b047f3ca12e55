"""`GET /products`: the listing's page as data, with the listing's own parameters, order and counts."""

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from catalog import models
from catalog.advised import decimal_string
from catalog.queries import PAGE_SIZE, Listing, Sort, listing, products_per_form
from recommend.text import Language
from shop.api.endpoint import ACCEPT_LANGUAGE, LANG, NOT_FOUND, WRONG_LANG, Endpoint, asked_language, json_reply
from shop.api.schemas import Facets, FacetValue, Notice, Product, Products
from shop.browse import Wanted, read_wanted
from shop.database import get_ruleset, get_session
from shop.errors import NoSuchListingPage
from shop.problems import Refused


def products() -> Response:
    """A page of the published products.

    An unknown form or sort is left out and told in `notices`.
    """
    language, session = asked_language(), get_session()
    wanted, found = _find(language)
    per_form = products_per_form(session)
    return json_reply(
        Products(
            total=found.total,
            page=found.page,
            pages=found.pages,
            page_size=PAGE_SIZE,
            notices=[_left_out(value) for value in wanted.unknown],
            facets=Facets(
                form=[
                    FacetValue(value=form, count=per_form.get(form, 0))
                    for form in get_ruleset().forms
                    if form in per_form or form in wanted.forms
                ]
            ),
            items=[_product(product, language) for product in found.products],
        )
    )


def _query(name: str, description: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}


ENDPOINT = Endpoint(
    path="/products",
    view=products,
    answer=Products,
    errors=WRONG_LANG | {NOT_FOUND: "`page` is no number from 1 up, or past the last page."},
    parameters=(
        _query(
            "form",
            "Only products with this form, an `id` of `/api/v1/forms`; given more than once: with any of them.",
            type="array",
            items={"type": "string"},
        ),
        _query("sort", f"One of {', '.join(Sort)}.", type="string", default=Sort.RECOMMENDED.value),
        _query("page", "Counted from 1.", type="integer", minimum=1, default=1),
        LANG,
        ACCEPT_LANGUAGE,
    ),
)


def _find(language: Language) -> tuple[Wanted, Listing]:
    try:
        wanted = read_wanted(request.args, get_ruleset())
    except NoSuchListingPage as error:
        raise Refused(NOT_FOUND, _("A page is a number from 1 up."), key="page") from error
    found = listing(get_session(), forms=wanted.forms, sort=wanted.sort, page=wanted.page, language=language)
    if found is None:
        raise Refused(NOT_FOUND, _("The list of products has no such page."), key="page")
    return wanted, found


def _left_out(value: str) -> Notice:
    text = _("We do not know the filter “%(value)s”, so it was left out.", value=value[:40])
    return Notice(value=value, text=text)


def _product(product: models.Product, language: Language) -> Product:
    return Product(
        sku=product.sku,
        slug=product.slug,
        url=url_for("browse.product", slug=product.slug, lang=language),
        brand=product.brand.name,
        name=product.name.in_language(language),
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
    )
