"""What moved between Airflow 3.1 and 3.3."""

from __future__ import annotations

from airflow import __version__

try:
    from airflow.sdk.configuration import conf
    from airflow.sdk.exceptions import AirflowException, AirflowSkipException, TaskDeferralTimeout
except ImportError:  # 3.1
    from airflow.configuration import conf
    from airflow.exceptions import (  # type: ignore[attr-defined, no-redef]
        AirflowException,
        AirflowSkipException,
        TaskDeferralTimeout,
    )

__all__ = [
    "AirflowException",
    "AirflowSkipException",
    "TaskDeferralTimeout",
    "conf",
    "has_listeners",
    "starts_in_triggerer",
]

starts_in_triggerer = tuple(int(part) for part in __version__.split(".")[:2]) >= (3, 3)
"""Whether the scheduler heeds BaseOperator.start_from_trigger: before 3.3 nobody does."""


def has_listeners() -> bool:
    """Whether a plugin wants to hear of the ends of tasks, as OpenLineage does. Only workers tell it."""
    try:
        from airflow.sdk.listener import get_listener_manager
    except ImportError:  # 3.1
        from airflow.listeners.listener import get_listener_manager  # type: ignore[assignment]
    return bool(get_listener_manager().has_listeners)
