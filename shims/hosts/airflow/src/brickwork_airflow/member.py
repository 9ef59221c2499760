"""What the operators have in common that are a task of a Databricks job, or a run of their own outside of a group."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import BaseOperator

from brickwork_airflow.defaults import default_end_in_triggerer, default_start_in_triggerer
from brickwork_airflow.following import Follower
from brickwork_airflow.run_operator import RunOperator
from brickwork_airflow.standalone import StandaloneRun
from brickwork_airflow.starting import BEGIN, StartFromTrigger, StartTrigger
from brickwork_airflow.tree import workflow_group_of

if TYPE_CHECKING:
    from airflow.sdk import Context

    from brickwork_airflow.document import GroupDocument
    from brickwork_airflow.hooks.databricks import DatabricksHook
    from brickwork_airflow.operators.databricks_workflow import DatabricksWorkflowTaskGroup
    from brickwork_airflow.rendering import Rendering

RETRY_FIELDS = ("max_retries", "min_retry_interval_millis", "retry_on_timeout")
CLUSTER_FIELDS = ("existing_cluster_id", "job_cluster_key", "new_cluster")


class DatabricksTaskBaseOperator(RunOperator):
    """A task of a Databricks job. Subclasses say its JSON in `_get_task_base_json`.

    In a DatabricksWorkflowTaskGroup the launch task starts it together with the others, and this operator waits for its
    end. Outside it starts a run of its own.

    Args:
        caller: for the user agent
        databricks_task_key: of the task at Databricks, 1 to 100 of A-Za-z0-9_-; without it one that is made from the
            names of the groups and of the task
        existing_cluster_id, job_cluster_key, new_cluster: at most one; none is serverless
        workflow_run_metadata: {"conn_id", "job_id", "run_id"} of a run that something else than the group started
        max_retries, min_retry_interval_millis, retry_on_timeout: retries on Databricks, on the same cluster
        xcom_output: leave what the notebook returned by dbutils.notebook.exit as XCom databricks_output, for one
            request more
        end_in_triggerer: a deferred task that succeeded ends without a worker, unless it has outlets, callbacks or
            listeners; which is the default
        start_in_triggerer: the first try of a member starts without a worker, where that is possible; which is the
            default
        kwargs: of RunOperator; in a group its databricks_conn_id counts
    """

    template_fields: Sequence[str] = ("databricks_conn_id",)
    CALLER: ClassVar[str] = "DatabricksTaskBaseOperator"
    start_from_trigger = StartFromTrigger()
    start_trigger_args = StartTrigger()

    def __init__(
        self,
        caller: str = "DatabricksTaskBaseOperator",
        databricks_task_key: str = "",
        existing_cluster_id: str = "",
        job_cluster_key: str = "",
        new_cluster: dict[str, Any] | None = None,
        workflow_run_metadata: dict[str, Any] | None = None,
        max_retries: int | str | None = None,
        min_retry_interval_millis: int | str | None = None,
        retry_on_timeout: bool | str | None = None,
        xcom_output: bool = False,
        end_in_triggerer: bool | None = None,
        start_in_triggerer: bool | None = None,
        **kwargs: Any,
    ):
        self.caller = caller
        self.databricks_task_key = databricks_task_key
        # None, not empty: Airflow reads its configuration for each field that it serializes.
        self.existing_cluster_id = existing_cluster_id or None
        self.job_cluster_key = job_cluster_key or None
        self.new_cluster = new_cluster or None
        self.workflow_run_metadata = workflow_run_metadata
        self.max_retries = max_retries
        self.min_retry_interval_millis = min_retry_interval_millis
        self.retry_on_timeout = retry_on_timeout
        self.xcom_output = xcom_output
        self.end_in_triggerer = default_end_in_triggerer() if end_in_triggerer is None else end_in_triggerer
        self.start_in_triggerer = default_start_in_triggerer() if start_in_triggerer is None else start_in_triggerer
        super().__init__(**kwargs)

    @abstractmethod
    def _get_task_base_json(self) -> dict[str, Any]:
        """The task's JSON of the Jobs API without key, dependencies, cluster and retries."""

    @property
    def workflow_group(self) -> DatabricksWorkflowTaskGroup | None:
        return workflow_group_of(self)

    def may_end_in_triggerer(self) -> bool:
        """Whether a success needs no worker, as far as the DAG file says: nothing hangs on it that only workers do."""
        kind = type(self)
        wants_a_worker = (
            self.xcom_output
            or self.outlets
            or self.on_success_callback
            or self._post_execute_hook
            or kind.post_execute is not BaseOperator.post_execute
            or kind.execute_complete is not DatabricksTaskBaseOperator.execute_complete
        )
        return self.deferrable and self.end_in_triggerer and not wants_a_worker

    def ends_in_triggerer(self) -> bool:
        from brickwork_airflow.airflow_versions import has_listeners

        return self.may_end_in_triggerer() and not has_listeners()

    def hook(self, conn_id: str | None = None) -> DatabricksHook:
        from brickwork_airflow.hooks.databricks import DatabricksHook

        return DatabricksHook(conn_id or self.databricks_conn_id, caller=self.caller)

    def entry(self, rendering: Rendering, document: GroupDocument) -> dict[str, Any]:
        """Its part of group/1 besides what all members have."""
        from brickwork_airflow.task_parameters import with_parameters

        raw = self._get_task_base_json()
        config = rendering.value(raw)
        if not isinstance(config, Mapping):
            raise TypeError(f"{self.task_id}: the task has to be a mapping, not {type(config).__name__}")
        config = with_parameters(config, raw, document)
        cluster = rendering.value(self.new_cluster)
        return {"task_config": {**config, **({"new_cluster": cluster} if cluster else {})}}

    def entry_of_stock(self, rendering: Rendering) -> dict[str, Any]:
        """The same in the words that the dialect has for the stock operator, as the DAG file has it."""
        return {"task_config": self._get_task_base_json()}

    def update_relative(self, other: Any, upstream: bool = True, edge_modifier: Any = None) -> None:
        """An upstream outside of the group, named after its `with` block: launch has to wait for it, too."""
        super().update_relative(other, upstream, edge_modifier)
        if upstream:
            self._launch_waits_for(other.leaves)

    def set_upstream(self, task_or_task_list: Any, edge_modifier: Any = None) -> None:
        super().set_upstream(task_or_task_list, edge_modifier)
        nodes = task_or_task_list if isinstance(task_or_task_list, Sequence) else [task_or_task_list]
        self._launch_waits_for([leaf for node in nodes for leaf in node.leaves])

    def _launch_waits_for(self, tasks: Sequence[Any]) -> None:
        group = self.workflow_group if self.task_group is not None else None
        if group is not None:
            group.wait_for(tasks)

    def start_run(self, hook: DatabricksHook, token: str, context: Context, first: bool) -> int:
        """Outside of a group: a one-time run of this task alone."""
        from brickwork_airflow.payload import task_key_of

        key = self.databricks_task_key or task_key_of(f"{self.dag_id}__{self.task_id}")
        task = {
            "task_key": key,
            **self._get_task_base_json(),
            **{
                name: getattr(self, name)
                for name in CLUSTER_FIELDS
                if getattr(self, name) and name != "job_cluster_key"
            },
            **{name: getattr(self, name) for name in RETRY_FIELDS if getattr(self, name) is not None},
        }
        return hook.submit_run({"run_name": key, "tasks": [task], "idempotency_token": token})

    def repair_after(self, hook: DatabricksHook, outcome: Any) -> int | None:
        return None

    def waiting(self, context: Context, **kept: Any) -> Follower | StandaloneRun:
        of_a_group = self.workflow_group is not None or self.workflow_run_metadata
        return Follower(self, context, **kept) if of_a_group else StandaloneRun(self, context, **kept)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> None:
        """The triggerer saw an end, or hands over a try that it does not begin itself."""
        if event.get(BEGIN):
            self.waiting(context).begin()
        else:
            super().execute_complete(context, event)
