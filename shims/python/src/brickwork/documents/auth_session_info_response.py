"""Response of auth.session_info: holds the credential, for the host alone."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brickwork.documents._base import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthSessionInfoResponse(Document):
    """Response of auth.session_info: holds the credential, for the host alone.

    Attributes:
        headers: Of each request, by name: secrets.
        connection_string: Of Spark Connect: sc://..., with the token; missing when the login has none.
        spark_version: Of the cluster.
        state: Of the cluster.
        databricks_connect: The version that fits, such as 16.4.*.
        expires_at_ms: When the credential ends, Unix time in milliseconds; null: not known, in ms.
    """

    host: str
    auth_type: str
    headers: dict[str, str]
    connection_string: str | None = None
    cluster_id: str | None = None
    serverless_compute_id: str | None = None
    spark_version: str | None = None
    state: str | None = None
    databricks_connect: str | None = None
    expires_at_ms: int | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> AuthSessionInfoResponse:
        return cls(
            host=document["host"],
            auth_type=document["auth_type"],
            headers=document["headers"],
            connection_string=document.get("connection_string"),
            cluster_id=document.get("cluster_id"),
            serverless_compute_id=document.get("serverless_compute_id"),
            spark_version=document.get("spark_version"),
            state=document.get("state"),
            databricks_connect=document.get("databricks_connect"),
            expires_at_ms=document.get("expires_at_ms"),
            raw=document,
        )
