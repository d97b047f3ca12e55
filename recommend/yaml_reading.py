"""YAML of the data files: strict reading, and the lines of records and keys for error messages.

Apart from `loading`, so that a command whose data are compiled already need not load YAML.
"""

import re
from collections.abc import Hashable
from typing import Any

import yaml

_PATH_IN_MESSAGE = re.compile(r" - at (?:`key` in )?`\$?(?P<path>[^`]*)`$")
_STEP = re.compile(r"\[(\d+)\]|\.([^.\[\]]+)")


class YamlFaultError(ValueError):
    """A text that is no strict YAML; `line` counts from 1, 0 when it is unknown."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line


class StrictLoader(yaml.CSafeLoader):
    """Safe YAML loader for which a duplicate key is an error; by default the last one would win."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError, AttributeError) as error:  # PyYAML raises these for `2026-13-41`
            raise yaml.constructor.ConstructorError(
                None, None, f"cannot read {node.value!r}: {error}", node.start_mark
            ) from error


def _mapping_without_duplicates(loader: StrictLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    mapping = loader.construct_mapping(node, deep=True)
    if len(mapping) != len(node.value):
        seen: set[Hashable] = set()
        for key, _ in node.value:
            name = loader.construct_object(key, deep=True)
            if name in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the key {name!r} stands twice", key.start_mark)
            seen.add(name)
    return mapping


StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_duplicates)


def read_yaml(text: str) -> Any:
    """Data of a text. Raises YamlFaultError, and RecursionError for one that is nested too deep."""
    try:
        return yaml.load(text, Loader=StrictLoader)  # noqa: S506 - a subclass of the safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = str(getattr(error, "problem", None) or error).replace("\n", " ")
        raise YamlFaultError(mark.line + 1 if mark else 0, problem) from error


def locate(name: str, text: str, data: Any, message: str) -> str:
    """Error message with file, line, record and key, from msgspec's `… - at $[3].points`; reads the YAML again."""
    match = _PATH_IN_MESSAGE.search(message)
    problem = message[: match.start()] if match else message
    steps = [index or key for index, key in _STEP.findall(match["path"])] if match else []
    node, line = yaml.compose(text, Loader=yaml.CSafeLoader), 1
    records: list[str] = []
    keys: list[str] = []
    for step in steps:
        if step.isdigit() and isinstance(node, yaml.SequenceNode) and int(step) < len(node.value):
            node = node.value[int(step)]
            data = data[int(step)]
            if isinstance(data, dict) and "id" in data:
                records.append(str(data["id"]))
        elif isinstance(node, yaml.MappingNode):
            keys.append(step)
            found = [value for key, value in node.value if key.value == step]
            node = found[0] if found else node
            data = data.get(step) if isinstance(data, dict) else None
        line = node.start_mark.line + 1 if node else line
    where = ", ".join([name, f"line {line}", *records, *(["key " + ".".join(keys)] if keys else [])])
    return f"{where}: {problem}"


def line_of(text: str, record: str | None, key: str) -> int:
    """Line of a key of a record, or of the last existing step to it."""
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    assert root is not None, "a file that was read before"  # noqa: S101 - for the type checker
    found = _record(root, record) if record else None
    line: int = _entry(found or root, key.split(".")).start_mark.line + 1
    return line


def _record(node: yaml.Node, name: str | None) -> yaml.Node | None:
    """Last mapping with this id in a file: of two with the same id, the superfluous one."""
    found: yaml.Node | None = None
    parts: list[yaml.Node] = list(node.value) if isinstance(node, yaml.SequenceNode) else []
    if isinstance(node, yaml.MappingNode):
        found = node if _id_of(node) == name else None
        parts = [value for _, value in node.value]
    for part in parts:
        found = _record(part, name) or found
    return found


def _id_of(node: yaml.Node) -> str | None:
    """Id of a record, or value of a choice."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value.value for key, value in pairs if key.value in ("id", "value")), None)


def _at_position(node: yaml.SequenceNode, step: str) -> yaml.Node:
    """Item by its number, counted from 1 as in messages; the list itself without such an item."""
    within = step.isdigit() and 0 < int(step) <= len(node.value)
    return node.value[int(step) - 1] if within else node


def _entry(node: yaml.Node, path: list[str]) -> yaml.Node:
    """Node at a path of keys, and of ids or numbers within lists; the last existing node when the path breaks off."""
    for step in path:
        if isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == step), node)
        elif isinstance(node, yaml.SequenceNode):
            node = next((part for part in node.value if _id_of(part) == step), _at_position(node, step))
    return node
