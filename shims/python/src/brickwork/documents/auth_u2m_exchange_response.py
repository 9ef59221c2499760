"""Response of auth.u2m_exchange."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brickwork.documents._base import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthU2mExchangeResponse(Document):
    """Response of auth.u2m_exchange.

    Attributes:
        expires_at_ms: When the credential ends, Unix time in milliseconds; null: not known, in ms.
        kept_in: The file.
        refresh_token: For the host to keep, for this connection and user, and to hand over by client_set_secret the
            next time.
        access_token: When the application may not have a refresh token.
    """

    expires_at_ms: int | None = None
    kept_in: str | None = None
    refresh_token: str | None = None
    access_token: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> AuthU2mExchangeResponse:
        return cls(
            expires_at_ms=document.get("expires_at_ms"),
            kept_in=document.get("kept_in"),
            refresh_token=document.get("refresh_token"),
            access_token=document.get("access_token"),
            raw=document,
        )
