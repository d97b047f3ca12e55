"""Amounts as names and labels say them."""

import pytest

from catalog.exchange.layouts.amounts import LabelAmounts, Portion, daily_portion, label_amounts, serving
from catalog.models import DosageForm


@pytest.mark.parametrize(
    ("text", "pieces", "content", "form"),
    [
        ("60 tabletten", 60, None, DosageForm.TABLET),
        ("90 caps", 90, None, DosageForm.CAPSULE),
        ("MAGNESIUMCITRAAT 200 60 TABL", 60, None, DosageForm.TABLET),
        ("Magnesium 3 vormen 120 vcaps", 120, None, DosageForm.CAPSULE),
        ("Magnesium malaat - 120 caps", 120, None, DosageForm.CAPSULE),
        ("Magnesium 400 - 60 caps", 60, None, DosageForm.CAPSULE),
        ("citroen / 60 caps", 60, None, DosageForm.CAPSULE),
        ("1.000 tabletten", 1000, None, DosageForm.TABLET),
        ("Magnesium 400 mg 100 bruistabletten", 100, None, DosageForm.TABLET),
        ("Magnesiumpoeder citraat 250 gr", None, "250 g", DosageForm.POWDER),
        ("Magnesiumpoeder 1,5 kg", None, "1500 g", DosageForm.POWDER),
        ("Magnesiumsiroop 0,5 L", None, "500 ml", DosageForm.LIQUID),
        ("Magnesium 400 mg", None, None, None),
        ("2 capsules per dag", None, None, DosageForm.CAPSULE),
        ("per 2 capsules 200 mg", None, None, DosageForm.CAPSULE),
    ],
)
def test_clear_words_are_read(text: str, pieces: int | None, content: str | None, form: DosageForm | None) -> None:
    found = label_amounts(text)
    assert (found.pieces, str(found.content or "") or None, found.dosage_form) == (pieces, content, form)
    assert (found.unclear_pieces, found.unclear_content, found.box) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2 x 30", LabelAmounts(unclear_pieces=60)),
        ("2 x 250 g", LabelAmounts(unclear_content="500 g")),
        ("12 x 60", LabelAmounts(unclear_pieces="", box="12 x 60")),
        ("60 + 30 stuks", LabelAmounts(unclear_pieces="")),
        ("60 - 90 stuks", LabelAmounts(unclear_pieces="")),
        ("60/120 stuks", LabelAmounts(unclear_pieces="")),
        ("1 g, 60 stuks", LabelAmounts(pieces=60, unclear_content="")),
        ("0,25 g", LabelAmounts(unclear_content="")),
    ],
)
def test_what_has_two_readings_is_left_open(text: str, found: LabelAmounts) -> None:
    assert label_amounts(text) == found


@pytest.mark.parametrize(
    ("text", "portion"),
    [
        ("2 tabletten per dag", Portion(2)),
        ("2 x daags 1", Portion(2)),
        ("3x daags 2 capsules", Portion(6)),
        ("2", Portion(2)),
        ("1-2 capsules", Portion(None)),
        ("1 à 2 per dag", Portion(None)),
        ("1 maatschep (5 g)", Portion(None, "1 scoop of 5 g")),
        ("2 capsules, verdeeld over de dag", Portion(None, 2)),
        ("naar behoefte", Portion(None)),
        ("20 ml", Portion(None)),
        ("2 maatscheppen 10 ml", Portion(None, "2 scoop of 10 ml")),
    ],
)
def test_a_daily_portion_is_read_or_left_open(text: str, portion: Portion) -> None:
    assert daily_portion(text) == portion


def test_a_serving_is_pieces_or_nothing() -> None:
    assert serving("2 capsules (1,6 g)") == (2, "capsule")
    assert serving("5 g") is None
