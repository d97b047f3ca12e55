"""Quality and speed of the content check: `shop dev bench claims [--heldout] [--misses]`.

Prints precision and recall per verdict and language, the confusion table, the share of warnings, the time beside that
of splitting and stemming the same text, and the time per character from 10^3 to 10^6 characters.
"""

import argparse
import random
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import Stemmer
import yaml

from recommend.claims.check import check_text
from recommend.claims.findings import FORBIDDEN, VERDICTS, Finding, Verdict
from recommend.text import LANGUAGES, Language

LABELLED = Path(__file__).parent.parent / "recommend" / "claims"
_DEVELOPED_ON = (
    *("kinds_develop", "reported_develop", "shop_develop", "ninth_develop", "voices_develop"),
    *("twelfth_develop", "twelfth_tails_develop", "twelfth_shop_develop", "fourteenth_develop"),
    *(
        "sixteenth_develop",
        "seventeenth_develop",
        "eighteenth_develop",
        "nineteenth_develop",
        "worlds_develop",
        "prohibited_develop",
    ),
)
_KEPT_APART = (
    "unseen",
    "kinds_unseen",
    "reported_unseen",
    "shop_unseen",
    "second_unseen",
    "copy_unseen",
    "third_unseen",
    "fourth_unseen",
    "fifth_unseen",
    "legal_unseen",
    "sixth_unseen",
    "sixth_legal_unseen",
    "seventh_unseen",
    "seventh_legal_unseen",
    "eighth_unseen",
    "ninth_unseen",
    "tenth_unseen",
    "eleventh_unseen",
    "twelfth_unseen",
    "twelfth_tails_unseen",
    "twelfth_shop_unseen",
    "thirteenth_unseen",
    "thirteenth_shop_unseen",
    "fifteenth_unseen",
    "sixteenth_unseen",
    "seventeenth_unseen",
    "twentieth_unseen",
    "twentyfirst_unseen",
    "worlds_unseen",
    "worlds_second_unseen",
    "prohibited_unseen",
)
STEMMERS = {"nl": "dutch", "en": "english"}


@dataclass(frozen=True)
class Case:
    text: str
    language: Language
    wanted: Verdict
    found: Finding

    @property
    def is_forbidden(self) -> bool:
        return self.wanted in FORBIDDEN


def worst(text: str, language: Language) -> Finding:
    """The finding that decides for a labelled sentence, which may be cut into more than one unit."""
    findings = check_text(text, language)
    order = ("block", "warn", "ok")
    return min(findings, key=lambda finding: (order.index(finding.severity), VERDICTS.index(finding.verdict)))


def read_cases(name: str) -> list[Case]:
    """Labelled sentences of a file with what was found; those that a lawyer might label otherwise are left out."""
    groups = yaml.safe_load((LABELLED / f"labelled_{name}.yaml").read_text(encoding="utf-8"))
    return [
        Case(text, language, group["verdict"], worst(text, language))
        for group in groups
        if not group.get("borderline")
        for language in LANGUAGES
        for text in group.get(language, ())
    ]


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:5.1f} % ({part}/{whole})" if whole else "  –"


def report(name: str, cases: list[Case], misses: bool) -> None:
    print(f"\n{name}: {len(cases)} sentences")
    for language in (*LANGUAGES, "both"):
        chosen = [case for case in cases if language in (case.language, "both")]
        forbidden = [case for case in chosen if case.is_forbidden]
        allowed = [case for case in chosen if not case.is_forbidden]
        print(
            f"  {language:5} forbidden blocked {share(sum(c.found.blocks for c in forbidden), len(forbidden))}"
            f"  permitted blocked {share(sum(c.found.blocks for c in allowed), len(allowed))}"
            f"  exact {share(sum(c.found.verdict == c.wanted for c in chosen), len(chosen))}"
            f"  warned {share(sum(c.found.severity == 'warn' for c in chosen), len(chosen))}"
        )
    for language in LANGUAGES:
        report_verdicts(language, [case for case in cases if case.language == language])
    report_confusion(cases)
    if misses:
        for case in cases:
            blocks_wrongly = case.found.blocks != case.is_forbidden
            if case.found.verdict != case.wanted or blocks_wrongly:
                mark = "!!" if blocks_wrongly else "  "
                print(
                    f"  {mark} {case.language} {case.wanted} → {case.found.severity} {case.found.verdict}: {case.text}"
                )
                print(f"       {case.found.why}")


