"""The list of products. What it shows is all in its address."""

import re
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import make_response, render_template, request
from msgspec import Struct
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from catalog.models import Status
from catalog.queries.admin import Filter, Order, Trouble, product_rows
from catalog.queries.products import brand_names
from shop.admin.blueprint import bp
from shop.admin.permissions import requires
from shop.admin.products.bulk_form import BulkForm
from shop.admin.products.request import LARGEST_ID, whole_number
from shop.web.database import get_ruleset, get_session

LONGEST_SEARCH = 100


class AdminListQuery(Struct, frozen=True):
    """The list that an address asks for; what it does not know is left out."""

    filter: Filter
    order: Order
    page: int

    def query(self, **changes: object) -> dict[str, Any]:
        """Arguments of the address of this list, with changes; defaults left out."""
        asked: Mapping[str, object] = {
            "q": self.filter.search,
            "status": self.filter.status.value if self.filter.status else "",
            "form": self.filter.form,
            "brand": self.filter.brand,
            "trouble": self.filter.trouble.value if self.filter.trouble else "",
            "sort": "" if self.order is Order.NEWEST else self.order.value,
            "page": "" if self.page == 1 else self.page,
        }
        return {key: value for key, value in {**asked, **changes}.items() if value not in ("", 1)}


def read_list_query(args: MultiDict[str, str]) -> AdminListQuery:
    """Read the address of a list, or the fields that repeat it in a form."""
    status, trouble, order = args.get("status"), args.get("trouble"), args.get("sort")
    page = args.get("page", "1")
    form = args.get("form", "")
    return AdminListQuery(
        filter=Filter(
            search=" ".join(args.get("q", "").split())[:LONGEST_SEARCH],
            status=Status(status) if status in list(Status) else None,
            form=form if form in get_ruleset().forms else "",
            brand=args.get("brand", "").replace("\0", "")[:LONGEST_SEARCH],
            trouble=Trouble(trouble) if trouble in list(Trouble) else None,
        ),
        order=Order(order) if order in list(Order) else Order.NEWEST,
        page=whole_number(page, 1),
    )


@bp.get("/products")
@requires("product.view")
def products() -> Response:
    """Everything in the catalogue, narrowed as the address says."""
    return list_page(read_list_query(request.args), chosen_in_address(request.args), BulkForm(formdata=None))


def list_page(wanted: AdminListQuery, chosen: Sequence[int], form: BulkForm, status: int = HTTPStatus.OK) -> Response:
    """A page of the list, with the products that are ticked and the bulk bar."""
    rows = product_rows(get_session(), wanted.filter, wanted.order, wanted.page)
    shown = [product.id for product in rows.products]
    elsewhere = [id_ for id_ in chosen if id_ not in shown][:MOST_TICKED]
    page = render_template(
        "admin/products/list.html",
        wanted=wanted,
        rows=rows,
        ruleset=get_ruleset(),
        brands=brand_names(get_session()),
        statuses=list(Status),
        troubles=list(Trouble),
        orders=list(Order),
        page_numbers=page_numbers,
        chosen=frozenset(chosen),
        ticked_elsewhere=as_word(elsewhere),
        whole_page=as_word([*elsewhere, *shown]) if len(elsewhere) + len(shown) <= MOST_TICKED else "",
        bulk_form=form,
    )
    return make_response(page, status)


def page_numbers(page: int, pages: int) -> list[int]:
    """The first, the last, and those around the one that is shown."""
    return sorted({1, pages, *range(max(1, page - 2), min(pages, page + 2) + 1)})


MOST_TICKED = 500
_NUMBER = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)


def read_ids(texts: Iterable[str]) -> list[int]:
    """Ids in order, once each; what is no id is left out."""
    numbers = (int(text) for text in texts if _NUMBER.fullmatch(text))
    return list(dict.fromkeys(number for number in numbers if number <= LARGEST_ID))


def chosen_in_address(args: MultiDict[str, str]) -> list[int]:
    return read_ids(args.get("chosen", "").split(".")[:MOST_TICKED])


def chosen_in_form(form: MultiDict[str, str]) -> list[int]:
    """The ids ticked on this page and carried from other pages."""
    return read_ids([*form.get("ticked_elsewhere", "").split(".")[:MOST_TICKED], *form.getlist("id")])


def as_word(ids: Sequence[int]) -> str:
    """Ids in the notation of an address."""
    return ".".join(map(str, ids))
