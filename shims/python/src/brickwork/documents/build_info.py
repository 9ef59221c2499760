"""What build_info says."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brickwork.documents._base import Document, maybe, many


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildInfo(Document):
    """What build_info says.

    Attributes:
        secrets: Names that client_set_secret knows.
    """

    name: str
    version: str
    abi: str
    verbs: tuple[BuildInfoVerb, ...]
    secrets: tuple[str, ...] | None = None
    libraries: dict[str, str] | None = None
    resolver: str | None = None
    schemas: dict[str, Any]
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> BuildInfo:
        return cls(
            name=document["name"],
            version=document["version"],
            abi=document["abi"],
            verbs=many(BuildInfoVerb.read)(document["verbs"]),
            secrets=maybe(tuple, document.get("secrets")),
            libraries=document.get("libraries"),
            resolver=document.get("resolver"),
            schemas=document["schemas"],
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildInfoVerb(Document):
    """Part of build_info/1."""

    number: int
    name: str
    request: str
    response: str
    pure: bool
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> BuildInfoVerb:
        return cls(
            number=document["number"],
            name=document["name"],
            request=document["request"],
            response=document["response"],
            pure=document["pure"],
            raw=document,
        )
