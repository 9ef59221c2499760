"""What Airflow's provider manager is told."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

STOCK = "apache-airflow-providers-databricks"


def get_provider_info() -> dict[str, Any]:
    """The entry point `apache_airflow_provider`. Names of modules only: nothing is imported by it."""
    info: dict[str, Any] = {
        "package-name": "brickwork-airflow",
        "name": "Databricks by Brickwork",
        "description": "A task group becomes one Databricks job; clearing a task repairs it in the same run.",
        "cli": ["brickwork_airflow.pages.command.get_commands"],
        "extra-links": ["brickwork_airflow.links.DatabricksRunLink"],
        "config": {
            "brickwork": {
                "description": "Of the provider brickwork_airflow.",
                "options": {
                    "deferrable": _switch("Whether operators wait in the triggerer, unless they say so themselves."),
                    "end_in_triggerer": _switch("Whether a deferred task that succeeded ends without a worker."),
                    "start_in_triggerer": _switch("Whether the first try of a member starts without a worker."),
                },
            }
        },
    }
    if not _has_the_stock_provider():  # both have connections of the same type, and Airflow would warn of that
        info["connection-types"] = [
            {
                "connection-type": "databricks",
                "hook-class-name": "brickwork_airflow.hooks.databricks.DatabricksHook",
                "hook-name": "Databricks",
            }
        ]
    return info


def _switch(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "version_added": "1.0.0",
        "type": "boolean",
        "example": None,
        "default": "True",
    }


def _has_the_stock_provider() -> bool:
    try:
        distribution(STOCK)
    except PackageNotFoundError:
        return False
    return True
