"""Response of group.import."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brickwork.documents._base import Document, many
from brickwork.documents.group import Group
from brickwork.documents.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupImportResponse(Document):
    """Response of group.import.

    Attributes:
        group: Nested by the keys of the tasks, with what they have in common under defaults.
        digest: Of the settings, and of what the group compiles to.
        findings: Warnings about the settings.
    """

    group: Group
    digest: str
    findings: tuple[Finding, ...]
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> GroupImportResponse:
        return cls(
            group=Group.read(document["group"]),
            digest=document["digest"],
            findings=many(Finding.read)(document["findings"]),
            raw=document,
        )
