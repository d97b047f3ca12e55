"""Stop notes of the visitor's answers, shown first on every page that lists or sells."""

from collections.abc import Sequence

from recommend.engine import safety_notes
from recommend.knowledge import Note, Ruleset
from shop.finder.answers_cookie import partial_answers


def visitor_stops(ruleset: Ruleset) -> Sequence[Note]:
    """The stop notes of the answers that this visitor's cookie holds."""
    answers = partial_answers()
    if answers is None:
        return ()
    return [note for note in safety_notes(answers, ruleset) if note.severity == "stop"]
