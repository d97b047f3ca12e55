"""Facet filters, and the count beside each value: one implementation for the list, the API and files."""

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct, field
from pyroaring import BitMap

from catalog.search.facets import ALL_APPLY, Facet
from catalog.search.snapshot import NONE, IndexSnapshot


class Filters(Struct, frozen=True):
    """The chosen facet values: a product needs one value of each facet, and all values of ALL_APPLY."""

    chosen: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)

    def without(self, facet: Facet, value: str | None = None) -> "Filters":
        """A copy without one value, or without all values of a facet."""
        left = tuple(one for one in self.chosen.get(facet, ()) if value is not None and one != value)
        rest = {key: values for key, values in self.chosen.items() if key is not facet}
        return Filters(rest | {facet: left} if left else rest)


class Found(Struct, frozen=True):
    """The products that pass all filters, and for every facet those that pass all the other facets.

    Of a facet of ALL_APPLY the latter say what they hold, without which none of its values is known of them.
    """

    products: BitMap
    others: Mapping[Facet, BitMap]
    index: IndexSnapshot

    def count(self, facet: Facet, value: str) -> int:
        """The number of products that the value lets through and that pass the other facets."""
        return self.counter(facet)(self.index.of_facet(facet).get(value, NONE))

    def counter(self, facet: Facet) -> Callable[[BitMap], int]:
        """A count as `count` makes it, from the products that have a value of this facet, or one of several."""
        others = self.others[facet]
        return others.difference_cardinality if facet in ALL_APPLY else others.intersection_cardinality


def find(index: IndexSnapshot, filters: Filters, within: BitMap | None = None) -> Found:
    """Apply filters to all published products, or to those in `within`."""
    start = index.listed if within is None else index.listed & within
    passing = {facet: _passing(index, facet, values) for facet, values in filters.chosen.items() if values}
    every = _intersection(start, passing.values())
    others = {
        facet: _intersection(start, (found for key, found in passing.items() if key is not facet))
        if facet in passing
        else every
        for facet in Facet
    }
    return Found(every, others | {facet: others[facet] & index.stated(facet) for facet in ALL_APPLY}, index)


def _passing(index: IndexSnapshot, facet: Facet, values: Iterable[str]) -> BitMap:
    sets = [index.having(facet, value) for value in values]
    return BitMap.intersection(*sets) if facet in ALL_APPLY else BitMap.union(*sets)


def _intersection(start: BitMap, sets: Iterable[BitMap]) -> BitMap:
    for found in sets:
        start = start & found
    return start
