"""Speed of the engine: against zen-engine with the same rules, against its own proofs, and against a YAML parse.

Times are processor time. zen-engine neither ranks the forms nor sets a dose: its table returns which rules and notes
fire, with or without what ranking and showing them needs. Its content is compiled once; two layouts are tried.
Run on one core: `taskset -c 0 uv run --group bench shop dev bench engine`.
"""

import random
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import cycle
from time import process_time
from typing import Any

import yaml

from recommend.answers import QUESTIONS, Answers, Question, parse_answers
from recommend.engine import advise
from recommend.knowledge import Ruleset
from recommend.loading import DATA, load_ruleset
from recommend.verify import verify
from tests.bench.zen_table import FULL, fired_in, zen_ways

Asked = tuple[Callable[[Any], object], Sequence[Any]]
"""A decision function, and the answers to decide on."""

BESIDE_THE_RULES = DATA / "medicines.yaml"
"""The list of medicines, which is read for the finder and not with the rules."""
OURS = "advise(), with ranking, reasons, notes and dose"
SHOPPERS = 1000
ROUNDS = 15
CALLS = 100_000
MILLION = 1_000_000


def main() -> None:
    """Print the three ratios with their targets."""
    ruleset = load_ruleset()
    shoppers = [_shopper(random.Random(seed)) for seed in range(SHOPPERS)]  # noqa: S311 - no secrets
    _say(*_against_zen(ruleset, shoppers))
    _say(*_proofs_against_calls(ruleset, shoppers))
    _say(*_load_against_parse())


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")


def _shopper(chance: random.Random) -> dict[str, Any]:
    """Answers as JSON gives them; up to three boxes ticked in each list."""
    return {key: _answer(question, chance) for key, question in QUESTIONS.items()}


def _answer(question: Question, chance: random.Random) -> Any:
    if question.kind == "one":
        return chance.choice(question.values)
    if question.kind == "many":
        return chance.sample(question.values, chance.choice((0, 0, 1, 1, 2, 3)))
    return chance.random() < 0.5 if question.kind == "yes_no" else chance.choice((0, 0, 0, 100, 200, 300))


def _against_zen(ruleset: Ruleset, shoppers: Sequence[dict[str, Any]]) -> list[str]:
    """Decisions per second over the same shoppers, in turns; the answers of both are compared first."""
    answers = [parse_answers(shopper) for shopper in shoppers]
    ways = zen_ways(ruleset)
    for name, decide in ways.items():
        for shopper, given in zip(shoppers, answers, strict=True):
            if fired_in(decide(shopper)) != _fired(given, ruleset):
                raise SystemExit(f"{name} and advise() disagree on {shopper}")
    ours: Asked = (lambda given: advise(given, ruleset), answers)
    speeds = _decisions_per_second({OURS: ours, **{name: (decide, shoppers) for name, decide in ways.items()}})
    fastest = max(speed for name, speed in speeds.items() if name.endswith(FULL))
    return [
        *(
            f"{name}: {speed:,.0f} decisions a second, ratio {speeds[OURS] / speed:.1f}"
            for name, speed in speeds.items()
        ),
        f"ratio to the fastest with {FULL}: {speeds[OURS] / fastest:.1f} (target: at least 3)",
    ]


def _decisions_per_second(asked: Mapping[str, Asked]) -> dict[str, float]:
    """The best of several rounds, taken in turns so that a busy machine bothers all alike."""
    best = dict.fromkeys(asked, 0.0)
    for _ in range(ROUNDS):
        for name, (decide, inputs) in asked.items():
            start = process_time()
            deque(map(decide, inputs), maxlen=0)
            best[name] = max(best[name], len(inputs) / (process_time() - start))
    return best


def _fired(answers: Answers, ruleset: Ruleset) -> set[str]:
    advice = advise(answers, ruleset)
    return {rule.id for form in advice.forms for rule in form.reasons} | {note.id for note in advice.notes}


def _proofs_against_calls(ruleset: Ruleset, shoppers: Sequence[dict[str, Any]]) -> list[str]:
    answers = cycle([parse_answers(shopper) for shopper in shoppers])
    start = process_time()
    for _ in range(CALLS):
        advise(next(answers), ruleset)
    million = (process_time() - start) * MILLION / CALLS
    start = process_time()
    verify(ruleset, date(2026, 11, 22))
    proofs = process_time() - start
    return [
        f"verify: {proofs:.2f} s; a million advise() calls: {million:.2f} s (extrapolated from {CALLS:,})",
        f"ratio: {proofs / million:.2f} (target: at most 1)",
    ]


def _load_against_parse() -> list[str]:
    """Reading, checking and fingerprinting the ruleset, against PyYAML's C loader on the same texts."""
    texts = [file.read_text(encoding="utf-8") for file in sorted(DATA.rglob("*.yaml")) if file != BESIDE_THE_RULES]
    load = min(_once(lambda: load_ruleset.__wrapped__(DATA)) for _ in range(ROUNDS))
    parse = min(_once(lambda: [yaml.load(text, Loader=yaml.CSafeLoader) for text in texts]) for _ in range(ROUNDS))
    return [
        f"load: {load * 1000:.1f} ms; plain C-loader parse: {parse * 1000:.1f} ms",
        f"ratio: {load / parse:.2f} (target: at most 5)",
    ]


def _once(action: Callable[[], object]) -> float:
    start = process_time()
    action()
    return process_time() - start
