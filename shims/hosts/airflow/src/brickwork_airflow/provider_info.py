"""What Airflow's provider manager is told."""

from __future__ import annotations

from typing import Any


def get_provider_info() -> dict[str, Any]:
    """The entry point `apache_airflow_provider`. Names of modules only: nothing is imported by it."""
    return {
        "package-name": "brickwork-airflow",
        "name": "Databricks by Brickwork",
        "description": "A task group becomes one Databricks job; clearing a task repairs it in the same run.",
        "cli": ["brickwork_airflow.pages.command.get_commands"],
        "extra-links": ["brickwork_airflow.links.DatabricksRunLink"],
    }
