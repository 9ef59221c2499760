"""What error_json says."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from brickwork.documents._base import Document, maybe, many
from brickwork.documents.finding import Finding

ErrorSent: TypeAlias = Literal[True, False, "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Error(Document):
    """What error_json says.

    Attributes:
        code: Number of the status.
        status: Its name.
        pointer: RFC 6901, into the document as it was sent.
        error_code: Databricks' word, or the library's: UNKNOWN_OPERATION, OUT_OF_MEMORY, OPERATION_OUT_OF_MEMORY.
        operation: Method and path of the request.
        attempts: Requests sent.
        retryable: The same call may succeed later.
        retry_after_ms: The server's wish, in ms.
        sent: Whether the workspace may have taken a request that starts something.
    """

    code: int
    status: str
    message: str
    pointer: str | None = None
    error_code: str | None = None
    http_status: int | None = None
    request_id: str | None = None
    operation: str | None = None
    attempts: int
    retryable: bool
    retry_after_ms: int | None = None
    sent: ErrorSent | None = None
    findings: tuple[Finding, ...] | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> Error:
        return cls(
            code=document["code"],
            status=document["status"],
            message=document["message"],
            pointer=document.get("pointer"),
            error_code=document.get("error_code"),
            http_status=document.get("http_status"),
            request_id=document.get("request_id"),
            operation=document.get("operation"),
            attempts=document["attempts"],
            retryable=document["retryable"],
            retry_after_ms=document.get("retry_after_ms"),
            sent=document.get("sent"),
            findings=maybe(many(Finding.read), document.get("findings")),
            raw=document,
        )
