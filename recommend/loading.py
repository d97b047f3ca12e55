"""Loader of the data files: strict, every error names file, line, record and key; and checks between records."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, wraps
from itertools import pairwise
from pathlib import Path
from string import Formatter
from typing import Any, Protocol, TypeVar, cast

import msgspec
from msgspec import structs

from recommend.answers import QUESTIONS
from recommend.conditions import Always, Condition, read_condition
from recommend.knowledge import (
    Choice,
    Citation,
    Facts,
    Form,
    Guide,
    Manifest,
    Note,
    Rule,
    Ruleset,
    Schedule,
    Source,
    Wording,
)
from recommend.text import LANGUAGES, Text

DATA = Path(__file__).parent / "data"
"""Folder of the shop's own data."""

FILES = (
    "ruleset.yaml",
    "guide.yaml",
    "forms.yaml",
    "excipients.yaml",
    "questions.yaml",
    "medicines.yaml",
    "substances.yaml",
    "search_answers.yaml",
    "schedule.yaml",
)
"""Data files at the top of the folder."""
FOLDERS = ("sources", "rules", "notes", "ingredients", "claims", "claims/words", "claims/register")
"""Subfolders with data files."""

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Loader(Protocol[T_co]):
    """A function that loads data from a folder, by default the shop's own; what it wraps loads them anew."""

    def __call__(self, directory: Path = ...) -> T_co: ...

    @property
    def __wrapped__(self) -> Callable[[Path], T_co]: ...


def once_per_folder(load: Callable[[Path], T]) -> Loader[T]:
    """A loader that reads a folder once and keeps what it read of the last four, however the folder was given.

    `lru_cache` alone would read and keep the shop's own data twice: for a call without a folder and for one with it.
    """
    kept = lru_cache(maxsize=4)(load)

    @wraps(load)
    def loaded(directory: Path = DATA) -> T:
        return kept(directory)

    return cast(Loader[T], loaded)


class RulesetError(ValueError):
    """An unusable data file; the message is one line with file, line, record, key and problem."""


class InconsistencyError(RulesetError):
    """Records that contradict each other; the loader adds the line number to the message."""

    def __init__(self, file: str, record: str | None, key: str, problem: str) -> None:
        self.file, self.record, self.key, self.problem = file, record, key, problem
        super().__init__(", ".join(filter(None, [file, record, f"key {key}"])) + f": {problem}")


def _decode_hook(kind: type, data: Any) -> Any:
    if kind is Condition:
        return read_condition(data)
    raise TypeError(f"no way to read {kind}")


