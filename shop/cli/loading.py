"""Loading a command when it is asked for, and no other: what imports read spreadsheets with is slow to load."""

import gc
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


def load_named(place: str) -> Any:
    """An object by `module:name`, loaded while nobody looks for garbage: modules make many objects and next to none."""
    module, name = place.split(":")
    collects = gc.isenabled()
    gc.disable()
    try:
        return getattr(import_module(module), name)
    finally:
        if collects:
            gc.enable()


class CommandsByName(click.Group):
    """A group that knows where each of its commands is to be found, as `module:name`."""

    def __init__(self, *args: Any, commands_by_name: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places = commands_by_name

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click passes it
        return sorted(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click passes it
        place = self._places.get(cmd_name)
        if place is None:
            return None
        command: click.Command = load_named(place)
        return command
