"""`shop content claims`."""

import json

from click.testing import CliRunner, Result

from shop.cli.content import content


def claims(*arguments: str) -> Result:
    return CliRunner().invoke(content, ["claims", *arguments])


def test_a_substance_shows_its_claims_with_words_amount_and_marks() -> None:
    shown = claims("vitamine B6").stdout
    for words in (
        "“Vitamine B6 draagt bij tot de vermindering van vermoeidheid en moeheid\u00a0†”",
        "“Vitamin B6 contributes to the reduction of tiredness and fatigue”",
        "minstens 0,21 mg per dagportie",
        "Nederlands naar dezelfde claim op een andere stof; EFSA Journal 2009;7(9):1225",
        "afgewezen: mentale prestaties, concentratie\u00a0†: mag niet",
        "† niet in de bron zelf gelezen",
    ):
        assert words in shown, words
    english = claims("zinc", "--lang", "en").stdout
    assert "at least 1.5 mg per daily portion" in english
    assert "draagt" not in english


def test_what_is_on_hold_or_cannot_be_used_is_said() -> None:
    assert "may not be said (CJEU C-386/23)" in claims("valerian", "--lang", "en").stdout
    turmeric = claims("turmeric", "--lang", "en").stdout
    assert "on hold: joints, suppleness\u00a0†: ask a person" in turmeric
    assert "No authorised health claim can be used" in turmeric
    assert "cannot be used in the Netherlands" in claims("melatonin", "--lang", "en").stdout


def test_json_never_calls_a_dutch_wording_official() -> None:
    (entry,) = json.loads(claims("zinc", "--format", "json").stdout)
    assert entry["substance"] == "zinc"
    claim = next(claim for claim in entry["claims"] if claim["id"] == "zinc.immune_system")
    assert (claim["needed_per_day"], claim["unit"], claim["status"]) == (1.5, "mg", "authorised")
    assert claim["nl_mark"] == "secondary"
    assert not any(claim["nl_official"] for claim in entry["claims"])


def test_an_unknown_substance_is_wrong_use_and_near_names_are_given() -> None:
    result = claims("asjwagandha")
    assert result.exit_code == 2
    assert "onbekende stof: asjwagandha; bedoelt u: Ashwagandha" in result.stderr
    assert claims("qqqq", "--lang", "en").stderr == "Error: unknown substance: qqqq\n"
