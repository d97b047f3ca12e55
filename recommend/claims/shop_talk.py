"""Soft words that are about buying: `peace of mind`, `no stress`, `balance`."""

from recommend.claims.lexicon import Mention
from recommend.claims.reading import EFFECTS, Reading

_SOFT = frozenset(["relaxation", "stress", "mood", "haven", "end-of-day"])


def is_about_the_shop(reading: Reading, mention: Mention) -> bool:
    """`No stress: you have 30 days to change your mind`, and not `Order now for more peace of mind`."""
    if mention.concept.id not in _SOFT:
        return False
    others = [token.text for place, token in enumerate(reading.tokens) if place not in reading.topic_places]
    if all(text.isdecimal() or not text.isalnum() for text in others) and any(text.isdecimal() for text in others):
        return True  # `Balance: € 0,00`
    if not reading.has("trade") or reading.has(
        *EFFECTS, "influence", "role", "needed", "stronger", "nutrient", "mineral-form", "gone", "night"
    ):
        return False
    before = [token.text for token in reading.tokens[max(0, mention.first - 3) : mention.first]]
    return not {"voor", "for", "meer", "more", "weer", "again", "tegen", "against"} & set(before)
