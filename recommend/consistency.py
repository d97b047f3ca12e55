"""What must hold between the records of a ruleset, beyond the shape of each: known ids, sources, wordings."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from recommend.answers import QUESTIONS
from recommend.conditions import Always
from recommend.knowledge import Citation, Form, Manifest, Note, Rule, Ruleset


class RulesetError(ValueError):
    """A data file that cannot be used; the message is one line: file, line, record, key, what is wrong."""


class InconsistencyError(RulesetError):
    """Records that do not fit together; the loader adds the line to file, record and key."""

    def __init__(self, file: str, record: str | None, key: str, what: str) -> None:
        self.file, self.record, self.key, self.what = file, record, key, what
        super().__init__(", ".join(filter(None, [file, record, f"key {key}"])) + f": {what}")


def unique(records: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The records by id. Raises RulesetError for an id that stands twice."""
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
    """Check what the records say of each other; each comes with its file. Raises RulesetError."""
    _check_manifest(ruleset.manifest)
    unique(("guide.yaml", section) for section in ruleset.guide.sections)
    _check_sources(ruleset, [*forms, *rules, *notes])
    _check_forms(ruleset, forms, rules, notes)
    _check_notes(notes)
    _check_reviews([*rules, *notes])
    _check_questions(ruleset)


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
    ranked_records = {form.record for form in ruleset.ranked}
    for file, rule in rules:
        for name in rule.forms:
            if name not in ranked_records:
                raise InconsistencyError(file, rule.id, "forms", f"{name!r} is no ranked form with rules of its own")
    for file, note in notes:
        for name in note.forms:
            if name not in known:
                raise InconsistencyError(file, note.id, "forms", f"unknown form {name!r}")


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
