"""Response of run.attach."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brickwork.documents._base import Document
from brickwork.documents.handle import Handle


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAttachResponse(Document):
    """Response of run.attach."""

    handle: Handle
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> RunAttachResponse:
        return cls(
            handle=Handle.read(document["handle"]),
            raw=document,
        )
