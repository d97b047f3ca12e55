"""Mutation testing of the code where a slip costs most: `uv run shop dev bench code_mutation [PART…]`.

Each mutant has one change, by an operator of cosmic-ray or one of our own (`tests/bench/mutants/operators.py`), and the
tests of its part run on it in a copy of the checkout. It is killed when one fails or they take too long. Survivors
stand in SURVIVORS with the reason; the command fails when more than 5 % of a part survive, or one without a reason.

Left out: annotations and names of types, docstrings, f-strings, what `raise` says, `frozen` and `gc` of Structs, and
`is` for `==` or the other way round.
"""

import sys
import time
from collections.abc import Iterator

from msgspec import Struct

from tests.bench.mutants.making import Mutant, mutants
from tests.bench.mutants.sandbox import ROOT, Sandbox, sandbox

AT_MOST_SURVIVE = 0.05

Stage = tuple[str, ...]
"""Arguments of pytest."""


class Part(Struct, frozen=True):
    """Files, or functions of files, and the tests of them: each stage runs on what survived the one before."""

    files: dict[str, frozenset[str]]
    stages: tuple[Stage, ...]


def whole(*files: str) -> dict[str, frozenset[str]]:
    return dict.fromkeys(files, frozenset[str]())


PARTS = {
    "pricing": Part(whole("catalog/prices.py"), (("tests/catalog/test_prices.py",),)),
    "reductions": Part(
        whole("catalog/edits/price_reductions.py"), (("tests/catalog/edits/test_price_reductions.py",),)
    ),
    "doses": Part(
        {"recommend/engine.py": frozenset({"set_dose"}), **whole("catalog/advice/suggest.py")},
        (
            ("tests/recommend/test_cases.py", "tests/catalog/advice/test_suggest.py"),
            (
                "tests/recommend/test_design.py::test_the_dose_itself_never_goes_below_0",
                "tests/recommend/test_advice_json.py",
            ),
        ),
    ),
    "dose-proofs": Part(
        whole("recommend/verify/dose.py"),
        (
            (
                "tests/recommend/verify/test_engine_faults.py",
                "tests/recommend/verify/test_extremes.py",
                "tests/recommend/verify/test_holds.py",
            ),
        ),
    ),
    "permissions": Part(
        {
            **whole("shop/admin/permissions.py", "shop/admin/guard.py"),
            "shop/admin/products/request.py": frozenset({"require_right_to_change"}),
        },
        (
            ("tests/shop/admin/test_permissions.py", "-k", "editors_draft or declaration_leaves"),  # without any shop
            ("tests/shop/admin/test_permissions.py",),
            (
                "tests/shop/admin/test_sign_in.py",
                "tests/shop/admin/test_rights_by_status.py",
                "tests/shop/api/test_advice.py::test_the_advice_has_exactly_the_keys_of_its_type",
            ),
        ),
    ),
    "security-headers": Part(
        whole("shop/web/security.py"),
        (
            ("tests/shop/web/test_security_headers.py",),
            (
                "tests/shop/finder/test_privacy.py",
                "tests/shop/admin/test_sign_in.py",
                "tests/shop/api/test_problems.py",
            ),
        ),
    ),
    "formula-guard": Part(
        whole("catalog/exchange/formula_guard.py"), (("tests/catalog/exchange/test_formula_guard.py",),)
    ),
    "restore": Part(
        whole("catalog/db/backup.py", "catalog/db/copying.py"),
        (
            ("tests/shop/cli/test_db.py", "-k", "not postgresql"),
            ("tests/catalog/db/test_backup.py", "-k", "not postgresql"),
            ("tests/catalog/db/test_backup.py", "-k", "postgresql"),
        ),
    ),
}

ONLY_TWO = "of the two kinds of database SQLite comes after PostgreSQL in the alphabet"

