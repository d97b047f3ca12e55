"""`shop verify` and `shop rules diff`, on the real rules and on broken copies."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from recommend.answers import parse_answers
from recommend.engine import advise
from recommend.knowledge import Ruleset
from recommend.loading import DATA, load_ruleset
from recommend.space import ALL_ANSWER_SETS
from shop.cli import main
from tests.recommend.shoppers import MANY
from tests.recommend.verify.rulesets import Edit, change, copy_of_data, record


@pytest.fixture(autouse=True)
def _away_from_any_instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("SHOP_INSTANCE", "SHOP_DATABASE_URL", "SHOP_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)


def shop(*arguments: str, rules: Path | None = None) -> Result:
    return CliRunner().invoke(main, arguments, env={"SHOP_RULES_DIR": str(rules) if rules else None})


@pytest.mark.exhaustive
def test_verify_proves_the_rules_and_needs_no_catalogue() -> None:
    result = shop("verify")
    assert (result.exit_code, result.stderr) == (0, "")
    for prop in ("totality", "safety", "monotony", "dose", "liveness", "constants", "grounding", "wording", "language"):
        assert f"{prop}: holds\n" in result.stdout
    assert f"{ALL_ANSWER_SETS:,}" not in result.stdout
    assert (
        "  ok  kidney disease withholds the advice, whatever else is answered [1 point, for 50.0% of the"
        in result.stdout
    )
    assert re.search(r"\n\d+,\d{3} points walked for \d+ claims; \d+,\d{3} records and texts compared", result.stdout)
    assert "rules and notes not reviewed by a pharmacist" in result.stdout
    assert result.stdout.endswith("All properties hold.\n")
    assert list(Path.cwd().iterdir()) == []


def test_a_counter_example_can_be_given_to_advise_and_an_old_review_is_a_warning(tmp_path: Path) -> None:
    lax = change("heart-conduction", severity="caution", reviewed_on="2020-01-31", reviewed_by="A. Voorbeeld")
    rules = copy_of_data(tmp_path, "notes/conditions.yaml", lax)
    result = shop("verify", rules=rules)
    assert "warning: heart-conduction: the review of 2020-01-31 by A. Voorbeeld is older" in result.stdout
    assert result.exit_code == 1
    assert "safety: BROKEN, 1 of " in result.stdout
    assert "  NO  a conduction disorder of the heart withholds the advice" in result.stdout
    assert result.stdout.endswith("Broken: safety, constants, wording.\n")
    found = next(line for line in result.stdout.splitlines() if "counter-example: " in line)
    answers = json.loads(found.partition("counter-example: ")[2])
    assert answers["conditions"] == ["heart_conduction"]
    assert advise(parse_answers(answers), load_ruleset(rules)).status == "suggested"


def no_sources(rules: Any) -> None:
    record(rules, "oxide-start")["citations"] = []


def no_place(rules: Any) -> None:
    del record(rules, "oxide-start")["citations"][0]["place"]


def no_english(rules: Any) -> None:
    del record(rules, "oxide-start")["reason"]["en"]


def no_words(rules: Any) -> None:
    record(rules, "oxide-start")["reason"]["nl"] = ""


def no_points(rules: Any) -> None:
    record(rules, "oxide-start")["points"] = "many"


@pytest.mark.parametrize(
    ("prop", "edit"),
    [
        ("grounding", no_sources),
        ("grounding", no_place),
        ("language", no_english),
        ("language", no_words),
        ("loading", no_points),
    ],
)
def test_what_the_loader_refuses_is_named_by_property_file_and_record(prop: str, edit: Edit, tmp_path: Path) -> None:
    result = shop("verify", rules=copy_of_data(tmp_path, "rules/evidence.yaml", edit))
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{prop}: BROKEN")
    assert "rules/evidence.yaml, line " in result.stdout
    assert "oxide-start" in result.stdout


def a_note_on_every_box(notes: Any) -> None:
    boxes = [{"answer": key, "includes": [value]} for key, values in MANY.items() for value in values]
    record(notes, "goal-sport")["when"] = {"all": boxes}


def test_what_hangs_on_too_many_answers_is_said_to_be_unproven_and_uncounted(tmp_path: Path) -> None:
    wide = copy_of_data(tmp_path, "notes/signs_and_goals.yaml", a_note_on_every_box)
    for arguments in (("verify",), ("rules", "diff", str(DATA), str(wide))):
        result = shop(*arguments, rules=wide)
        assert result.exit_code == 1
        assert "points hang together" in result.stderr


def test_two_equal_rulesets_differ_in_nothing() -> None:
    result = shop("rules", "diff", str(DATA), str(DATA), "--json")
    document = json.loads(result.stdout)
    assert document["answer_sets"] == ALL_ANSWER_SETS
    assert document["changes"] == {
        part: {"answer_sets": 0, "examples": []} for part in ("status", "first_form", "notes", "dose")
    }


def test_a_difference_is_counted_with_five_examples_that_advise_takes(ruleset: Ruleset, tmp_path: Path) -> None:
    new = copy_of_data(
        tmp_path, "notes/intake.yaml", change("enough-already", when={"answer": "supplement_mg", "at_least": 176})
    )
    document = json.loads(shop("rules", "diff", str(DATA), str(new), "--json").stdout)
    assert document["old"] == {"version": ruleset.manifest.version, "sha256": ruleset.sha256}
    assert document["new"]["sha256"] != ruleset.sha256
    changes = document["changes"]
    assert changes["notes"]["answer_sets"] * 5002 == 25 * ALL_ANSWER_SETS
    assert 0 < changes["status"]["answer_sets"] < changes["notes"]["answer_sets"]
    assert changes["first_form"]["answer_sets"] == 0
    for example in changes["status"]["examples"]:
        assert (example["old"], example["new"]) == ("suggested", "withheld")
        assert advise(parse_answers(example["answers"]), ruleset).status == "suggested"
    assert {len(changes[part]["examples"]) for part in ("status", "notes", "dose")} == {5}


def test_a_difference_in_words(tmp_path: Path) -> None:
    new = copy_of_data(tmp_path, "rules/budget.yaml", change("oxide-cheap-on-low-budget", points=0))
    result = shop("rules", "diff", str(DATA), str(new))
    assert result.exit_code == 0
    assert f"first form: {ALL_ANSWER_SETS // (54 * 128):,} of {ALL_ANSWER_SETS:,} answer sets change\n" in result.stdout
    assert "    citrate or oxide -> citrate\n" in result.stdout
    assert f"status: 0 of {ALL_ANSWER_SETS:,} answer sets change\n" in result.stdout


def test_a_note_that_is_gone_is_told_as_not_shown(tmp_path: Path) -> None:
    def without(notes: Any) -> None:
        notes.remove(record(notes, "goal-sport"))

    new = copy_of_data(tmp_path, "notes/signs_and_goals.yaml", without)
    result = shop("rules", "diff", str(DATA), str(new))
    assert "    goal-sport: info -> not shown\n" in result.stdout


def test_a_ruleset_that_does_not_load_is_named(tmp_path: Path) -> None:
    broken = copy_of_data(tmp_path, "rules/evidence.yaml", no_points)
    result = shop("rules", "diff", str(DATA), str(broken))
    assert result.exit_code == 1
    assert str(broken) in result.stderr
    assert "oxide-start" in result.stderr
    assert shop("rules", "diff", str(DATA), str(tmp_path / "nowhere")).exit_code == 2


def test_rules_of_an_earlier_version_are_compared_by_their_logic_alone(ruleset: Ruleset, tmp_path: Path) -> None:
    """Without the questions, day plan and facts of this version, and with a file that it does not know."""

    def as_before(notes: list[Any]) -> None:
        for note in notes:
            note.pop("facts", None)
        record(notes, "digoxin")["severity"] = "caution"

    old = copy_of_data(tmp_path, "notes/medicines.yaml", as_before)
    for name in ("questions.yaml", "schedule.yaml", "guide.yaml"):
        (old / name).unlink()
    (old / "vocabulary.yaml").write_text("[]")
    result = shop("rules", "diff", str(old), str(DATA))
    assert result.exit_code == 0
    assert "    suggested -> withheld\n" in result.stdout
    assert "vocabulary.yaml: no data file has this name" in result.stderr
    assert "its rules, notes, forms and limits are compared" in result.stderr
    other_way_round = shop("rules", "diff", str(DATA), str(old))
    assert other_way_round.exit_code == 1
    assert other_way_round.stdout == ""


def test_rules_of_an_earlier_version_that_contradict_themselves_are_refused(tmp_path: Path) -> None:
    old = copy_of_data(tmp_path, "rules/budget.yaml", change("oxide-cheap-on-low-budget", forms=["unobtainium"]))
    result = shop("rules", "diff", str(old), str(DATA))
    assert result.exit_code == 1
    assert "oxide-cheap-on-low-budget" in result.stderr
