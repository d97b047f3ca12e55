"""Made-up products in any number, for trials and benchmarks; the same seed and count give the same catalogue."""

import random
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import product as pairs
from pathlib import Path
from typing import Any

import msgspec
import yaml
from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.composition import LabelLine, magnesium_in, work_out
from catalog.edits.edit import Author, Edit
from catalog.edits.store import begin_writing, write
from catalog.edits.validation import ValidatedProduct
from catalog.models import Allergen, Brand, DosageForm, How, Product, Status, Unit
from catalog.product_state import ProductState
from recommend.chemistry import UG_PER_MG
from recommend.knowledge import Ruleset
from recommend.substances import read_ingredients
from recommend.text import LANGUAGES, Language, Text

CHUNK = 8000
"""Products written at a time; limits the memory used."""
WORDS = Path(__file__).parent / "made_up.yaml"
SOURCE_UG = 56_250
"""Elemental magnesium in a daily portion from which the authorised claims may be used."""
COMMON = {"citrate": 24, "bisglycinate": 20, "oxide": 16, "glycinate": 10, "taurate": 8, "malate": 5, "chloride": 4}
"""Relative frequencies of the common forms; other forms have 1."""
CENTS_PER_GRAM = {"citrate": 80, "bisglycinate": 160, "glycinate": 140, "oxide": 25, "taurate": 260}
"""The approximate price of a gram of elemental magnesium; other forms cost 120."""
MOST_BRANDS = 400
LEAST_CENTS = 295
WITH_COMPOUND, WITHOUT_CLAIM, SOLD_OUT = 0.4, 0.7, 0.08
"""Shares of the products: with the compound on the label too, without a claim, sold out."""
FILLED_UG = 120_000
"""The approximate elemental magnesium in a gram of filled product."""


class NotEmptyError(ValueError):
    """The catalogue to fill has products already."""


class MadeUpBrands(Struct, frozen=True, forbid_unknown_fields=True):
    first: tuple[str, ...]
    second: tuple[str, ...]
    address: str


class Make(Struct, frozen=True, forbid_unknown_fields=True):
    """One recipe of a dosage form, with its texts on the label."""

    summary: Text
    ingredients: Text
    vegan: bool
    allergens: tuple[Allergen, ...] = ()


class Kind(Struct, frozen=True, forbid_unknown_fields=True):
    """A dosage form with its packs and portions; `mg` is elemental magnesium per unit."""

    dosage_form: DosageForm
    unit: Unit
    weight: int
    mg: tuple[int, ...]
    packs: tuple[int, ...]
    portions: tuple[int, ...]
    name: Text
    portion: tuple[Text, Text]
    directions: Text
    makes: tuple[Make, ...]


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    brands: MadeUpBrands
    series: tuple[Text, ...]
    claims: tuple[Text, ...]
    storage: tuple[Text, ...]
    kinds: tuple[Kind, ...]


def make_up_catalogue(
    session: Session,
    count: int,
    *,
    seed: int,
    ruleset: Ruleset,
    progress: Callable[[int], object] = int,
) -> None:
    """Fill an empty catalogue with `count` published products in one transaction.

    `progress` gets the number of products so far. Raises NotEmptyError.
    """
    begin_writing(session)
    if present := session.scalar(select(func.count()).select_from(Product)):
        raise NotEmptyError(f"the catalogue holds {present} products already; only an empty one can be filled")
    words, chance = read_words(), random.Random(seed)  # noqa: S311 - no secrets
    brands = _make_up_brands(words.brands, count, chance)
    session.add_all(Brand(name=name, address=address, invented=True) for name, address in brands)
    session.flush()
    maker, author = Maker(words, [name for name, _ in brands], chance, ruleset), Author(who="", how=How.SAMPLE)
    for first in range(1, count + 1, CHUNK):
        edits = [Edit(maker.product(number)) for number in range(first, min(first + CHUNK, count + 1))]
        write(session, edits, author)
        progress(first + len(edits) - 1)


def read_words() -> Words:
    return msgspec.convert(yaml.load(WORDS.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader), Words)


