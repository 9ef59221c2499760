"""What OpenLineage's listener in Spark has to know of the Airflow task, written into the clusters of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from brickwork_airflow.airflow_versions import conf

if TYPE_CHECKING:
    from airflow.sdk import Context

SETTINGS = {"parent_job": "spark_inject_parent_job_info", "transport": "spark_inject_transport_info"}
"""By what is written, the switches of the section [openlineage], for operators that say nothing themselves."""


def with_lineage(body: dict[str, Any], context: Context, log: Any, **wanted: bool | None) -> dict[str, Any]:
    """A body of runs/submit with more in the spark_conf of every new cluster.

    Lineage is never a reason to fail a task: what goes wrong is a warning.

    Args:
        log: the task's
        wanted: `parent_job`, `transport`; None: what the configuration says
    """
    chosen = [name for name, said in wanted.items() if (_configured(name) if said is None else said)]
    if not chosen:
        return body
    written = deepcopy(body)  # the operator's own clusters stay as they are, for a later try
    try:
        writers = [_writer(name) for name in chosen]
        for cluster in _new_clusters(written):
            for write in writers:
                cluster["spark_conf"] = write(dict(cluster.get("spark_conf") or {}), context)
    except ImportError as missing:
        log.warning("No lineage: apache-airflow-providers-openlineage is not installed (%s)", missing)
    except Exception:
        log.warning("No lineage: it could not be written into the clusters", exc_info=True)
    else:
        return written
    return body


def _configured(name: str) -> bool:
    return bool(conf.getboolean("openlineage", SETTINGS[name], fallback=False))


def _writer(name: str) -> Callable[[dict[str, Any], Context], dict[str, Any]]:
    from airflow.providers.openlineage.utils import spark  # type: ignore[import-not-found]

    return getattr(spark, f"inject_{name}_information_into_spark_properties")  # type: ignore[no-any-return]


def _new_clusters(value: Any) -> Iterator[dict[str, Any]]:
    """However deep, as in the task of a for_each_task."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            if name == "new_cluster" and isinstance(member, dict):
                yield member
            else:
                yield from _new_clusters(member)
    elif isinstance(value, list):
        for each in value:
            yield from _new_clusters(each)
