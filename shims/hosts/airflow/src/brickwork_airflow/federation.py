"""Logins that only the host can make: a token of its own identity, handed to the library when it asks for one."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

DATABRICKS_SCOPE = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default"
SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
TIMEOUT_S = 10


def subject_token(login: str, extra: Mapping[str, Any]) -> Callable[[], str] | None:
    """Where the token comes from that is exchanged for one of Databricks; None: nobody asked for federation."""
    if extra.get("federated_token_provider"):
        module, _, name = str(extra["federated_token_provider"]).rpartition(".")
        return lambda: str(getattr(import_module(module), name)())
    if login == "federated_aws" or extra.get("federated_aws"):
        return lambda: _aws_token(extra)
    if login == "federated_k8s" or extra.get("federated_k8s"):
        path = extra.get("k8s_projected_volume_token_path")
        if path:
            return lambda: Path(path).read_text().strip()
        return lambda: _requested_token(extra)
    return None


def exchanged_token(host: str, subject: str, client_id: str | None) -> str:
    """RFC 8693, at the workspace."""
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": subject,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "scope": "all-apis",
        **({"client_id": client_id} if client_id else {}),
    }
    answer = _post(f"{host}/oidc/v1/token", urllib.parse.urlencode(form).encode(), {})
    return str(answer["access_token"])


def azure_default_token() -> str:
    try:
        identity = import_module("azure.identity")
    except ImportError as missing:
        raise RuntimeError(
            "use_default_azure_credential needs the package azure-identity in this environment"
        ) from missing
    return str(identity.DefaultAzureCredential().get_token(DATABRICKS_SCOPE).token)


def _aws_token(extra: Mapping[str, Any]) -> str:
    try:
        sts = import_module("airflow.providers.amazon.aws.hooks.sts")
    except ImportError as missing:
        raise RuntimeError("federated_aws needs the package apache-airflow-providers-amazon") from missing
    client = sts.StsHook(aws_conn_id=extra.get("aws_conn_id", "aws_default")).get_conn()
    answer = client.get_web_identity_token(
        Audience=[extra.get("aws_jwt_audience", "databricks")],
        DurationSeconds=int(extra.get("aws_web_identity_token_duration", 300)),
        SigningAlgorithm="RS256",
    )
    return str(answer["WebIdentityToken"])


def _requested_token(extra: Mapping[str, Any]) -> str:
    """Kubernetes' TokenRequest for the pod's namespace; the projected volume needs no request and is the better way."""
    token = Path(extra.get("k8s_token_path") or SERVICE_ACCOUNT / "token").read_text().strip()
    namespace = Path(extra.get("k8s_namespace_path") or SERVICE_ACCOUNT / "namespace").read_text().strip()
    host = "https://kubernetes.default.svc"
    spec = {
        "audiences": [extra.get("audience", host)],
        "expirationSeconds": int(extra.get("expiration_seconds", 3600)),
    }
    answer = _post(
        f"{host}/api/v1/namespaces/{namespace}/serviceaccounts/default/token",
        json.dumps({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        SERVICE_ACCOUNT / "ca.crt",
    )
    return str(answer["status"]["token"])


def _post(url: str, body: bytes, headers: Mapping[str, str], ca_file: Path | None = None) -> dict[str, Any]:
    import ssl

    if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise ValueError(f"a token is not sent to {url}: it is not https")
    trust = ssl.create_default_context(cafile=str(ca_file) if ca_file and ca_file.exists() else None)
    request = urllib.request.Request(url, data=body, headers=dict(headers))  # noqa: S310
    context = trust if url.startswith("https") else None
    with urllib.request.urlopen(request, timeout=TIMEOUT_S, context=context) as answer:  # noqa: S310
        document: dict[str, Any] = json.load(answer)
    return document
