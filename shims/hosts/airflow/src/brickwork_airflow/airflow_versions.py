"""What moved between Airflow 3.1 and 3.3."""

from __future__ import annotations

try:
    from airflow.sdk.configuration import conf
    from airflow.sdk.exceptions import AirflowException, AirflowSkipException
except ImportError:  # 3.1
    from airflow.configuration import conf
    from airflow.exceptions import AirflowException, AirflowSkipException  # type: ignore[attr-defined, no-redef]

__all__ = ["AirflowException", "AirflowSkipException", "conf"]
