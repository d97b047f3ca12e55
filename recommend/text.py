"""Languages of the shop, and text in all of them."""

from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

NonEmpty = Annotated[str, Meta(min_length=1, pattern=r"\S")]
"""String with at least one character that is not white space."""


class Text(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One text in Dutch and in English; neither may be missing or empty."""

    nl: NonEmpty
    en: NonEmpty

    def in_language(self, language: Language) -> str:
        """The text in one language."""
        return self.nl if language == "nl" else self.en
