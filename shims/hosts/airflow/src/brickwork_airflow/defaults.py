"""Settings of the section [brickwork] of Airflow's configuration."""

from __future__ import annotations

from functools import cache

from brickwork_airflow.airflow_versions import conf

SECTION = "brickwork"


@cache
def default_deferrable() -> bool:
    """Waiting in the triggerer is the default: it costs no worker slot. [brickwork] deferrable = False turns it off."""
    return bool(conf.getboolean(SECTION, "deferrable", fallback=True))


@cache
def default_end_in_triggerer() -> bool:
    """[brickwork] end_in_triggerer = False ends every task in a worker."""
    return bool(conf.getboolean(SECTION, "end_in_triggerer", fallback=True))


@cache
def default_start_in_triggerer() -> bool:
    """[brickwork] start_in_triggerer = False begins every try of a member in a worker."""
    return bool(conf.getboolean(SECTION, "start_in_triggerer", fallback=True))


def early_resume_hold_s() -> float:
    """How long after its start a trigger holds back an event.

    A worker reports the exit of a deferred task up to [workers] min_heartbeat_interval late; when the task was resumed
    and queued again before, the scheduler takes the report for a failure of the new try.
    """
    return float(conf.getfloat("workers", "min_heartbeat_interval", fallback=5.0)) + 1.0
