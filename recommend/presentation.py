"""Advice as plain dictionaries in one language, in the JSON format of the API."""

from collections.abc import Iterable
from typing import Any

from recommend.engine import Advice, RankedForm
from recommend.knowledge import Citation, Note, Ruleset
from recommend.text import Language


def advice_as_dict(advice: Advice, language: Language) -> dict[str, Any]:
    """Advice without the key `products`, which the catalogue adds."""
    return {
        "status": advice.status,
        "forms": [_form_as_dict(form, advice.ruleset, language) for form in advice.forms],
        "notes": [_note_as_dict(note, advice.ruleset, language) for note in advice.notes],
        "dose": {
            "reference_intake_mg": advice.dose.reference_intake_mg,
            "upper_limit_mg": advice.dose.upper_limit_mg,
            "already_taken_mg": advice.dose.already_taken_mg,
            "suggested_mg": advice.dose.suggested_mg,
        },
        "ruleset": {"version": advice.ruleset.manifest.version, "sha256": advice.ruleset.sha256},
    }


def _form_as_dict(ranked: RankedForm, ruleset: Ruleset, language: Language) -> dict[str, Any]:
    return {
        "form": ranked.form.id,
        "rank": ranked.rank,
        "suitable": ranked.suitable,
        "certainty": ranked.certainty,
        "reasons": [
            {
                "rule": rule.id,
                "text": rule.reason.in_language(language),
                "citations": citations_as_list(rule.citations, ruleset, language),
            }
            for rule in ranked.reasons
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


def citations_as_list(citations: Iterable[Citation], ruleset: Ruleset, language: Language) -> list[dict[str, Any]]:
    """Citations with title, place and URL of their source."""
    return [
        {
            "source": citation.source,
            "title": ruleset.sources[citation.source].title,
            "place": citation.place.in_language(language),
            "url": ruleset.sources[citation.source].url,
            "verified": citation.verified,
            "computed": citation.computed,
        }
        for citation in citations
    ]
