"""Response of auth.create_app."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brickwork.documents._base import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthCreateAppResponse(Document):
    """Response of auth.create_app.

    Attributes:
        existed: Whether there was one of that name, which stays as it is.
        client_secret: Of a new confidential application; Databricks tells it only now.
    """

    existed: bool
    integration_id: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> AuthCreateAppResponse:
        return cls(
            existed=document["existed"],
            integration_id=document.get("integration_id"),
            client_id=document.get("client_id"),
            client_secret=document.get("client_secret"),
            raw=document,
        )
