"""Response of rest."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brickwork.documents._base import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class RestResponse(Document):
    """Response of rest.

    Attributes:
        body: Null when there was none.
    """

    http_status: int
    body: Any
    request_id: str
    attempts: int
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> RestResponse:
        return cls(
            http_status=document["http_status"],
            body=document["body"],
            request_id=document["request_id"],
            attempts=document["attempts"],
            raw=document,
        )
