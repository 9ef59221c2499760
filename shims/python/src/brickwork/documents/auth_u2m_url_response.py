"""Response of auth.u2m_url: what the host keeps until the browser comes back."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brickwork.documents._base import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthU2mUrlResponse(Document):
    """Response of auth.u2m_url: what the host keeps until the browser comes back.

    Attributes:
        url: For the browser.
        state: For auth.u2m_exchange.
        code_verifier: For auth.u2m_exchange; a secret until then.
        redirect_uri: For auth.u2m_exchange.
    """

    url: str
    state: str
    code_verifier: str
    redirect_uri: str
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> AuthU2mUrlResponse:
        return cls(
            url=document["url"],
            state=document["state"],
            code_verifier=document["code_verifier"],
            redirect_uri=document["redirect_uri"],
            raw=document,
        )
