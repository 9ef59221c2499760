"""One thing that is wrong with a document."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from brickwork.documents._base import Document

FindingSeverity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(Document):
    """One thing that is wrong with a document.

    Attributes:
        pointer: RFC 6901, into the document as it was sent.
        rule: Stable name, such as unknown_dependency.
        fix: What to write instead.
    """

    severity: FindingSeverity
    pointer: str
    rule: str
    message: str
    fix: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> Finding:
        return cls(
            severity=document["severity"],
            pointer=document["pointer"],
            rule=document["rule"],
            message=document["message"],
            fix=document.get("fix"),
            raw=document,
        )
