"""Response of group.lint."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brickwork.documents._base import Document, many
from brickwork.documents.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLintResponse(Document):
    """Response of group.lint.

    Attributes:
        ok: No finding is an error.
    """

    ok: bool
    findings: tuple[Finding, ...]
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> GroupLintResponse:
        return cls(
            ok=document["ok"],
            findings=many(Finding.read)(document["findings"]),
            raw=document,
        )
