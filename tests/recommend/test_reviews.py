"""Reviews join a ruleset only while they are of a record as it is."""

from datetime import date

from msgspec import structs

from recommend.loading import load_ruleset
from recommend.reviews import Review, fingerprint, with_reviews
from recommend.text import Text

RULESET = load_ruleset()
RULE, NOTE = RULESET.rules[0], RULESET.notes[0]
DAY = date(2026, 11, 22)


def review(content: str, *, agrees: bool = True, kind: str = "rule", record: str = RULE.id) -> Review:
    assert kind in ("rule", "note")
    return Review("note" if kind == "note" else "rule", record, content, DAY, "A. Proef", "a@winkel.test", agrees)


def test_a_review_signs_its_record_and_no_other() -> None:
    signed = with_reviews(RULESET, [review(fingerprint(RULE, RULESET))])
    assert (signed.rules[0].reviewed_on, signed.rules[0].reviewed_by) == (DAY, "A. Proef")
    assert signed.rules[1:] == RULESET.rules[1:]
    assert signed.notes == RULESET.notes
    note = with_reviews(RULESET, [review(fingerprint(NOTE, RULESET), kind="note", record=NOTE.id)])
    assert note.notes[0].reviewed_by == "A. Proef"
    assert fingerprint(signed.rules[0], signed) == fingerprint(RULE, RULESET)  # signing changes nothing that is judged


def test_a_changed_text_source_or_condition_and_an_objection_leave_it_unreviewed() -> None:
    content = fingerprint(RULE, RULESET)
    reworded = structs.replace(RULE, reason=Text("Anders.", RULE.reason.en))
    pointed = structs.replace(RULE, points=RULE.points + 1)
    other = next(rule for rule in RULESET.rules if rule.when != RULE.when)
    moved = structs.replace(RULE, when=other.when)
    for changed in (reworded, pointed, moved):
        assert fingerprint(changed, RULESET) != content
        ruleset = structs.replace(RULESET, rules=(changed,))
        assert with_reviews(ruleset, [review(content)]).rules[0].reviewed_on is None
    cited = RULESET.sources[RULE.citations[0].source]
    elsewhere = structs.replace(cited, url="https://example.org/elsewhere")
    ruleset = structs.replace(RULESET, sources={**RULESET.sources, cited.id: elsewhere})
    assert with_reviews(ruleset, [review(content)]).rules[0].reviewed_on is None
    objected = [review(content), review(content, agrees=False)]
    assert with_reviews(RULESET, objected).rules[0].reviewed_on is None
    assert with_reviews(RULESET, [*objected, review(content)]).rules[0].reviewed_on == DAY


def test_the_shop_ships_no_review() -> None:
    assert all(record.reviewed_by is None for record in (*RULESET.rules, *RULESET.notes))
