"""Compiled data of the content check, and their copy on disk, from which a short command starts sooner.

Reading the YAML and preparing its words takes longer than to check a page. A copy is used only when the data files, the
code and the libraries are exactly those that it was made from, and every byte is as it was written: it can save time
and change nothing else.
"""

import gc
import hashlib
import os
import pickle
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cached_property, lru_cache
from pathlib import Path

import msgspec
import Stemmer

from recommend.claims.lexicon import Lexicon, load_lexicon
from recommend.claims.records import Claims, load_claims
from recommend.claims.register_lexicon import RegisterLexicon, load_register_lexicon
from recommend.loading import DATA
from recommend.text import LANGUAGES, Language

_CODE = Path(__file__).parent.parent
_SUFFIX = ".check"
_COPIES_KEPT = 4  # of other rulesets and versions
_WRITABLE_BY_OTHERS = 0o022
_DIGEST_BYTES = hashlib.sha256().digest_size


class CheckData:
    """Data of the content check from one folder, each part prepared when it is first needed."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @cached_property
    def claims(self) -> Claims:
        """Claims, patterns, reasons and words."""
        return load_claims(self.directory)

    @cached_property
    def lexicons(self) -> Mapping[Language, Lexicon]:
        """Words for the texts of each language, of which a check needs one."""
        return _Lexicons(self.directory)

    @cached_property
    def register_lexicon(self) -> RegisterLexicon:
        """Words of the register."""
        return load_register_lexicon(self.directory)


class _Lexicons(dict[Language, Lexicon]):
    def __init__(self, directory: Path) -> None:
        super().__init__()
        self._directory = directory

    def __missing__(self, language: Language) -> Lexicon:
        self[language] = load_lexicon(language, self._directory)
        return self[language]

    def __reduce__(self) -> tuple[type[dict[Language, Lexicon]], tuple[dict[Language, Lexicon]]]:
        return dict, ({language: self[language] for language in LANGUAGES},)


_copies: dict[Path, CheckData] = {}


def check_data(directory: Path = DATA) -> CheckData:
    """Data from a folder with the layout of `recommend/data/`: a copy that was opened, else the files themselves."""
    return _copies.get(directory) or _from_files(directory)


@lru_cache(maxsize=4)
def _from_files(directory: Path) -> CheckData:
    return CheckData(directory)


def open_copy(directory: Path, folder: Path) -> bool:
    """Use the copy of the data of `directory` that is in `folder`, if there is a sound one; whether there was."""
    _copies.pop(directory, None)
    with suppress(OSError):
        file = folder / _name(directory)
        if not _is_own(folder) or not _is_own(file):
            return False
        written = file.read_bytes()
        digest, content = written[:_DIGEST_BYTES], written[_DIGEST_BYTES:]
        if hashlib.sha256(content).digest() != digest:
            return False
        data = _unpickled(content)
        if isinstance(data, CheckData):
            data.directory = directory
            _copies[directory] = data
            return True
    return False


def _unpickled(content: bytes) -> object:
    """Content of a copy, made without looking for garbage among so many new objects, which would double the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return pickle.loads(content)  # noqa: S301 - a file of this user, with the hash that it was written with
    finally:
        if was_enabled:
            gc.enable()


def save_copy(directory: Path, folder: Path) -> None:
    """Save a copy of the data of `directory` in `folder`, for the next start; without a place for it, do nothing.

    Another process sees the whole file or none. Raises RulesetError.
    """
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _is_own(folder) and os.access(folder, os.W_OK):
            _write(folder / _name(directory), _pickled(directory))
            _remove_old(folder)


def _pickled(directory: Path) -> bytes:
    data = _from_files(directory)
    _ = data.claims, data.lexicons, data.register_lexicon  # prepared by being asked for
    return pickle.dumps(data, protocol=pickle.HIGHEST_PROTOCOL)


def _write(path: Path, content: bytes) -> None:
    """Write a copy aside and put it in its place. Raises OSError."""
    import tempfile

    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".new", delete=False) as file:
        try:
            file.write(hashlib.sha256(content).digest() + content)
            file.close()
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise


def _remove_old(folder: Path) -> None:
    """Remove all but the newest copies."""
    copies = sorted(folder.glob(f"*{_SUFFIX}"), key=lambda file: file.stat().st_mtime)
    for file in copies[:-_COPIES_KEPT]:
        file.unlink(missing_ok=True)


def _is_own(path: Path) -> bool:
    """Whether only this user can have written a file or folder: a copy is code to who can change it."""
    about = path.stat()
    return not hasattr(os, "getuid") or (about.st_uid == os.getuid() and not about.st_mode & _WRITABLE_BY_OTHERS)


def _name(directory: Path) -> str:
    """Name of a copy: the hash of all that it depends on. Raises OSError."""
    digest = hashlib.sha256(f"{sys.version} {sys.byteorder}".encode())
    digest.update(f"{msgspec.__version__} {Stemmer.version()}".encode())  # their objects or results are in a copy
    for folder, suffix in ((directory, ".yaml"), (_CODE, ".py")):
        for path in _files(folder, suffix):
            content = Path(path).read_bytes()
            digest.update(f"{os.path.relpath(path, folder)} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest() + _SUFFIX


def _files(folder: Path, suffix: str) -> Iterator[str]:
    """Files of a folder and its subfolders, in order."""
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.endswith(suffix):
                yield os.path.join(parent, name)  # noqa: PTH118 - a path object for each takes longer than the rest
