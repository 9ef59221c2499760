"""Airflow's plugin: links, the page on which a repair is confirmed, the command."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin


class BrickworkPlugin(AirflowPlugin):
    """The entry point `airflow.plugins`. Imported by every Airflow process, so it imports nothing of a running task."""

    name = "brickwork"
