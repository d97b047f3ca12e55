"""Data mutation: a changed rule, note or text fails a proof or a test, except the listed survivors."""

from itertools import islice

import pytest

from recommend.knowledge import Ruleset
from tests.bench import text_mutation
from tests.bench.mutation import AT_LEAST_KILLED, SURVIVORS, survivors

pytestmark = pytest.mark.exhaustive


def test_nearly_every_mutant_of_the_data_is_killed_and_the_others_have_a_reason(ruleset: Ruleset) -> None:
    left, total = survivors(ruleset)
    assert total == 2 * (len(ruleset.rules) + len(ruleset.notes))
    assert set(left) == SURVIVORS.keys()
    assert 1 - len(left) / total >= AT_LEAST_KILLED


EVERY = 9
"""One mutant of a text in so many is tried here; `shop dev mutation` tries all."""


@pytest.mark.long
def test_nearly_every_mutant_of_the_texts_is_killed_and_the_others_have_a_reason(ruleset: Ruleset) -> None:
    mutants = list(text_mutation.mutants(ruleset))
    assert len(mutants) > 300
    assert text_mutation.SURVIVORS.keys() <= {mutant.name for mutant in mutants}
    left, total = text_mutation.results(islice(mutants, 0, None, EVERY))
    assert {mutant.name for mutant in left} <= text_mutation.SURVIVORS.keys()
    assert 1 - len(left) / total.total() >= text_mutation.AT_LEAST_KILLED
