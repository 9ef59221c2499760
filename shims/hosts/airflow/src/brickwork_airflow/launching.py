"""The launch task of a group: one run for each DAG run, whatever dies on the way."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from brickwork_airflow import keys
from brickwork_airflow.links import DatabricksRunLink
from brickwork_airflow.memory import Memory, cleared_after
from brickwork_airflow.templates import PassesReferences
from brickwork_airflow.tree import paths_of, workflow_group_of

if TYPE_CHECKING:
    from airflow.sdk import Context

    from brickwork_airflow.hooks.databricks import DatabricksHook
    from brickwork_airflow.operators.databricks_workflow import DatabricksWorkflowTaskGroup

STOPPED = frozenset({"canceled"})
GENERATIONS = 20


class DatabricksLaunchOperator(PassesReferences, BaseOperator):
    """Makes or finds the job of its group and starts one run of it. It does not wait for the run to begin.

    A retry, and a worker that died at any moment, find the same run: Databricks is given one key for each group of
    each DAG run. Whoever clears a launch task that had succeeded starts a new run.

    Args:
        arguments: of the group, which are rendered here
    """

    template_fields: Sequence[str] = (
        "databricks_conn_id",
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
    operator_extra_links = (DatabricksRunLink(),)
    ui_color = "#1CB1C2"
    ui_fgcolor = "#fff"
    CALLER = "DatabricksLaunchOperator"

    def __init__(
        self,
        task_id: str,
        databricks_conn_id: str,
        access_control_list: list[dict[str, Any]] | None = None,
        existing_clusters: list[str] | None = None,
        extra_job_params: dict[str, Any] | None = None,
        jar_params: list[str] | None = None,
        job_clusters: list[dict[str, Any]] | None = None,
        max_concurrent_runs: int | str = 1,
        notebook_params: dict[str, Any] | None = None,
        python_params: list[str] | None = None,
        spark_submit_params: list[str] | None = None,
        **kwargs: Any,
    ):
        self.databricks_conn_id = databricks_conn_id
        self.access_control_list = access_control_list
        self.existing_clusters = existing_clusters or []
        self.extra_job_params = extra_job_params or {}
        self.jar_params = jar_params or []
        self.job_clusters = job_clusters or []
        self.max_concurrent_runs = max_concurrent_runs
        self.notebook_params = notebook_params or {}
        self.python_params = python_params or []
        self.spark_submit_params = spark_submit_params or []
        super().__init__(task_id=task_id, **kwargs)

    @property
    def group(self) -> DatabricksWorkflowTaskGroup:
        group = workflow_group_of(self)
        if group is None:
            raise RuntimeError(f"{self.task_id} stands in no DatabricksWorkflowTaskGroup")
        return group

    @cached_property
    def _hook(self) -> DatabricksHook:
        from brickwork_airflow.hooks.databricks import DatabricksHook

        return DatabricksHook(self.databricks_conn_id, caller=self.CALLER)

    def create_workflow_json(self, context: Context | None = None) -> dict[str, Any]:
        """The settings of the job, as they are sent. Loads the library; needs neither connection nor network."""
        import brickwork

        return dict(brickwork.group.compile(self.group.document(context)).settings)

    def execute(self, context: Context) -> dict[str, Any]:
        memory = Memory(context)
        generation, base = self._generation(context, memory)
        for said in self.group.not_waited_for:
            self.log.warning(said)
        with self._hook as hook:
            launched = self._launch(hook, context, generation)
            while launched.state is not None and launched.state.verdict in STOPPED and generation < GENERATIONS:
                self.log.info("The run %s of this key was stopped; starting another", launched.run_id)
                generation += 1
                launched = self._launch(hook, context, generation)
        handle = launched.handle.document()
        self.log.info("Databricks run %s of %s: %s", launched.run_id, handle.get("name"), handle.get("run_page_url"))
        ti = context["ti"]
        ti.xcom_push(key=keys.RUN_LINK, value=handle.get("run_page_url", ""))
        ti.xcom_push(key=keys.MEMBERS, value=paths_of(self.group))
        ti.xcom_push(key=keys.HANDLE, value=handle)
        memory.report(run_id=launched.run_id, generation=generation, base=base)
        return {"conn_id": self.databricks_conn_id, "job_id": launched.job_id, "run_id": launched.run_id}

    def _generation(self, context: Context, memory: Memory) -> tuple[int, int]:
        """How many runs of this DAG run were launched and cleared before this one; and tries before the last clear."""
        base = cleared_after(context, self.retries or 0)
        reported = memory.reported()
        if reported is None:
            return (0 if memory.lasts else base), base
        again = base > int(reported.get("base", 0))
        return int(reported.get("generation", 0)) + (1 if again else 0), base

    def _launch(self, hook: DatabricksHook, context: Context, generation: int) -> Any:
        ti = context["ti"]
        key = f"{ti.dag_id}/{ti.run_id}/{self.group.group_id}" + (f"#{generation}" if generation else "")
        document, parameters = self.group.document_and_parameters(context)
        document["policy"]["launch_key"] = key
        tried = (ti.try_number or 1) > 1
        self._started = None
        launched = hook.client.group.launch(document, parameters=parameters or None, state=tried or None)
        self._started = launched.run_id
        if launched.created or launched.reset:
            self.log.info("Job %s %s", launched.job_id, "created" if launched.created else "brought up to date")
        if launched.attached:
            self.log.info("Found the run %s, which an earlier try had started", launched.run_id)
        return launched

    def on_kill(self) -> None:
        """A run that has begun is stopped; one whose id has not come back yet is found by the next try."""
        run_id = self.__dict__.get("_started")
        if run_id is not None:
            import brickwork

            with brickwork.Client(self._hook.opened.members, secrets=self._hook.opened.secrets) as client:
                client.run.cancel(run_id, timeout_ms=20_000)
            self.log.info("Databricks run %s was asked to stop", run_id)