def _make_up_brands(words: MadeUpBrands, count: int, chance: random.Random) -> list[tuple[str, str]]:
    """Names and addresses."""
    names = ["".join(pair) for pair in pairs(words.first, words.second)]
    chosen = chance.sample(names, min(MOST_BRANDS, max(1, count // 10)))
    return [(name, words.address.format(number=number)) for number, name in enumerate(chosen, start=1)]


class Maker:
    """Makes up one product after the other."""

    def __init__(self, words: Words, brands: Sequence[str], chance: random.Random, ruleset: Ruleset) -> None:
        self.words, self.brands, self.chance, self.ruleset = words, brands, chance, ruleset
        forms = ruleset.forms.values()
        self.upper_limit_ug = ruleset.manifest.dose.upper_limit_mg * UG_PER_MG
        self.permitted = [
            form.id
            for form in forms
            if ruleset.forms[form.record].annex_ii is not None and not _brings_another_active(form.name)
        ]
        self.form_weights = [COMMON.get(form, 1) for form in self.permitted]
        self.kind_weights = [kind.weight for kind in words.kinds]
        self.worked_out = lru_cache(4096)(lambda line: work_out(line, ruleset))

    def product(self, number: int) -> ValidatedProduct:
        """The next product; `number` makes it different from the others.

        It skips `validate`: a test checks that its result is equal, and that no text has a problem.
        """
        brand = self.chance.choice(self.brands)
        kind = self.chance.choices(self.words.kinds, self.kind_weights)[0]
        composition = self._composition(self.chance.choice(kind.mg))
        state = self._state(number, brand, kind, composition)
        lines = tuple(self.worked_out(line) for line in composition)
        return ValidatedProduct(state, magnesium_in(lines), findings=(), not_permitted=(), publish_blockers=())

    def _composition(self, magnesium_mg: int) -> tuple[LabelLine, ...]:
        """One to three forms in whole milligrams per unit; some labels give the compound too."""
        how_many = self.chance.choices((1, 2, 3), (85, 12, 3))[0]
        forms = list(dict.fromkeys(self.chance.choices(self.permitted, self.form_weights, k=how_many)))
        share = magnesium_mg // len(forms)
        amounts = [magnesium_mg - share * (len(forms) - 1)] + [share] * (len(forms) - 1)
        lines = [LabelLine(form, elemental_ug=mg * UG_PER_MG) for form, mg in zip(forms, amounts, strict=True)]
        if self.chance.random() < WITH_COMPOUND:
            lines = [
                LabelLine(line.form, compound_ug=self.worked_out(line).compound_ug, elemental_ug=line.elemental_ug)
                for line in lines
            ]
        return tuple(lines)

    def _state(self, number: int, brand: str, kind: Kind, composition: tuple[LabelLine, ...]) -> ProductState:
        pick = self.chance.choice
        make, pack, per_day, series = pick(kind.makes), pick(kind.packs), pick(kind.portions), pick(self.words.series)
        names = [self.ruleset.forms[line.form].name for line in composition]
        main, magnesium_ug = names[0], sum(line.elemental_ug or 0 for line in composition)
        per_day = min(per_day, max(1, self.upper_limit_ug // magnesium_ug))
        label = {"mg": magnesium_ug // UG_PER_MG, "pack": pack, "count": per_day}
        listed = _both(lambda lang: ", ".join(name.in_language(lang) for name in names))
        texts = {
            "name": _both(lambda lang: f"{series.in_language(lang)} {_filled_in(kind.name, lang, form=main, **label)}"),
            "summary": self._summary(make, magnesium_ug * per_day),
            "ingredients": _both(lambda lang: _capitalised(_filled_in(make.ingredients, lang, compounds=listed))),
            "directions": _both(
                lambda lang: _filled_in(
                    kind.directions, lang, units=_filled_in(kind.portion[per_day > 1], lang, **label)
                )
            ),
            "storage": pick(self.words.storage),
        }
        return ProductState(
            sku=f"{brand[:3]}-{composition[0].form[:3]}-{number:07}".upper(),
            slug=f"{brand}-{series.nl}-{main.nl}-{number}".lower(),
            status=Status.PUBLISHED,
            brand=brand,
            composition=composition,
            **_in_both(texts),
            dosage_form=kind.dosage_form,
            unit=kind.unit,
            units_per_pack=pack,
            units_per_day=per_day,
            net_quantity=pack if kind.dosage_form is DosageForm.LIQUID else max(1, magnesium_ug * pack // FILLED_UG),
            vegan=make.vegan,
            allergens=make.allergens,
            allergens_stated=True,
            other_actives_stated=True,
            price_cents=self._price_cents(composition[0].form, magnesium_ug * pack),
            stock=0 if self.chance.random() < SOLD_OUT else self.chance.randint(1, 300),
        )

    def _summary(self, make: Make, magnesium_per_day_ug: int) -> Text:
        if magnesium_per_day_ug < SOURCE_UG or self.chance.random() < WITHOUT_CLAIM:
            return make.summary
        claim = self.chance.choice(self.words.claims)
        return Text(f"{make.summary.nl} {claim.nl}", f"{make.summary.en} {claim.en}")

    def _price_cents(self, form: str, magnesium_ug: int) -> int:
        """Half to double the usual price of the form, ending in 5."""
        usual = CENTS_PER_GRAM.get(form, 120) * magnesium_ug / 1_000_000
        cents = int(usual * 2 ** self.chance.uniform(-1, 1)) + LEAST_CENTS
        return cents // 10 * 10 + 5


def _brings_another_active(name: Text) -> bool:
    """Whether a form is a source of something else too, such as vitamin C, whose amount a label would give."""
    return any(read_ingredients(name.in_language(language), language).other_actives for language in LANGUAGES)


def _both(text: Callable[[Language], str]) -> Text:
    return Text(text("nl"), text("en"))


def _in_both(texts: dict[str, Text]) -> dict[str, Any]:
    return {f"{name}_{lang}": text.in_language(lang) for name, text in texts.items() for lang in LANGUAGES}


def _filled_in(pattern: Text, language: Language, **words: object) -> str:
    """A pattern with its words filled in; words of type Text in the same language."""
    spoken = {key: word.in_language(language) if isinstance(word, Text) else word for key, word in words.items()}
    return pattern.in_language(language).format(**spoken)


def _capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
