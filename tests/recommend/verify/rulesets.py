"""Deliberately broken rulesets: copies of the real data with one change, loaded as the shop loads them."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml

from recommend.knowledge import Ruleset
from recommend.loading import DATA, load_ruleset
from recommend.verify.proof import Proof

Records = Any
Edit = Callable[[Records], None]


def copy_of_data(tmp_path: Path, file: str | None = None, edit: Edit | None = None) -> Path:
    """Folder with all data files, one of them edited."""
    directory = Path(shutil.copytree(DATA, tmp_path / "data", dirs_exist_ok=True))
    if file is not None and edit is not None:
        records = yaml.load((directory / file).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        edit(records)
        (directory / file).write_text(yaml.safe_dump(records, allow_unicode=True), encoding="utf-8")
    return directory


def edited(tmp_path: Path, file: str, edit: Edit) -> Ruleset:
    return load_ruleset(copy_of_data(tmp_path, file, edit))


def record(records: Records, key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(entry for entry in records if entry["id"] == key)
    return found


def change(key: str, **fields: Any) -> Edit:
    """Replace fields of one record."""
    return lambda records: record(records, key).update(fields)


def broken_claims(proofs: Iterable[Proof]) -> dict[str, Proof]:
    return {proof.claim: proof for proof in proofs if proof.broken is not None}
