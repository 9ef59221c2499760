"""The hidden field that makes a POST prove that it comes from our page, shown to the same person a short while ago."""

from __future__ import annotations

from typing import Any

MAX_AGE_S = 15 * 60
SALT = "brickwork-airflow-repair"


def _serializer() -> Any:
    from airflow.configuration import conf
    from itsdangerous import URLSafeTimedSerializer

    return URLSafeTimedSerializer(conf.get("api", "secret_key"), salt=SALT)


def seal(content: Any) -> str:
    """Signed with `[api] secret_key`, which Airflow demands to be the same on all API servers."""
    return str(_serializer().dumps(content))


def opened(sealed: str) -> Any:
    """What was sealed; None if it was not sealed here, or too long ago."""
    from itsdangerous import BadData

    try:
        return _serializer().loads(sealed, max_age=MAX_AGE_S)
    except BadData:
        return None
