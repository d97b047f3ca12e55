"""Every mutant of a Python file, by the operators of cosmic-ray and our own."""

import ast
import difflib
import warnings
from collections.abc import Iterator

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names
from msgspec import Struct

from tests.bench.mutants.operators import OWN, Operator, Span

LEFT_OUT = {
    f"core/ReplaceComparisonOperator_{pair}" for pair in ("Is_Eq", "Eq_Is", "IsNot_NotEq", "NotEq_IsNot")
}  # the same for None, enumerations and what Python keeps once

DECLARATIONS = {"frozen", "gc"}
"""Keywords of a Struct that change no value: mypy sees to the first, the second is for speed."""

NAMED_BY_TYPES = {"Literal", "TypeVar"}


class Mutant(Struct, frozen=True):
    """A changed file; `line` is the changed line as it became, or what was taken out."""

    operator: str
    line: str
    code: str


def mutants(source: str, functions: frozenset[str] = frozenset()) -> Iterator[Mutant]:
    """Every mutant of a file, or of those functions of it, that is Python at all; each code once."""
    tree = ast.parse(source)
    never, wanted = list(_left_out(tree)), [_span(node) for node in _definitions(tree) if node.name in functions]
    seen = {source}
    for name, operator in _operators().items():
        for occurrence, position in enumerate(_positions(source, operator)):
            if position is None or _within(position, never) or (functions and not _within(position, wanted)):
                continue
            code = mutate_code(source, operator, occurrence)
            if code not in seen and _is_python(code):
                seen.add(code)
                yield Mutant(name, _change(source, code), code)


def _operators() -> dict[str, Operator]:
    kinds = {name: get_operator(name) for name in operator_names() if name not in LEFT_OUT}
    plain = {name.removeprefix("core/"): kind() for name, kind in kinds.items() if not kind.arguments()}
    return plain | OWN


def _positions(source: str, operator: Operator) -> list[Span | None]:
    """Where an operator changes something; None where it only takes the `*` before keywords for a product."""
    return [
        None if node.parent is not None and node.parent.type == "parameters" else position
        for node in ast_nodes(get_ast(source))
        for position in operator.mutation_positions(node)
    ]


def _definitions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _left_out(tree: ast.AST) -> Iterator[Span]:
    """Annotations, what only types name, declarations, and what errors say."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(returns=ast.expr() as annotation) | ast.AnnAssign(annotation=annotation):
                yield _span(annotation)
            case ast.arg(annotation=ast.expr() as annotation):
                yield _span(annotation)
            case ast.Subscript(value=ast.Name(id=name)) | ast.Call(func=ast.Name(id=name)) if name in NAMED_BY_TYPES:
                yield _span(node)
            case ast.keyword(arg=str() as name) if name in DECLARATIONS:
                yield _span(node)
            case ast.Raise():
                yield _span(node)


def _span(node: ast.stmt | ast.expr | ast.arg | ast.keyword) -> Span:
    """Columns are ast's, in bytes; only texts after them hold more than ASCII."""
    return (node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or 0)


def _within(position: Span, spans: list[Span]) -> bool:
    return any(begin <= position[0] and position[1] <= end for begin, end in spans)


def _is_python(code: str) -> bool:
    """Whether it compiles without so much as a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            compile(code, "mutant", "exec")
        except (SyntaxError, ValueError):
            return False
    return True


def _change(source: str, code: str) -> str:
    lines = list(difflib.ndiff(source.splitlines(), code.splitlines()))
    added, removed = (" ".join(_bare(line[2:]) for line in lines if line.startswith(sign)) for sign in "+-")
    return f"without {removed}" if added in {"", "pass"} else added


def _bare(line: str) -> str:
    """A line without its comment, and with single spaces."""
    return " ".join(line.split("  # ", maxsplit=1)[0].split())
