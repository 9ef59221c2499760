"""Response of auth.check."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brickwork.documents._base import Document, maybe, many
from brickwork.documents.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthCheckResponse(Document):
    """Response of auth.check.

    Attributes:
        sources: Where each setting came from, never its value.
        user_id: Of the workspace's directory.
        expires_at_ms: When the credential ends, Unix time in milliseconds; null: not known, in ms.
        permissions: What the group of the request needs.
        problems: What of it is missing, each with the way out.
    """

    user_name: str | None = None
    auth_type: str
    host: str
    workspace_id: str | None = None
    sources: dict[str, str]
    user_id: str | None = None
    expires_at_ms: int | None = None
    permissions: tuple[AuthCheckResponsePermission, ...] | None = None
    problems: tuple[Finding, ...] | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> AuthCheckResponse:
        return cls(
            user_name=document.get("user_name"),
            auth_type=document["auth_type"],
            host=document["host"],
            workspace_id=document.get("workspace_id"),
            sources=document["sources"],
            user_id=document.get("user_id"),
            expires_at_ms=document.get("expires_at_ms"),
            permissions=maybe(many(AuthCheckResponsePermission.read), document.get("permissions")),
            problems=maybe(many(Finding.read), document.get("problems")),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthCheckResponsePermission(Document):
    """Part of auth.check-response/1.

    Attributes:
        needs: Attach_to_cluster, attach_to_pool, use_policy, use_warehouse, create_cluster or manage_job.
        pointer: Into the request.
    """

    needs: str | None = None
    name: str | None = None
    pointer: str | None = None
    granted: bool | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> AuthCheckResponsePermission:
        return cls(
            needs=document.get("needs"),
            name=document.get("name"),
            pointer=document.get("pointer"),
            granted=document.get("granted"),
            raw=document,
        )
