"""Reports of the content check: for people, as JSON, as SARIF and as annotations of GitHub.

A report writes each finding when it comes, so that its length costs no memory.
"""

import hashlib
import json
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from msgspec import to_builtins

from recommend.claims.findings import VERDICTS, Finding, Severity, Verdict
from shop.copy_check.documents import Place
from shop.copy_check.opening import STANDARD_INPUT

Write = Callable[[str], None]
"""Function that prints a line."""

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Report(ABC):
    """Report on any number of files, written line by line."""

    shows_unread = False
    """Whether a report on nothing but unread files is worth writing."""

    def __init__(self, write: Write) -> None:
        self.write = write
        self.severities: Counter[Severity] = Counter()
        self.unread = 0
        self._is_open = False

    def open(self) -> None:
        """Begin the report, unless it has begun; nothing is written before a file could be opened."""
        if not self._is_open:
            self._is_open = True
            self._begin()

    def add(self, name: str, finding: Finding, place: Place) -> None:
        """Add a finding."""
        self.severities[finding.severity] += 1
        self._write_finding(name, finding, place)

    def add_unread(self, name: str, why: str) -> None:
        """Add a file that could not be read, or not as a whole."""
        self.unread += 1
        self._write_unread(name, why)

    def close(self) -> None:
        """End the report; one without any file that could be opened has no words, since nothing was checked."""
        if self.unread and self.shows_unread:
            self.open()
        if self._is_open:
            self._end()

    def _begin(self) -> None:  # noqa: B027 - most reports have no beginning
        """Write what comes before all findings."""

    @abstractmethod
    def _end(self) -> None:
        """Write what comes after all findings."""

    @abstractmethod
    def _write_finding(self, name: str, finding: Finding, place: Place) -> None: ...

    def _write_unread(self, name: str, why: str) -> None:  # noqa: B027 - most reports leave it to standard error
        """Write a file that could not be read."""

    def _summary(self) -> str:
        checked = f"{self.severities.total()} checked, {self.severities['block']} blocked"
        unread = f", {self.unread} not read" if self.unread else ""
        return f"{checked}, {self.severities['warn']} to look at{unread}"


class TextReport(Report):
    """Findings that ask for something, and how many sentences there were."""

    def _write_finding(self, name: str, finding: Finding, place: Place) -> None:
        if finding.severity == "ok":
            return
        claims = f" ({', '.join(finding.claims)})" if finding.claims else ""
        where = "".join(f"{part}:" for part in (printable(name), words_of(place)) if part)
        text = printable(" ".join(finding.text.split()))
        self.write(f"{where}{finding.start}-{finding.end}: {finding.severity}: {finding.verdict}{claims}: {text}")
        self.write(f"    {printable(finding.why)}")
        if finding.suggestion:
            self.write(f"    → {finding.suggestion}")
        if finding.note:
            self.write(f"    {finding.note}")

    def _end(self) -> None:
        self.write(self._summary())


class JsonReport(Report):
    """One list with every sentence, harmless ones included."""

    def _begin(self) -> None:
        self._separator = "["

    def _write_finding(self, name: str, finding: Finding, place: Place) -> None:
        self.write(f"{self._separator}{_json(finding.as_data(name) | place_as_data(place))}")
        self._separator = ","

    def _end(self) -> None:
        self.write("[]" if self._separator == "[" else "]")


class GithubReport(Report):
    """Workflow commands of GitHub Actions, which shows them beside the lines of a pull request."""

    _LEVELS: Mapping[Severity, str] = {"block": "error", "warn": "warning"}

    def _write_finding(self, name: str, finding: Finding, place: Place) -> None:
        if finding.severity == "ok":
            return
        where = {"file": name} if name != STANDARD_INPUT else {}
        if place.is_in_file and place.line:
            where["line"] = str(place.line)
        lines = [f"{words_of(place)}:"] if words_of(place) else []
        lines += [" ".join(finding.text.split()), finding.why]
        lines += [f"→ {finding.suggestion}"] if finding.suggestion else []
        lines += [finding.note] if finding.note else []
        self._command(self._LEVELS[finding.severity], where | {"title": finding.verdict}, "\n".join(lines))

    def _write_unread(self, name: str, why: str) -> None:
        self._command("error", {"file": name, "title": "not read"}, why)

    def _command(self, level: str, properties: Mapping[str, str], message: str) -> None:
        named = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in properties.items())
        self.write(f"::{level} {named}::{_escaped(message)}")

    def _end(self) -> None:
        self.write(self._summary())


def _escaped(text: str, also: str = "") -> str:
    """Text with the signs that would end a workflow command written as %XX, as the runner reads them."""
    return re.sub(rf"[%\r\n{also}]", lambda sign: f"%{ord(sign[0]):02X}", text)


