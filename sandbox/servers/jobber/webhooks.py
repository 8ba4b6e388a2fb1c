"""How a webhook is signed; none is delivered yet."""

from __future__ import annotations

import base64
import hashlib
import hmac

SIGNATURE_HEADER = "X-Jobber-Hmac-SHA256"


def signature(client_secret: str, body: bytes) -> str:
    """Base64 of the HMAC-SHA256 of the raw body, keyed with the app's OAuth client secret."""
    return base64.b64encode(hmac.new(client_secret.encode(), body, hashlib.sha256).digest()).decode()
