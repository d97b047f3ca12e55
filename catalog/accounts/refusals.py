"""Reasons to refuse a change of an account; the shop words them."""

from enum import StrEnum


class Refusal(StrEnum):
    EMAIL_WRONG = "email_wrong"
    EMAIL_TAKEN = "email_taken"
    PASSWORD_SHORT = "password_short"  # noqa: S105 - a reason, no password
    PASSWORD_LONG = "password_long"  # noqa: S105 - likewise
    PASSWORD_NAMES_ACCOUNT = "password_names_account"  # noqa: S105 - likewise
    PASSWORD_PLAIN = "password_plain"  # noqa: S105 - likewise
    PASSWORD_COMMON = "password_common"  # noqa: S105 - likewise
    INVITATION_GONE = "invitation_gone"
    LAST_OWNER = "last_owner"


class AccountError(ValueError):
    """A refused creation or change of an account."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