class SarifReport(Report):
    """A log in SARIF 2.1.0, which code hosts and editors read; harmless sentences are left out of it."""

    shows_unread = True
    _LEVELS: Mapping[Severity, str] = {"block": "error", "warn": "warning"}
    _SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    _RULES: Mapping[Verdict, str] = {
        "disease": "The text says or suggests that a disease or complaint is prevented, treated or cured.",
        "prohibited_other": "The text has a claim that no food may have, such as weight loss or a doctor's advice.",
        "unauthorised_health": "The text has a health claim that is not on the EU list, or more than it permits.",
        "authorised": "The text has an authorised health claim, with something that a person should look at.",
        "nutrition_content": "The text says how much of a nutrient there is; a condition belongs to that.",
        "neutral": "The text has no claim, but something that a person should look at.",
    }

    def __init__(self, write: Write) -> None:
        super().__init__(write)
        self._notices: list[dict[str, Any]] = []

    def _begin(self) -> None:
        from importlib.metadata import version

        self._separator = ""
        driver = {
            "name": "shop content check",
            "version": version("magnesiumwijzer"),
            "rules": [{"id": verdict, "shortDescription": {"text": self._RULES[verdict]}} for verdict in VERDICTS],
        }
        head = f'"tool":{_json({"driver": driver})},"columnKind":"unicodeCodePoints"'
        self.write(f'{{"$schema":{_json(self._SCHEMA)},"version":"2.1.0","runs":[{{{head},"results":[')

    def _write_finding(self, name: str, finding: Finding, place: Place) -> None:
        if finding.severity == "ok":
            return
        self.write(f"{self._separator}{_json(self._result(name, finding, place))}")
        self._separator = ","

    def _result(self, name: str, finding: Finding, place: Place) -> dict[str, Any]:
        suggestion = f" → {finding.suggestion}" if finding.suggestion else ""
        suggestion += f" {finding.note}" if finding.note else ""
        return {
            "ruleId": finding.verdict,
            "ruleIndex": VERDICTS.index(finding.verdict),
            "level": self._LEVELS[finding.severity],
            "message": {"text": f"{' '.join(finding.text.split())}: {finding.why}{suggestion}"},
            "locations": [_location(name, finding, place)],
            "partialFingerprints": {"sentence/v1": _fingerprint(finding)},
            "properties": {"claims": list(finding.claims)} | place_as_data(place),
        }

    def _write_unread(self, name: str, why: str) -> None:
        place = {"physicalLocation": {"artifactLocation": {"uri": _uri(name)}}}
        self._notices.append({"level": "error", "message": {"text": why}, "locations": [place]})

    def _end(self) -> None:
        invocation: dict[str, Any] = {"executionSuccessful": not self._notices}
        if self._notices:
            invocation["toolExecutionNotifications"] = self._notices
        self.write(f'],"invocations":[{_json(invocation)}]}}]}}')


def _location(name: str, finding: Finding, place: Place) -> dict[str, Any]:
    """Location of a finding; a region only where the file is the text, since a PDF has no lines."""
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(name)}}
    if place.is_in_file and place.line:
        physical["region"] = {"startLine": place.line, "snippet": {"text": finding.text}}
        if not place.cell:
            physical["region"] |= {"charOffset": finding.start, "charLength": finding.end - finding.start}
    location: dict[str, Any] = {"physicalLocation": physical}
    if words := words_of(place):
        location["message"] = {"text": words}
    return location


def _uri(name: str) -> str:
    """A file as SARIF names it: relative names stay so, and no sign means anything but itself."""
    path = PurePath(name)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _fingerprint(finding: Finding) -> str:
    """Hash by which a code host recognises a sentence that has moved."""
    return hashlib.sha256(f"{finding.verdict} {' '.join(finding.text.split())}".encode(errors="replace")).hexdigest()


def words_of(place: Place) -> str:
    """A page, a cell or a paragraph in words; nothing for a place that an editor finds by itself."""
    if place.cell:
        return f"row {place.cell.row}, {printable(place.cell.column)}"
    if place.page:
        return f"page {place.page}"
    return f"line {place.line}" if place.line and not place.is_in_file else ""


def place_as_data(place: Place) -> dict[str, Any]:
    """The keys `page`, `line` and `cell`, as far as there are any."""
    keys = ("page", "line", "cell")
    return {key: to_builtins(value) for key in keys if (value := getattr(place, key)) is not None}


def printable(text: str) -> str:
    """Text without signs that steer a terminal."""
    return _UNPRINTABLE.sub("\ufffd", text)


def _json(data: object) -> str:
    """JSON on one line, which may be cut from the others; half a surrogate pair becomes an escape."""
    written = json.dumps(data, ensure_ascii=False)
    return written if written.isascii() or _encodes(written) else json.dumps(data)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


REPORTS: Mapping[str, type[Report]] = {
    "text": TextReport,
    "json": JsonReport,
    "sarif": SarifReport,
    "github": GithubReport,
}
"""Reports by the name of their format."""
