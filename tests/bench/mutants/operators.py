"""Operators beside cosmic-ray's, for what those never change: calls, assignments, texts and the entries of a table."""

from collections.abc import Iterator
from typing import Any, Protocol

from parso.python.tree import ExprStmt, Keyword, Name, PythonNode, String
from parso.tree import NodeOrLeaf

Span = tuple[tuple[int, int], tuple[int, int]]
"""Begin and end of a piece of source, each as line and column."""


class Operator(Protocol):
    """An operator of cosmic-ray: where it can change a node, once for each way, and the node changed in one way."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Span]: ...

    def mutate(self, node: Any, index: int) -> NodeOrLeaf | None: ...


class DeleteCall:
    """`pass` in place of a statement that only calls something."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Span]:
        last = node.children[-1] if isinstance(node, PythonNode) and node.type == "atom_expr" else None
        called = isinstance(last, PythonNode) and last.type == "trailer" and last.children[-1] == ")"
        if called and node.parent is not None and node.parent.type == "simple_stmt":
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> NodeOrLeaf:
        return Keyword("pass", node.start_pos, prefix=node.get_first_leaf().prefix)


class ReplaceString:
    """One more character in a text that is no docstring; f-strings stay."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Span]:
        if isinstance(node, String) and node.parent is not None and node.parent.type != "simple_stmt":
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> NodeOrLeaf:
        node.value = f"{node.value[:-1]}X{node.value[-1]}"
        return node  # type: ignore[no-any-return] # a node of parso


class SwapEntry:
    """The value of one entry of a table for that of another, where all values are names."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Span]:
        for _ in self._others(node):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> NodeOrLeaf:
        node.value = self._others(node)[index]
        return node  # type: ignore[no-any-return] # a node of parso

    def _others(self, node: NodeOrLeaf) -> list[str]:
        table = node.parent
        if not isinstance(node, Name) or not isinstance(table, PythonNode) or table.type != "dictorsetmaker":
            return []
        values = table.children[2::4]
        if node not in values or not all(isinstance(value, Name) for value in values):
            return []
        return sorted({value.value for value in values if isinstance(value, Name)} - {node.value})


class DeleteAssignment:
    """`pass` in place of an assignment to an item or an attribute."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Span]:
        if isinstance(node, ExprStmt) and getattr(node.children[0], "type", None) == "atom_expr":
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> NodeOrLeaf:
        return Keyword("pass", node.start_pos, prefix=node.get_first_leaf().prefix)


OWN: dict[str, Operator] = {
    operator.__name__: operator() for operator in (DeleteCall, DeleteAssignment, ReplaceString, SwapEntry)
}
