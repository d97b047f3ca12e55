"""Secret links of mails: a token that follows from an order's number and the shop's key; the store has its hash.

So a mail can name the link at any time, and who reads the store cannot.
"""

import base64
import hashlib
import hmac

from shop.web.services import Services

TOKEN_BYTES = 24


def order_token(shared: Services, number: str) -> str:
    """The token of an order: 192 bits, as letters, digits, - and _."""
    digest = hmac.digest(shared.settings.secret_key.encode(), f"order link {number}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).decode()


def restock_token(shared: Services, link_key: str) -> str:
    """The token of a wish to be mailed when a product is back, in the same form."""
    digest = hmac.digest(shared.settings.secret_key.encode(), f"restock link {link_key}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).decode()


def token_hash(token: str) -> str:
    """The hash of a token, as the store has it."""
    return hashlib.sha256(token.encode()).hexdigest()
