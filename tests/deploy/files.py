"""The files of `shop/deploy`, read as the engine would that they are written for: commands, settings, the runbook."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

import shop

FOLDER = Path(shop.__file__).parent / "deploy"


def service(name: str, secrets: Mapping[str, str]) -> dict[str, Any]:
    """A service of `compose.yaml`, with the secrets filled in where it names them."""
    text = (FOLDER / "compose.yaml").read_text()
    filled = re.sub(r"\$\{(\w+):\?\}", lambda found: secrets[found[1]], text)
    filled = re.sub(r"\$\{(\w+):-(\w*)\}", lambda found: secrets.get(found[1]) or found[2], filled)
    found: dict[str, Any] = yaml.load(filled, Loader=yaml.CSafeLoader)["services"][name]
    return found


def settings_of(name: str, secrets: Mapping[str, str]) -> dict[str, str]:
    return {key: str(value) for key, value in service(name, secrets)["environment"].items()}


def shop_command() -> list[str]:
    """The command of a shop's image: the Dockerfile's last ENTRYPOINT and CMD."""
    text = (FOLDER / "Dockerfile").read_text()
    return [*_last(text, "ENTRYPOINT"), *_last(text, "CMD")]


def _last(dockerfile: str, instruction: str) -> list[str]:
    found: list[str] = json.loads(re.findall(rf"^{instruction} (\[.*\])$", dockerfile, re.MULTILINE)[-1])
    return found


def runbook_commands(title: str) -> list[str]:
    """The commands of a paragraph of the runbook, in order, as they are written."""
    text = (FOLDER / "runbook.md").read_text()
    (paragraph,) = re.findall(rf"(?s)^\*\*{re.escape(title)}\*\*(.*?)(?:\n\n|\Z)", text, re.MULTILINE)
    found = (" ".join(command.split()) for command in re.findall(r"`([^`]+)`", paragraph))
    return [command for command in found if "docker " in command or command.startswith("export ")]
