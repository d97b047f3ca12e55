"""Staff accounts: sessions, throttle, invitations, second factor.

As in the edits, nothing here commits, and nothing reads the clock: the caller passes the time.
"""

from catalog.accounts.refusals import AccountError, Refusal
from catalog.accounts.tokens import Purpose, Vault

__all__ = ["AccountError", "Purpose", "Refusal", "Vault"]
