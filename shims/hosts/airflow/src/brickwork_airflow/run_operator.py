"""What all operators have in common that wait for something at Databricks and may be told to stop it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from brickwork_airflow.defaults import default_deferrable
from brickwork_airflow.links import DatabricksRunLink
from brickwork_airflow.templates import PassesReferences

if TYPE_CHECKING:
    from airflow.sdk import Context

    from brickwork_airflow.following import Follower
    from brickwork_airflow.hooks.databricks import DatabricksHook
    from brickwork_airflow.standalone import StandaloneRun


class RunOperator(PassesReferences, BaseOperator):
    """Its arguments are those of every operator of this package but launch.

    Args:
        databricks_conn_id: Airflow connection
        polling_period_seconds: how often to look, always; without it an interval that adapts
        wait_for_termination: without it the task succeeds when its run is known
        deferrable: wait in the triggerer, which is the default; without it in the worker
        databricks_retry_limit, databricks_retry_delay, databricks_retry_args: taken and not needed: the library's own
            retries cover more, and a look that fails is no failed task
    """

    operator_extra_links = (DatabricksRunLink(),)
    ui_color = "#1CB1C2"
    ui_fgcolor = "#fff"

    def __init__(
        self,
        *,
        databricks_conn_id: str = "databricks_default",
        polling_period_seconds: float | None = None,
        databricks_retry_limit: int = 3,
        databricks_retry_delay: float = 1,
        databricks_retry_args: dict[Any, Any] | None = None,
        wait_for_termination: bool = True,
        deferrable: bool | None = None,
        **kwargs: Any,
    ):
        self.databricks_conn_id = databricks_conn_id
        self.polling_period_seconds = polling_period_seconds
        self.databricks_retry_limit = databricks_retry_limit
        self.databricks_retry_delay = databricks_retry_delay
        self.databricks_retry_args = databricks_retry_args
        self.wait_for_termination = wait_for_termination
        self.deferrable = default_deferrable() if deferrable is None else deferrable
        super().__init__(**kwargs)

    def waiting(self, context: Context, **kept: Any) -> Follower | StandaloneRun:
        """One try, with what it kept over its deferrals."""
        raise NotImplementedError

    def hook(self, conn_id: str | None = None) -> DatabricksHook:
        """In the worker; its client is opened when it is used."""
        from brickwork_airflow.hooks.databricks import DatabricksHook

        return DatabricksHook(conn_id or self.databricks_conn_id, caller=type(self).__name__)

    def execute(self, context: Context) -> None:
        self.waiting(context).begin()

    def execute_complete(self, context: Context, event: dict[str, Any]) -> None:
        """The triggerer saw an end."""
        self.waiting(context, **event.get("kept", {})).end(event)

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Airflow resumes a task that ran out of time only to fail it: what it waited for is stopped first."""
        from brickwork_airflow.airflow_versions import TaskDeferralTimeout

        try:
            return super().resume_execution(next_method, next_kwargs, context)
        except TaskDeferralTimeout:
            self.waiting(context).give_up()
            raise

    def on_kill(self) -> None:
        """In the worker: cancels what is waited for, a member's attempt by its own id, so that the others go on."""
        waiting = self.__dict__.pop("_waiting", None)
        if waiting is not None:
            waiting.cancel()
