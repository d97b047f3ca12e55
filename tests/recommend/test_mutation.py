"""Dropping or flipping any rule or note is noticed, but for the survivors that have a reason."""

from recommend.knowledge import Ruleset
from tests.bench.mutation import AT_LEAST_KILLED, SURVIVORS, survivors


def test_nearly_every_mutant_of_the_data_is_killed_and_the_others_have_a_reason(ruleset: Ruleset) -> None:
    left, total = survivors(ruleset)
    assert total == 2 * (len(ruleset.rules) + len(ruleset.notes))
    assert set(left) == SURVIVORS.keys()
    assert 1 - len(left) / total >= AT_LEAST_KILLED
