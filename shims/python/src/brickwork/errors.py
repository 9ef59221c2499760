"""The one exception of this package."""

from __future__ import annotations

import json
from enum import IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brickwork.documents.finding import Finding


class Status(IntEnum):
    """How a call or an operation ended: gRPC's numbers, ours from 64. What each asks of the caller is in plugin.h."""

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16
    PENDING = 64
    FORKED = 65

    @classmethod
    def _missing_(cls, value: object) -> Status:
        # The rule of the header for statuses of a later library.
        return cls.INTERNAL


class BrickworkError(Exception):
    """Whatever failed. `status` says what to do about it, the other members say where and why.

    Attributes:
        status: the canonical status; `code` is its number as the library gave it, also one that is new to this package
        message: one sentence for people, with the way out
        pointer: RFC 6901, into the document that was sent
        error_code: Databricks' word, such as RESOURCE_DOES_NOT_EXIST
        http_status, request_id, operation: of the request that failed; operation is its method and path
        attempts: requests sent
        retryable, retry_after_ms: whether and when the same call may succeed
        sent: whether the workspace may have taken a request that starts something; True, False or "unknown"
        findings: everything that is wrong with a group, not only the first
        raw: the whole document ("error/1")
    """

    def __init__(self, code: int, document: dict[str, Any]):
        self.code = code
        self.status = Status(code)
        self.raw = document
        self.message: str = document.get("message") or self.status.name
        self.pointer: str | None = document.get("pointer")
        self.error_code: str | None = document.get("error_code")
        self.http_status: int | None = document.get("http_status")
        self.request_id: str | None = document.get("request_id")
        self.operation: str | None = document.get("operation")
        self.attempts: int = document.get("attempts", 0)
        self.retryable: bool = document.get("retryable", False)
        self.retry_after_ms: int | None = document.get("retry_after_ms")
        self.sent: bool | str | None = document.get("sent")
        super().__init__(self._text())

    @classmethod
    def of_shim(cls, status: Status, message: str, **members: Any) -> BrickworkError:
        """An error that this package found itself."""
        return cls(status, {"code": int(status), "status": status.name, "message": message, **members})

    @property
    def findings(self) -> tuple[Finding, ...]:
        from brickwork.documents.finding import Finding  # documents raise this error

        return tuple(Finding.read(each) for each in self.raw.get("findings", ()))

    def _text(self) -> str:
        findings = self.findings
        place = f" (at {self.pointer})" if self.pointer and not findings else ""
        lines = [f"{self.status.name}: {self.message}{place}"]
        for each in findings:
            fix = f"; {each.fix}" if each.fix else ""
            lines.append(f"  {each.severity} at {each.pointer or '/'}: {each.message} [{each.rule}]{fix}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.code, self.raw)

    def json(self) -> str:
        return json.dumps(self.raw, separators=(",", ":"))
