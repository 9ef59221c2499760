"""Response of auth.headers: holds the credential, for the host alone."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brickwork.documents._base import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthHeadersResponse(Document):
    """Response of auth.headers: holds the credential, for the host alone.

    Attributes:
        headers: Of each request, by name: secrets.
        expires_at_ms: When the credential ends, Unix time in milliseconds; null: not known, in ms.
        refresh_token: When it was asked for; null: the login has none.
    """

    headers: dict[str, str]
    auth_type: str
    host: str
    expires_at_ms: int | None = None
    refresh_token: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> AuthHeadersResponse:
        return cls(
            headers=document["headers"],
            auth_type=document["auth_type"],
            host=document["host"],
            expires_at_ms=document.get("expires_at_ms"),
            refresh_token=document.get("refresh_token"),
            raw=document,
        )
