"""Data mutation: a dropped or flipped rule or note fails a test, except the listed survivors."""

from recommend.knowledge import Ruleset
from tests.bench.mutation import AT_LEAST_KILLED, SURVIVORS, survivors


def test_nearly_every_mutant_of_the_data_is_killed_and_the_others_have_a_reason(ruleset: Ruleset) -> None:
    left, total = survivors(ruleset)
    assert total == 2 * (len(ruleset.rules) + len(ruleset.notes))
    assert set(left) == SURVIVORS.keys()
    assert 1 - len(left) / total >= AT_LEAST_KILLED
