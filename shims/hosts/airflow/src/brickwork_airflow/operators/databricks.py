"""The operators, by the names and with the arguments of the stock provider's module of this name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from brickwork_airflow.member import CLUSTER_FIELDS, RETRY_FIELDS, DatabricksTaskBaseOperator
from brickwork_airflow.single_runs import DatabricksRunNowOperator, DatabricksSubmitRunOperator

if TYPE_CHECKING:
    from brickwork_airflow.document import GroupDocument
    from brickwork_airflow.rendering import Rendering

__all__ = [
    "DatabricksNotebookOperator",
    "DatabricksRunNowOperator",
    "DatabricksSubmitRunOperator",
    "DatabricksTaskBaseOperator",
    "DatabricksTaskOperator",
]


class DatabricksNotebookOperator(DatabricksTaskBaseOperator):
    """Runs a notebook, as a member of a DatabricksWorkflowTaskGroup or as a run of its own.

    Args:
        notebook_path: in the workspace, or in the repository of git_source
        source: WORKSPACE or GIT; without it Databricks decides by git_source
        notebook_packages: libraries, such as {"pypi": {"package": "pandas"}}; those of the group are added
        notebook_params: values of its widgets; they go before those of the group
        kwargs: of DatabricksTaskBaseOperator
    """

    CALLER: ClassVar[str] = "DatabricksNotebookOperator"
    template_fields: Sequence[str] = (
        "notebook_params",
        "notebook_path",
        "notebook_packages",
        "workflow_run_metadata",
        "databricks_conn_id",
        *RETRY_FIELDS,
        *CLUSTER_FIELDS,
    )

    def __init__(
        self,
        notebook_path: str,
        source: str = "",
        databricks_conn_id: str = "databricks_default",
        notebook_packages: list[dict[str, Any]] | None = None,
        notebook_params: dict[str, Any] | None = None,
        **kwargs: Any,
    ):
        self.notebook_path = notebook_path
        self.source = source
        self.notebook_packages = notebook_packages or None
        self.notebook_params = notebook_params or {}
        super().__init__(caller=self.CALLER, databricks_conn_id=databricks_conn_id, **kwargs)
        if self.execution_timeout is not None and int(self.execution_timeout.total_seconds()) == 0:
            raise ValueError(
                f"{self.task_id}: an execution_timeout below one second is none; leave it out for no limit"
            )

    def _get_task_base_json(self) -> dict[str, Any]:
        notebook = {"notebook_path": self.notebook_path, "base_parameters": self.notebook_params}
        if self.source:
            notebook["source"] = self.source
        limit = self.execution_timeout
        return {
            "notebook_task": notebook,
            **({"libraries": self.notebook_packages} if self.notebook_packages else {}),
            **({"timeout_seconds": int(limit.total_seconds())} if limit is not None else {}),
        }

    def entry(self, rendering: Rendering, document: GroupDocument) -> dict[str, Any]:
        said = super().entry(rendering, document)
        raw, _ = document.of_group("notebook_packages")
        own = list(said["task_config"].get("libraries", ()))
        libraries = own + [each for each in rendering.value(raw) if each not in own]
        if libraries:
            said["task_config"]["libraries"] = libraries
        return said

    def entry_of_stock(self, rendering: Rendering) -> dict[str, Any]:
        notebook: dict[str, Any] = {"notebook_path": self.notebook_path, "source": self.source}
        if self.notebook_params:
            notebook["base_parameters"] = self.notebook_params
        return {
            "notebook_task": notebook,
            **({"libraries": self.notebook_packages} if self.notebook_packages else {}),
            **({"execution_timeout": self.execution_timeout.total_seconds()} if self.execution_timeout else {}),
        }


class DatabricksTaskOperator(DatabricksTaskBaseOperator):
    """Runs a task of any kind, as a member of a DatabricksWorkflowTaskGroup or as a run of its own.

    Args:
        task_config: JSON of the task in the words of the Jobs API, such as {"sql_task": {...}}
        kwargs: of DatabricksTaskBaseOperator
    """

    CALLER: ClassVar[str] = "DatabricksTaskOperator"
    template_fields: Sequence[str] = (
        "task_config",
        "workflow_run_metadata",
        "databricks_conn_id",
        *RETRY_FIELDS,
        *CLUSTER_FIELDS,
    )

    def __init__(self, task_config: dict[str, Any], databricks_conn_id: str = "databricks_default", **kwargs: Any):
        self.task_config = task_config
        super().__init__(caller=self.CALLER, databricks_conn_id=databricks_conn_id, **kwargs)

    def _get_task_base_json(self) -> dict[str, Any]:
        return self.task_config
