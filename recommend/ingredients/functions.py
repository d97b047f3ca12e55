"""Functions of items in a list: filler, colour, capsule and so on, named before, behind or above them."""

from collections.abc import Mapping, Sequence, Set

from recommend.ingredients.lexicon import Match
from recommend.ingredients.structure import Item, Structure
from recommend.ingredients.vocabulary import Function

_NATURE = (
    "natuurlijk",
    "natuurlijke",
    "plantaardig",
    "plantaardige",
    "natural",
    "vegetable",
    "harde",
    "zachte",
    "soft",
)
_DIET = ("veganistische", "vegetarische", "vegan", "vegetarian", "rund", "runder", "vis", "bovine", "fish", "hard")
_SMALL_WORDS = ("de", "het", "een", "en", "als", "met", "the", "a", "an", "and", "as", "with")
_ADJECTIVES = frozenset((*_NATURE, *_DIET, *_SMALL_WORDS))
_PORTION = frozenset(
    ("per", "elke", "dagelijks", "van", "of", "inhoud", "vulling", "each", "daily", "content", "contents", "fill")
)
_AS = ("als", "as")
_PLURAL = ("en", "s")
_ONLY_AT_HEAD = frozenset(
    ("acid", "acids", "kleur", "smaak", "buffer", "solvent", "shell", "drager", "color", "colour")
)
_MOST_SIBLINGS = 2


class ItemFunctions:
    """Function of every word of a list; None for an ingredient in its own right."""

    def __init__(
        self, structure: Structure, matches: Sequence[Match], functions: Mapping[str, Function], strong: Set[int]
    ) -> None:
        self._structure = structure
        self._functions = functions
        self._strong = strong
        self._of_item: dict[int, str | None] = {}
        self._at_word: dict[int, str] = {}
        self._named: dict[int, list[Match]] = {}
        self._lengths: dict[int, int] = {}
        for match in matches:
            if not self._is_portion(match) and not self._is_tail(match):
                self._named.setdefault(id(structure.item_of[match.first]), []).append(match)
        for item in structure.items:
            self._read(item)
        for item in structure.items:
            self._read_behind(item)

    def of_word(self, place: int) -> Function | None:
        """Function of the word at a place."""
        key = self._at_word.get(place)
        item: Item | None = self._structure.item_of[place]
        while key is None and item is not None:
            key = self._of_item.get(id(item))
            item = item.parent
        return self._functions[key] if key else None

    def _is_portion(self, match: Match) -> bool:
        """Whether a capsule is a portion: "per capsule", "2 capsules", "inhoud capsule"."""
        if not self._functions[match.key].shell or match.first == 0:
            return False
        before = self._structure.words[match.first - 1].text
        return before in _PORTION or before.isdigit()

    def _is_tail(self, match: Match) -> bool:
        """Whether a word that is a function only in front stands behind another: "folic acid"."""
        words = self._structure.words
        if words[match.first].text not in _ONLY_AT_HEAD or match.first != match.last:
            return False
        item = self._structure.item_of[match.first]
        before = item.words[: item.words.index(match.first)]
        return any(words[place].text not in _ADJECTIVES for place in before)

    def _read(self, item: Item) -> None:
        heading = self._heading(item)
        if heading:
            self._of_item[id(item)] = heading
        for match in self._named.get(id(item), ()):
            before = item.words[: item.words.index(match.first)]
            after = [place for place in item.words if place > match.last]
            leads = all(self._structure.words[place].text in _ADJECTIVES for place in before)
            as_this = any(self._structure.words[place].text in _AS for place in before[-2:])
            trails = not after and not item.children and not self._functions[match.key].shell
            if leads or as_this or trails:
                self._of_item[id(item)] = match.key
            else:
                for place in [*range(match.first, match.last + 1), *after]:
                    self._at_word[place] = match.key
                for child in item.children if not after else ():
                    self._of_item[id(child)] = match.key

    def _heading(self, item: Item) -> str | None:
        """Function that the words before a colon give an item: one item, or a row of weak ones after a plural."""
        heading = item.heading
        named = self._named.get(id(heading), ()) if heading is not None else ()
        if heading is None or not named or named[-1].last != heading.words[-1]:
            return None
        if id(item) in self._named and self._named[id(item)][0].first == item.words[0]:
            return None
        key = named[-1].key
        if item.until_semicolon or item.rank == 0:
            return key
        plural = self._structure.words[heading.words[-1]].text.endswith(_PLURAL)
        return key if plural and item.rank < self._length_of(item.row) else None

    def _length_of(self, row: list[Item]) -> int:
        """Number of items of a row before one that is strong or has a function of its own."""
        if id(row) not in self._lengths:
            ends = (item.rank for item in row if self._is_strong(item) or id(item) in self._named)
            self._lengths[id(row)] = next(ends, len(row))
        return self._lengths[id(row)]

    def _is_strong(self, item: Item) -> bool:
        return any(place in self._strong for place in item.words) or any(map(self._is_strong, item.children))

    def _read_behind(self, item: Item) -> None:
        """Give an item the function that stands alone in brackets behind it: "ascorbic acid (antioxidant)"."""
        parent = item.parent
        named = self._named.get(id(item), ())
        if parent is None or not named or item.children or id(parent) in self._of_item:
            return
        match = named[0]
        alone = match.first == item.words[0] and match.last == item.words[-1] and not self._functions[match.key].shell
        heads = any(one.heading is item for one in parent.children)
        if alone and not heads and len(parent.children) <= _MOST_SIBLINGS:
            self._of_item[id(parent)] = match.key