def read_file(directory: Path, file: Path, kind: type[T]) -> T:
    """Contents of one file, converted to `kind`. Raises RulesetError."""
    from recommend.yaml_reading import YamlFaultError, locate, read_yaml

    name = file.relative_to(directory).as_posix()
    try:
        text = file.read_text(encoding="utf-8")
        data = read_yaml(text)
    except YamlFaultError as error:
        raise RulesetError(f"{name}{f', line {error.line}' if error.line else ''}: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise RulesetError(f"{name}: cannot be read: {error}") from error
    except RecursionError as error:
        raise RulesetError(f"{name}: nested too deep") from error
    try:
        return msgspec.convert(data, kind, strict=True, dec_hook=_decode_hook)
    except msgspec.ValidationError as error:
        raise RulesetError(locate(name, text, data, str(error))) from error


def read_folder(directory: Path, folder: str, kind: type[T]) -> list[tuple[str, T]]:
    """Records of all files in a folder, each with its file name. Raises RulesetError, also for an empty folder."""
    files = sorted((directory / folder).glob("*.yaml"))
    if not files:
        raise RulesetError(f"{folder}/: no .yaml file there")
    return [
        (f"{folder}/{file.name}", record)
        for file in files
        for record in read_file(directory, file, list[kind])  # type: ignore[valid-type] # a type made at run time
    ]


@once_per_folder
def load_ruleset(directory: Path) -> Ruleset:
    """Load and check all knowledge from a folder with the layout of `recommend/data/`. Raises RulesetError."""
    _refuse_unknown_files(directory)
    try:
        return _load(directory)
    except InconsistencyError as fault:
        raise RulesetError(with_line(directory, fault)) from fault


def _load(directory: Path) -> Ruleset:
    manifest = read_file(directory, directory / "ruleset.yaml", Manifest)
    guide = read_file(directory, directory / "guide.yaml", Guide)
    schedule = read_file(directory, directory / "schedule.yaml", Schedule)
    sources = read_folder(directory, "sources", Source)
    rules = read_folder(directory, "rules", Rule)
    notes = read_folder(directory, "notes", Note)
    forms = [("forms.yaml", form) for form in read_file(directory, directory / "forms.yaml", list[Form])]
    wordings = [
        ("questions.yaml", wording) for wording in read_file(directory, directory / "questions.yaml", list[Wording])
    ]
    ruleset = Ruleset(
        directory=directory,
        manifest=manifest,
        sha256=_fingerprint(directory),
        sources=index_by_id(sources),
        forms=index_by_id(forms),
        questions=index_by_id(wordings),
        rules=tuple(index_by_id(rules).values()),
        notes=tuple(index_by_id(notes).values()),
        guide=guide,
        schedule=schedule,
    )
    check_ruleset(ruleset, forms, rules, notes)
    return ruleset


def load_logic(directory: Path) -> Ruleset:
    """Load the rules, notes, forms and limits of an older version, to compare advice with. Raises RulesetError.

    Everything else, which decides on no advice, is that of this version; texts are not held against facts.
    """
    rules = read_folder(directory, "rules", Rule)
    forms = [("forms.yaml", form) for form in read_file(directory, directory / "forms.yaml", list[Form])]
    notes = read_folder(directory, "notes", Note)
    try:
        ruleset = structs.replace(
            load_ruleset(),
            directory=directory,
            manifest=read_file(directory, directory / "ruleset.yaml", Manifest),
            sha256=_fingerprint(directory),
            sources=index_by_id(read_folder(directory, "sources", Source)),
            forms=index_by_id(forms),
            rules=tuple(index_by_id(rules).values()),
            notes=tuple(index_by_id(notes).values()),
        )
        _check_manifest(ruleset.manifest)
        _check_forms(ruleset, forms, rules, notes)
    except InconsistencyError as fault:
        raise RulesetError(with_line(directory, fault)) from fault
    return ruleset


def _refuse_unknown_files(directory: Path) -> None:
    """Raise RulesetError for a file that is never read: its rules would never fire."""
    for file in sorted(directory.rglob("*.y*ml")):
        name = file.relative_to(directory).as_posix()
        folder, _, rest = name.rpartition("/")
        if not (name in FILES or (folder in FOLDERS and rest.endswith(".yaml"))):
            raise RulesetError(f"{name}: no data file has this name")


def with_line(directory: Path, fault: InconsistencyError) -> str:
    """Message of an inconsistency with the line of its record and key; reads the file again."""
    from recommend.yaml_reading import line_of

    line = line_of((directory / fault.file).read_text(encoding="utf-8"), fault.record, fault.key)
    where = ", ".join(filter(None, [fault.file, f"line {line}", fault.record, f"key {fault.key}"]))
    return f"{where}: {fault.problem}"


def _fingerprint(directory: Path) -> str:
    """SHA-256 over names and bytes of all data files."""
    digest = hashlib.sha256()
    for file in sorted(directory.rglob("*.yaml")):
        digest.update(file.relative_to(directory).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def index_by_id(records: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Records by id. Raises RulesetError for a duplicate id."""
    by_id: dict[str, Any] = {}
    for file, record in records:
        if record.id in by_id:
            raise InconsistencyError(file, record.id, "id", "this id stands twice")
        by_id[record.id] = record
    return by_id


def check_ruleset(
    ruleset: Ruleset,
    forms: Sequence[tuple[str, Form]],
    rules: Sequence[tuple[str, Rule]],
    notes: Sequence[tuple[str, Note]],
) -> None:
    """Check references and agreement between records; each comes with its file. Raises RulesetError."""
    _check_manifest(ruleset.manifest)
    index_by_id(("guide.yaml", section) for section in ruleset.guide.sections)
    _check_sources(ruleset, [*forms, *rules, *notes])
    _check_forms(ruleset, forms, rules, notes)
    _check_notes(notes)
    _check_reviews([*rules, *notes])
    _check_questions(ruleset)
    _check_schedule(ruleset.schedule)
    _check_facts(ruleset, forms, rules, notes)


def _check_manifest(manifest: Manifest) -> None:
    if len(set(manifest.ranked_forms)) != len(manifest.ranked_forms):
        raise InconsistencyError("ruleset.yaml", None, "ranked_forms", "a form stands twice")
    dose = manifest.dose
    if not 0 < dose.own_limit_mg <= dose.upper_limit_mg:
        raise InconsistencyError(
            "ruleset.yaml", None, "dose.own_limit_mg", "must be above 0 and not above upper_limit_mg"
        )
    if dose.reference_intake_mg.keys() != {"female", "male"}:
        raise InconsistencyError("ruleset.yaml", None, "dose.reference_intake_mg", "needs female and male")


def _check_sources(ruleset: Ruleset, records: Sequence[tuple[str, Any]]) -> None:
    cited: list[tuple[str, str | None, Citation]] = [
        ("ruleset.yaml", None, citation) for citation in ruleset.manifest.dose.citations
    ]
    for file, record in records:
        cited += [(file, record.id, citation) for citation in record.citations]
    for section in ruleset.guide.sections:
        cited += [
            ("guide.yaml", section.id, citation) for passage in section.passages for citation in passage.citations
        ]
    for file, record, citation in cited:
        if citation.source not in ruleset.sources:
            raise InconsistencyError(file, record, "citations", f"unknown source {citation.source!r}")
        if citation.computed and not ruleset.sources[citation.source].table:
            problem = f"{citation.source!r} is no table, so nothing is computed from it"
            raise InconsistencyError(file, record, "citations", problem)
        if citation.computed and citation.verified:
            raise InconsistencyError(file, record, "citations", "either computed or verified, not both")


def _check_forms(
    ruleset: Ruleset,
    forms: Sequence[tuple[str, Form]],
    rules: Sequence[tuple[str, Rule]],
    notes: Sequence[tuple[str, Note]],
) -> None:
    known = ruleset.forms
    named = [("ranked_forms", name) for name in ruleset.manifest.ranked_forms]
    named += [("never_first", entry.form) for entry in ruleset.manifest.never_first]
    for key, name in named:
        if name not in known:
            raise InconsistencyError("ruleset.yaml", None, key, f"unknown form {name!r}")
    for file, form in forms:
        _check_form(file, form, known)
    for file, rule in rules:
        _check_rule(file, rule, ruleset)
    for file, note in notes:
        for name in note.forms:
            if name not in known:
                raise InconsistencyError(file, note.id, "forms", f"unknown form {name!r}")


def _check_rule(file: str, rule: Rule, ruleset: Ruleset) -> None:
    with_rules = {form.record for form in ruleset.forms.values()}
    ranked = {form.record for form in ruleset.ranked}
    for name in rule.forms:
        if name not in with_rules:
            raise InconsistencyError(file, rule.id, "forms", f"{name!r} is no form with rules of its own")
        if (name in ranked) != (rule.forms[0] in ranked):
            raise InconsistencyError(file, rule.id, "forms", "names ranked forms and others together")
    if rule.points and rule.forms[0] not in ranked:
        raise InconsistencyError(file, rule.id, "points", "only a ranked form gets points")
    if rule.cheaper_than is not None and rule.cheaper_than not in ranked.difference(rule.forms):
        raise InconsistencyError(file, rule.id, "cheaper_than", f"{rule.cheaper_than!r} is no other ranked form")


def _check_form(file: str, form: Form, known: Mapping[str, Form]) -> None:
    if form.same_as is not None:
        target = known.get(form.same_as)
        if target is None or target.same_as is not None or form.salts or form.annex_ii:
            raise InconsistencyError(file, form.id, "same_as", "needs a form with facts, and none of its own")
    for condition in form.not_for:
        if condition not in QUESTIONS["conditions"].values:
            raise InconsistencyError(file, form.id, "not_for", f"no condition is called {condition!r}")
    for salt in form.salts:
        try:
            fraction = salt.magnesium_fraction
        except (ValueError, ZeroDivisionError) as error:
            raise InconsistencyError(file, form.id, f"salts.{salt.id}.formula", str(error)) from error
        if fraction == 0:
            raise InconsistencyError(file, form.id, f"salts.{salt.id}.formula", "no magnesium in it")


def _check_notes(notes: Sequence[tuple[str, Note]]) -> None:
    for file, note in notes:
        if note.always and not isinstance(note.when, Always):
            raise InconsistencyError(file, note.id, "always", "a note for all pages has `when: always`")
        if note.when is None and not note.forms:
            raise InconsistencyError(file, note.id, "when", "without a condition or forms nobody ever sees it")


def _check_reviews(records: Sequence[tuple[str, Any]]) -> None:
    for file, record in records:
        if (record.reviewed_on is None) != (record.reviewed_by is None):
            raise InconsistencyError(file, record.id, "reviewed_by", "a review needs both a date and a name")


def _check_questions(ruleset: Ruleset) -> None:
    for key in sorted(ruleset.questions.keys() ^ QUESTIONS.keys()):
        raise InconsistencyError("questions.yaml", key, "id", "no wording" if key in QUESTIONS else "no such question")
    for key, question in QUESTIONS.items():
        worded = tuple(choice.value for choice in ruleset.questions[key].choices)
        if sorted(worded) != sorted(question.values):
            raise InconsistencyError(
                "questions.yaml", key, "choices", f"must word exactly {', '.join(question.values)}"
            )


PLACEHOLDERS = {"fits": ["plan"], "no_moment": ["medicines"]}
"""Names in braces that a sentence of the day plan has in both languages."""


def _check_schedule(schedule: Schedule) -> None:
    """Check the moments, medicines and sentences of the day plan."""
    file = "schedule.yaml"
    moments = index_by_id((file, moment) for moment in schedule.moments)
    _check_moments(file, schedule)
    medicines = index_by_id((file, medicine) for medicine in schedule.medicines)
    for medicine in schedule.medicines:
        if medicine.id not in QUESTIONS["medicines"].values:
            raise InconsistencyError(file, medicine.id, "id", "no value of the question on medicines")
        if len({*medicine.moments} & moments.keys()) < len(medicine.moments):
            raise InconsistencyError(file, medicine.id, "moments", "each must be a moment of the day, named once")
    for gap in schedule.between:
        if len({*gap.medicines} & medicines.keys()) < len(gap.medicines):
            raise InconsistencyError(file, None, "between", "needs two medicines that have moments here")
    _check_sentences(file, schedule)


def _check_moments(file: str, schedule: Schedule) -> None:
    for earlier, later in pairwise(schedule.moments):
        if earlier.minute >= later.minute:
            raise InconsistencyError(file, later.id, "at", f"must be later than {earlier.id} at {earlier.at}")
    meals = {moment.id for moment in schedule.moments if moment.meal}
    for name in schedule.magnesium:
        if name not in meals:
            raise InconsistencyError(file, None, "magnesium", f"{name!r} is no moment with a meal")


def _check_sentences(file: str, schedule: Schedule) -> None:
    for key, sentence in schedule.sentences():
        for language in LANGUAGES:
            if _placeholders(sentence.text.in_language(language)) != PLACEHOLDERS.get(key, []):
                names = " and ".join(PLACEHOLDERS.get(key, [])) or "nothing"
                raise InconsistencyError(file, None, f"{key}.text.{language}", f"must have {names} in braces")


def _placeholders(text: str) -> list[str] | None:
    """Names in braces; None for braces that do not match."""
    try:
        return [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        return None


def _check_facts(
    ruleset: Ruleset,
    forms: Sequence[tuple[str, Form]],
    rules: Sequence[tuple[str, Rule]],
    notes: Sequence[tuple[str, Note]],
) -> None:
    """Compare the texts of each record with the facts beside them."""
    for file, note in notes:
        _compare(file, note.id, [("label", note.label), ("text", note.text)], note.facts, note.citations)
    for file, rule in rules:
        _compare(file, rule.id, [("label", rule.label), ("reason", rule.reason)], rule.facts, rule.citations)
    for file, form in forms:
        _compare(file, form.id, [("about", form.about)], form.facts, form.citations)
    for section in ruleset.guide.sections:
        for number, passage in enumerate(section.passages, start=1):
            texts = [("text", passage.text), *(("items", item) for item in passage.items)]
            _compare("guide.yaml", section.id, texts, passage.facts, passage.citations, path=f"passages.{number}.")
    for moment in ruleset.schedule.moments:
        _compare("schedule.yaml", moment.id, [("name", moment.name)], moment.facts)
    for key, sentence in ruleset.schedule.sentences():
        _compare("schedule.yaml", None, [("text", sentence.text)], sentence.facts, path=f"{key}.")
    for wording in ruleset.questions.values():
        _compare("questions.yaml", wording.id, _asked(wording), wording.facts)
        for choice in wording.choices:
            _compare("questions.yaml", wording.id, _asked(choice), choice.facts, path=f"choices.{choice.value}.")


def _asked(wording: Wording | Choice) -> list[tuple[str, Text]]:
    return [("label", wording.label), *([("help", wording.help)] if wording.help else [])]


def _compare(
    file: str,
    record: str | None,
    texts: Sequence[tuple[str, Text]],
    facts: Facts,
    citations: Sequence[Citation] = (),
    *,
    path: str = "",
) -> None:
    """Raise RulesetError for the first disagreement between the texts of a record and its facts."""
    from recommend.facts import faults_of

    for key, problem in faults_of(texts, facts, citations):
        raise InconsistencyError(file, record, path + key, problem)
