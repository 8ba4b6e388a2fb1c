"""How a sender signs an event that it posts."""

from __future__ import annotations

import hashlib
import hmac


def signature(secret: str, sent_at: int, body: bytes) -> str:
    """The header `X-Call-Signature`: HMAC-SHA256 over the Unix time, a dot, and the raw body."""
    digest = hmac.new(secret.encode(), f"{sent_at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={sent_at},v1={digest}"
