"""The task group that is one Databricks job."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any

from airflow.sdk import TaskGroup

from brickwork_airflow.airflow_versions import AirflowException
from brickwork_airflow.launching import DatabricksLaunchOperator
from brickwork_airflow.mistakes import mistakes_of
from brickwork_airflow.tree import members_of, tasks_of

if TYPE_CHECKING:
    from airflow.sdk import Context

__all__ = ["DatabricksLaunchOperator", "DatabricksWorkflowTaskGroup"]

LAUNCH = "launch"
ARGUMENTS = (
    "access_control_list",
    "existing_clusters",
    "extra_job_params",
    "jar_params",
    "job_clusters",
    "max_concurrent_runs",
    "notebook_params",
    "python_params",
    "spark_submit_params",
)


class DatabricksWorkflowTaskGroup(TaskGroup):
    """Its tasks are one Databricks job: one launch, shared clusters, and a repair instead of a new run.

        with DatabricksWorkflowTaskGroup("renewables", databricks_conn_id="databricks", job_clusters=[...]) as group:
            join_data = DatabricksNotebookOperator(task_id="join_data", notebook_path="...", job_cluster_key="...")
            transform_data = DatabricksNotebookOperator(...)
            join_data >> transform_data

    Args:
        group_id, prefix_group_id, tooltip, ...: of TaskGroup
        databricks_conn_id: Airflow connection of type databricks
        access_control_list: permissions of the job; None leaves them as they are
        existing_clusters: kept for the sake of old DAGs; members name their cluster
        extra_job_params: settings of the job that are laid over it, objects deep
        job_clusters: clusters that members share by job_cluster_key
        max_concurrent_runs: of the job
        notebook_packages: libraries of every notebook member
        notebook_params: parameters of every notebook task; its own go first
        jar_params, python_params, spark_submit_params: parameters of tasks of these kinds that have none
        task_keys: "path" for keys that are made of the names of groups and task, "md5" for those of the stock provider
        job_identity: "name": one job, brought up to date by each launch that differs; "definition": one job for each
            definition; "none": no saved job, and so no repair
        varying_as_job_parameters: parameters with templates become job parameters, so that the definition stays the
            same; False writes them into the definition
        repair_drift: when the job was changed since the run was launched, a repair runs the launched definition
            ("restore"), the changed one ("new"), or nothing ("refuse")
        parity: "airflow" sends what the stock provider sends, field by field; its templates are not rendered
    """

    is_databricks = True

    def __init__(
        self,
        group_id: str | None = None,
        databricks_conn_id: str = "databricks_default",
        access_control_list: list[dict[str, Any]] | None = None,
        existing_clusters: list[str] | None = None,
        extra_job_params: dict[str, Any] | None = None,
        jar_params: list[str] | None = None,
        job_clusters: list[dict[str, Any]] | None = None,
        max_concurrent_runs: int | str = 1,
        notebook_packages: list[dict[str, Any]] | None = None,
        notebook_params: dict[str, Any] | None = None,
        python_params: list[str] | None = None,
        spark_submit_params: list[str] | None = None,
        *,
        task_keys: str = "path",
        job_identity: str = "name",
        varying_as_job_parameters: bool = True,
        repair_drift: str = "restore",
        parity: str | None = None,
        **kwargs: Any,
    ):
        self.databricks_conn_id = databricks_conn_id
        self.access_control_list = access_control_list
        self.existing_clusters = existing_clusters or []
        self.extra_job_params = extra_job_params or {}
        self.jar_params = jar_params or []
        self.job_clusters = job_clusters or []
        self.max_concurrent_runs = max_concurrent_runs
        self.notebook_packages = notebook_packages or []
        self.notebook_params = notebook_params or {}
        self.python_params = python_params or []
        self.spark_submit_params = spark_submit_params or []
        self.task_keys = task_keys
        self.job_identity = job_identity
        self.varying_as_job_parameters = varying_as_job_parameters
        self.repair_drift = repair_drift
        self.parity = parity
        self.launch: DatabricksLaunchOperator | None = None
        self.not_waited_for: list[str] = []
        super().__init__(group_id=group_id, **kwargs)

    @property
    def launch_task_id(self) -> str:
        return str(self.child_id(LAUNCH))  # type: ignore[no-untyped-call]

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Adds the launch task. Whatever is wrong, the group leaves Airflow's stack, for the next DAG file."""
        try:
            if kind is None:
                self._close()
        finally:
            super().__exit__(kind, value, trace)  # type: ignore[no-untyped-call]

    def _close(self) -> None:
        mistakes = mistakes_of(self)
        if mistakes:
            raise AirflowException("\n".join([f"The group {self.group_id} cannot be a Databricks job:", *mistakes]))
        roots, before = list(self.get_roots()), sorted(self.upstream_task_ids)
        self.launch = DatabricksLaunchOperator(
            task_id=LAUNCH,
            dag=self.dag,
            task_group=self,
            databricks_conn_id=self.databricks_conn_id,
            **{name: getattr(self, name) for name in ARGUMENTS},
        )
        for root in roots:
            self.launch.set_downstream(root)
        # Edges that were drawn on the group before its `with` block had no task to hang on.
        for task_id in before:
            self.launch.set_upstream(self.dag.get_task(task_id))
        for task_id in self.downstream_task_ids:
            for leaf in list(self.get_leaves()):
                leaf.set_downstream(self.dag.get_task(task_id))
        ids = {task.task_id for task in tasks_of(self)}
        outside = {each for task in members_of(self) for each in task.upstream_task_ids} - ids
        self.wait_for(self.dag.get_task(each) for each in sorted(outside))

    def wait_for(self, tasks: Iterable[Any]) -> None:
        """Launch waits for what members wait for outside of the group: Databricks knows nothing of it.

        What comes behind a member itself cannot be waited for; the launch task warns of it.
        """
        if self.launch is None:
            return
        ids = {task.task_id for task in tasks_of(self)}
        for task in tasks:
            if task.task_id in ids or task.task_id in self.launch.upstream_task_ids:
                continue
            if ids & task.get_flat_relative_ids(upstream=True):
                self.not_waited_for.append(
                    f"A member of {self.group_id} waits for {task.task_id}, which itself waits for a member. "
                    "Databricks starts the member without it; move the one or the other out of the group"
                )
                continue
            self.launch.set_upstream(task)

    def document(self, context: Context | None = None) -> dict[str, Any]:
        """group/1 of this group, with the templates of its members rendered."""
        return self.document_and_parameters(context)[0]

    def document_and_parameters(self, context: Context | None) -> tuple[dict[str, Any], dict[str, str]]:
        """The same, and the values of its job parameters for this launch."""
        from brickwork_airflow.document import GroupDocument
        from brickwork_airflow.rendering import Rendering

        rendering = Rendering(self.launch, context)
        arguments = {name: rendering.value(getattr(self, name)) for name in (*ARGUMENTS, "notebook_packages")}
        writing = GroupDocument(self, arguments, context)
        return writing.write(), writing.varying.values
