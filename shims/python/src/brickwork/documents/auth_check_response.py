"""Response of auth.check."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brickwork.documents._base import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthCheckResponse(Document):
    """Response of auth.check.

    Attributes:
        sources: Where each setting came from, never its value.
    """

    user_name: str | None = None
    auth_type: str
    host: str
    workspace_id: str | None = None
    sources: dict[str, str]
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> AuthCheckResponse:
        return cls(
            user_name=document.get("user_name"),
            auth_type=document["auth_type"],
            host=document["host"],
            workspace_id=document.get("workspace_id"),
            sources=document["sources"],
            raw=document,
        )
