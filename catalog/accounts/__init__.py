"""Who may work on the catalogue: accounts, sessions, throttle, invitations, second factor.

Like the edits, nothing here commits, and nothing asks the clock: the caller says what time it is.
"""

from catalog.accounts.refusals import AccountError, Refusal
from catalog.accounts.tokens import Vault

__all__ = ["AccountError", "Refusal", "Vault"]
