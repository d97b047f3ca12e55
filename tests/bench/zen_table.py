"""The ruleset as a decision table for zen-engine: one row per rule or note, hit policy collect."""

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any

import zen

from recommend.conditions import AllOf, Always, AnyOf, AtLeast, Condition, Includes, Is
from recommend.knowledge import Note, Rule, Ruleset

COLUMNS = (
    "stomach",
    "budget",
    "absorption",
    "age_group",
    "conditions",
    "medicines",
    "bowel",
    "supplement_mg",
    "goal",
    "warning_signs",
)
OUTPUTS = ("id", "forms", "points", "certainty", "advise_against", "severity", "emergency")
FULL = "points and severity"
KEY = "rules"

Decide = Callable[[dict[str, Any]], Any]
Row = dict[str, str]
"""The cells of one row by column."""


def zen_ways(ruleset: Ruleset) -> dict[str, Decide]:
    """zen-engine's decisions by the table's layout. The content is compiled once: its fastest way to be asked.

    Without prices `advise()` judges neither the rules on prices nor the forms that are not ranked: they are left out.
    """
    ranked = {form.record for form in ruleset.ranked}
    rules = [rule for rule in ruleset.rules if rule.cheaper_than is None and ranked.issuperset(rule.forms)]
    records: list[Rule | Note] = [*rules, *(note for note in ruleset.notes if note.when is not None)]
    by_cells = [(record, cells) for record in records for cells in _cells(record.when)]
    by_expression = [(record, {"expression": _expression(record.when)}) for record in records]
    ways = {}
    for what, outputs in {FULL: OUTPUTS, "ids only": ("id",)}.items():
        by_column = _table({key: key for key in COLUMNS}, by_cells, outputs)
        ways[f"zen-engine, a column per answer, {what}"] = _decider(by_column)
        ways[f"zen-engine, an expression per row, {what}"] = _decider(
            _table({"expression": ""}, by_expression, outputs)
        )
    return ways


def fired_in(result: dict[str, Any]) -> set[str]:
    """The ids of the rules and notes in what zen-engine returns."""
    return {row["id"] for row in result["result"]}


def _decider(table: dict[str, Any]) -> Decide:
    content = zen.ZenDecisionContent(json.dumps(table))
    engine = zen.ZenEngine({"loader": lambda _key: content})
    return lambda shopper: engine.evaluate(KEY, shopper)


def _table(columns: dict[str, str], rows: list[tuple[Rule | Note, Row]], outputs: Sequence[str]) -> dict[str, Any]:
    """A JSON Decision Model: input, one table, output. `columns` gives the answer each column looks at."""
    content = {
        "hitPolicy": "collect",
        "inputs": [{"id": column, "name": column, "field": field} for column, field in columns.items()],
        "outputs": [{"id": f"out-{name}", "name": name, "field": name} for name in outputs],
        "rules": [
            {"_id": f"row{number}", **dict.fromkeys(columns, ""), **cells, **_outputs(record, outputs)}
            for number, (record, cells) in enumerate(rows)
        ],
    }
    return {
        "nodes": [
            _node("in", "inputNode"),
            {**_node("table", "decisionTableNode"), "content": content},
            _node("out", "outputNode"),
        ],
        "edges": [
            {"id": f"{source}-{target}", "type": "edge", "sourceId": source, "targetId": target}
            for source, target in (("in", "table"), ("table", "out"))
        ],
    }


def _node(name: str, kind: str) -> dict[str, Any]:
    return {"id": name, "name": name, "type": kind, "position": {"x": 0, "y": 0}}


def _outputs(record: Rule | Note, outputs: Sequence[str]) -> Row:
    """The outputs that ranking and showing need; a field that the record does not have stays empty."""
    given = {name: getattr(record, name) for name in outputs if hasattr(record, name)}
    return {f"out-{name}": json.dumps(value) for name, value in given.items()}


def _cells(condition: Condition | None) -> list[Row]:
    """A condition as rows of cells; an alternative is a row of its own."""
    match condition:
        case Always():
            return [{}]
        case Is(answer, values):
            return [{answer: ", ".join(json.dumps(value) for value in sorted(values))}]
        case Includes(answer, values):
            return [{answer: " or ".join(f"contains($, {json.dumps(value)})" for value in sorted(values))}]
        case AtLeast(answer, minimum):
            return [{answer: f">= {minimum}"}]
        case AnyOf(parts):
            return [row for part in parts for row in _cells(part)]
        case AllOf(parts):
            rows = product(*map(_cells, parts))
            return [_joined(row) for row in rows]
        case _:
            raise TypeError(f"no cells for {condition}")


def _joined(row: Iterable[Row]) -> Row:
    """One row of the parts of an `all`; two parts on one answer, each a test of `$`, share its cell."""
    joined: Row = {}
    for part in row:
        for key, cell in part.items():
            joined[key] = f"({joined[key]}) and ({cell})" if key in joined else cell
    return joined


def _expression(condition: Condition | None) -> str:
    match condition:
        case Always():
            return "true"
        case Is(answer, values):
            return f"({answer} in {json.dumps(sorted(values))})"
        case Includes(answer, values):
            return f"({' or '.join(f'contains({answer}, {json.dumps(value)})' for value in sorted(values))})"
        case AtLeast(answer, minimum):
            return f"({answer} >= {minimum})"
        case AnyOf(parts):
            return f"({' or '.join(map(_expression, parts))})"
        case AllOf(parts):
            return f"({' and '.join(map(_expression, parts))})"
        case _:
            raise TypeError(f"no expression for {condition}")