SURVIVORS: dict[str, dict[tuple[str, str], str]] = {
    "catalog/prices.py": {
        ("NumberReplacer", "return (cents * 200 + 99 + percent) // (2 * (100 + percent))"): (
            "an even divisor: no multiple of it lies between the two dividends"
        ),
    },
    "catalog/edits/price_reductions.py": {
        (
            "ReplaceComparisonOperator_Gt_GtE",
            "in_window = [before_window[-1], *(point for point in earlier if point.at >= opens)]",
        ): "a product has one price a moment, and the price of this one is in the list already",
    },
    "catalog/advice/suggest.py": {
        ("ReplaceBinaryOperator_Sub_BitXor", "empty = set(suitable) ^ {advised.form for advised in found}"): (
            "products are found for suitable forms alone"
        ),
        (
            "ReplaceComparisonOperator_Eq_LtE",
            'dosage_form=None if answers.dosage_form <= "any" else DosageForm(answers.dosage_form),',
        ): "every name of a dosage form comes after that word",
        ("ReplaceString", 'digits = f"{rest:0{places}d}".rstrip("0X")'): "no number has that letter",
    },
    "recommend/verify/dose.py": {
        (
            "ReplaceBinaryOperator_BitOr_BitXor",
            'DOSE_ATOMS = atoms_of_answer("supplement_mg") ^ atoms_of_answer("sex")',
        ): ("two answers have no atom in common"),
        (
            "ReplaceString",
            'yield together("dose", claim, (prove("doseX", claim, cone, _above_limit(ruleset)) for cone in cones))',
        ): "only the property of the whole is kept",
    },
    "shop/admin/permissions.py": {
        ("ReplaceString", '_DECLARED = "admin_actionX"'): "a name that is written and read by this constant alone",
    },
    "shop/admin/guard.py": {
        ("ReplaceComparisonOperator_Eq_LtE", 'if request.method <= "GET":'): (
            "no page takes a method that comes before GET in the alphabet"
        ),
        (
            "ReplaceComparisonOperator_Eq_LtE",
            'url_for("admin.sign_in", next=None if here <= url_for("admin.dashboard") else here), HTTPStatus.SEE_OTHER',
        ): "every other address of the admin comes after that of the overview",
        ("ReplaceString", 'view = current_app.view_functions.get(request.endpoint or "X")'): "no view has that name",
    },
    "catalog/db/backup.py": {
        (
            "ReplaceTrueWithFalse",
            'with archive.open(_member(table.name), "w", force_zip64=False) as member:',
        ): "shows from 2 GiB in one table on",
        ("DeleteCall", "without raw.flush()"): "the end of a ZIP file is flushed when it is written",
    },
    "catalog/db/copying.py": {
        (
            "ReplaceComparisonOperator_Eq_LtE",
            'if connection.dialect.name <= "postgresql" and isinstance(_plain(column), String):',
        ): ONLY_TWO,
        ("ReplaceComparisonOperator_Eq_LtE", 'if connection.dialect.name <= "postgresql":'): ONLY_TWO,
        (
            "ReplaceComparisonOperator_NotEq_Gt",
            'if connection.dialect.name > "postgresql" or numbered is None:',
        ): ONLY_TWO,
        **{
            (
                "NumberReplacer",
                f"return all(connection.execute(select({asked}).select_from(table).limit({rows})).first() is None"
                " for table in mine)",
            ): "any row will do, whatever is asked of it"
            for asked, rows in ((" 2", "1"), (" 0", "1"), ("1", " 2"))
        },
    },
}
"""By file, then operator and changed line: the reason why a mutant may survive."""


class Tally(Struct):
    mutants: int = 0
    survivors: int = 0
    without_reason: int = 0

    @property
    def fails(self) -> bool:
        return bool(self.without_reason) or self.survivors > AT_MOST_SURVIVE * self.mutants


def try_part(part: Part, place: Sandbox) -> Tally:
    """Try every mutant of a part, and print those that survive."""
    stages = [(stage, 10 + 3 * place.first_run(stage)) for stage in part.stages]
    tally = Tally()
    expected = {(file, operator, line) for file in part.files for operator, line in SURVIVORS.get(file, {})}
    for file, mutant in _mutants_of(part):
        tally.mutants += 1
        with place.changed(file, mutant.code):
            if any(place.run(stage, timeout) != 0 for stage, timeout in stages):
                continue
        reason = SURVIVORS.get(file, {}).get((mutant.operator, mutant.line))
        tally.survivors += 1
        tally.without_reason += reason is None
        expected.discard((file, mutant.operator, mutant.line))
        print(f"  survives: {file}: {mutant.operator}: {mutant.line}\n    {reason or 'NO REASON GIVEN'}", flush=True)
    for known in sorted(expected):
        print(f"  killed by now, and still in SURVIVORS: {': '.join(known)}", flush=True)
    return tally


def _mutants_of(part: Part) -> Iterator[tuple[str, Mutant]]:
    for file, functions in part.files.items():
        for mutant in mutants((ROOT / file).read_text(), functions):
            yield file, mutant


def main() -> None:
    names = sys.argv[2:] or list(PARTS)
    if unknown := [name for name in names if name not in PARTS]:
        raise SystemExit(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    failed = []
    for name in names:
        begun = time.monotonic()
        print(f"{name}:", flush=True)
        with sandbox() as place:
            tally = try_part(PARTS[name], place)
        killed, seconds = tally.mutants - tally.survivors, time.monotonic() - begun
        print(
            f"{name}: {tally.mutants} mutants, {killed} killed, {tally.survivors} survive; {seconds:.0f} s", flush=True
        )
        failed += [name] * tally.fails
    if failed:
        raise SystemExit(f"too many survivors, or some without a reason: {', '.join(failed)}")