def report_verdicts(language: Language, cases: list[Case]) -> None:
    for verdict in VERDICTS:
        wanted = [case for case in cases if case.wanted == verdict]
        found = [case for case in cases if case.found.verdict == verdict]
        right = sum(case.found.verdict == verdict for case in wanted)
        print(f"  {language} {verdict:20} precision {share(right, len(found))}  recall {share(right, len(wanted))}")


def report_confusion(cases: list[Case]) -> None:
    counts = Counter((case.wanted, case.found.verdict) for case in cases)
    print(f"  {'wanted, then found as':22}" + "".join(f"{verdict[:12]:>14}" for verdict in VERDICTS))
    for wanted in VERDICTS:
        print(f"  {wanted:22}" + "".join(f"{counts[wanted, found] or '·':>14}" for found in VERDICTS))


def timed(run: Callable[[], object]) -> float:
    started = time.process_time()
    run()
    return time.process_time() - started


def split_and_stem(text: str, language: Language) -> int:
    """The least any check by words must do: sentences, words, stems."""
    stemmer = Stemmer.Stemmer(STEMMERS[language])
    return sum(len(stemmer.stemWords(re.findall(r"\w+", unit))) for unit in re.split(r"(?<=[.!?])\s+|\n+", text))


def report_time(cases: list[Case]) -> None:
    print("\nTime beside splitting and stemming the same text")
    for language in LANGUAGES:
        text = "\n".join(case.text for case in cases if case.language == language)
        check_text("warm up", language)
        stem, check = timed(lambda: split_and_stem(text, language)), timed(lambda: check_text(text, language))
        print(f"  {language}: stem {stem * 1e3:7.1f} ms   check {check * 1e3:7.1f} ms   ratio {check / stem:.2f}")
    print("\nTime per character")
    chance = random.Random(1)  # noqa: S311 - not for secrets
    prose = " ".join(case.text for case in cases if case.language == "nl") + "\n"
    shapes: dict[str, Callable[[int], str]] = {
        "prose": lambda size: (prose * (size // len(prose) + 1))[:size],
        "one line": lambda size: (prose.replace("\n", " ").replace(".", ",") * (size // len(prose) + 1))[:size],
        "one word": lambda size: "a" * size,
        "brackets": lambda size: "[" * (size // 2) + "]" * (size // 2),
        "angles": lambda size: "<a " * (size // 3),
        "comments": lambda size: "<!--" * (size // 4),
        "random letters": lambda size: "".join(chance.choices("abcdefghijklmnopqrstuvwxyz    ", k=size)),
        "random bytes": lambda size: chance.randbytes(size).decode("utf-8", errors="replace"),
    }
    for name, make in shapes.items():
        row = []
        for power in range(3, 7):
            text = make(10**power)
            row.append(f"10^{power}: {timed(lambda: check_text(text, 'nl')) / len(text) * 1e6:7.2f} µs")
        print(f"  {name:15} " + "  ".join(row))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("benchmark", choices=["claims"])
    parser.add_argument("--heldout", action="store_true", help="also the part looked at for the report only")
    parser.add_argument("--misses", action="store_true", help="show the sentences judged otherwise than labelled")
    parser.add_argument("--no-time", action="store_true")
    chosen = parser.parse_args()
    develop = read_cases("develop")
    report("develop", develop, chosen.misses)
    for name in _DEVELOPED_ON:
        report(name, read_cases(name), chosen.misses)
    for name in _KEPT_APART if chosen.heldout else ():
        report(name, read_cases(name), chosen.misses)
    if not chosen.no_time:
        report_time(develop)


if __name__ == "__main__":
    main()
