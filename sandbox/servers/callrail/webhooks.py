"""How CallRail signs what it posts."""

from __future__ import annotations

import base64
import hashlib
import hmac


def signature(signing_key: str, body: bytes) -> str:
    """The header `Signature`: base64 of the HMAC-SHA1 over the raw body, with the company's signing key."""
    return base64.b64encode(hmac.new(signing_key.encode(), body, hashlib.sha1).digest()).decode()
