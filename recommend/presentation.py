"""Advice as plain dictionaries in one language, in the JSON format of the API."""

from collections.abc import Iterable
from typing import Any

from recommend.engine import Advice, JudgedForm
from recommend.knowledge import Citation, Note, Ruleset
from recommend.schedule import DayPlan
from recommend.text import Language


def advice_as_dict(advice: Advice, language: Language) -> dict[str, Any]:
    """Advice without the key `products`, which the catalogue adds."""
    return {
        "status": advice.status,
        "forms": [
            {"form": form.form.id, "rank": form.rank, **_judgement_as_dict(form, advice.ruleset, language)}
            for form in advice.forms
        ],
        "other_forms": [
            {"form": form.form.id, **_judgement_as_dict(form, advice.ruleset, language)} for form in advice.other_forms
        ],
        "notes": [_note_as_dict(note, advice.ruleset, language) for note in advice.notes],
        "dose": {
            "reference_intake_mg": advice.dose.reference_intake_mg,
            "upper_limit_mg": advice.dose.upper_limit_mg,
            "already_taken_mg": advice.dose.already_taken_mg,
            "suggested_mg": advice.dose.suggested_mg,
        },
        "schedule": _schedule_as_dict(advice.schedule, language),
        "ruleset": {"version": advice.ruleset.manifest.version, "sha256": advice.ruleset.sha256},
    }


def _judgement_as_dict(judged: JudgedForm, ruleset: Ruleset, language: Language) -> dict[str, Any]:
    return {
        "suitable": judged.suitable,
        "certainty": judged.certainty,
        "reasons": [
            {
                "rule": rule.id,
                "text": rule.reason.in_language(language),
                "citations": citations_as_list(rule.citations, ruleset, language),
            }
            for rule in judged.reasons
        ],
    }


def _note_as_dict(note: Note, ruleset: Ruleset, language: Language) -> dict[str, Any]:
    return {
        "id": note.id,
        "severity": note.severity,
        "personal": note.is_personal,
        "text": note.text.in_language(language),
        "citations": citations_as_list(note.citations, ruleset, language),
    }


def _schedule_as_dict(plan: DayPlan | None, language: Language) -> dict[str, Any] | None:
    if plan is None:
        return None
    return {
        "possible": plan.possible,
        "text": plan.text(language),
        "moments": [
            {
                "moment": planned.moment.id,
                "name": planned.moment.name.in_language(language),
                "at": planned.moment.at,
                "take": list(planned.take),
            }
            for planned in plan.moments
        ],
        "hours": [
            {
                "medicine": key,
                "name": plan.name_of(key, language),
                "before_h": apart.before_h,
                "after_h": apart.after_h,
            }
            for key, apart in plan.hours.items()
        ],
    }


def citations_as_list(citations: Iterable[Citation], ruleset: Ruleset, language: Language) -> list[dict[str, Any]]:
    """Citations with title, place and URL of their source."""
    return [
        {
            "source": citation.source,
            "title": ruleset.sources[citation.source].title_in(language),
            "place": citation.place.in_language(language),
            "url": ruleset.sources[citation.source].url,
            "verified": citation.verified,
            "computed": citation.computed,
        }
        for citation in citations
    ]
