"""The links on a task instance. Airflow asks for them at every view, in the API server, so they follow its state.

A link is hidden by an empty text; an exception would take all links of the task with it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import BaseOperatorLink

from brickwork_airflow import keys
from brickwork_airflow.links import DatabricksRunLink
from brickwork_airflow.operators.databricks import DatabricksNotebookOperator, DatabricksTaskOperator
from brickwork_airflow.operators.databricks_workflow import DatabricksLaunchOperator
from brickwork_airflow.pages.address import link_to
from brickwork_airflow.pages.plan import FAILED, NotRepairableError, instances_of, launch_of

if TYPE_CHECKING:
    from airflow.models.taskinstancekey import TaskInstanceKey

log = logging.getLogger(__name__)
MEMBERS = (DatabricksNotebookOperator, DatabricksTaskOperator)


class _Link(BaseOperatorLink):
    """What all of them do: nothing that goes wrong here may be seen by the page of Airflow."""

    operators: ClassVar[list[type]] = [*MEMBERS]

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        try:
            return self._address(operator, ti_key)
        except NotRepairableError:
            return ""
        except Exception:
            log.exception("The link %s of %s could not be found", self.name, ti_key)
            return ""

    def _address(self, operator: Any, ti_key: TaskInstanceKey) -> str:
        raise NotImplementedError


class RepairAllLink(_Link):
    """On failed members, and on launch while any member of its run has failed."""

    name = "Repair all failed tasks"
    operators: ClassVar[list[type]] = [DatabricksLaunchOperator, *MEMBERS]

    def _address(self, operator: Any, ti_key: TaskInstanceKey) -> str:
        launch, failed = _failed(operator, ti_key)
        own = (ti_key.task_id, ti_key.map_index)
        return (
            link_to(ti_key.dag_id, ti_key.run_id, ti_key.task_id)
            if failed and (own[0] == launch or own in failed)
            else ""
        )


class RepairTaskLink(_Link):
    """On a failed member, and on one that never ran because another failed."""

    name = "Repair this task"

    def _address(self, operator: Any, ti_key: TaskInstanceKey) -> str:
        _, failed = _failed(operator, ti_key)
        if (ti_key.task_id, ti_key.map_index) not in failed:
            return ""
        return link_to(ti_key.dag_id, ti_key.run_id, ti_key.task_id, ti_key.map_index)


class JobRunLink(_Link):
    """The run's page at Databricks; a member that has left no address of its own takes that of launch.

    In place of the operators' link of this name, which a member that never started does not have.
    """

    name = DatabricksRunLink.name
    operators: ClassVar[list[type]] = [DatabricksLaunchOperator, *MEMBERS]

    def _address(self, operator: Any, ti_key: TaskInstanceKey) -> str:
        launch = launch_of(operator.dag, ti_key.task_id)
        return _left(ti_key, ti_key.task_id, ti_key.map_index) or _left(ti_key, launch.task_id, -1)


def _failed(operator: Any, ti_key: TaskInstanceKey) -> tuple[str, set[tuple[str, int]]]:
    """The launch task's id, and the failed members of its group; none where nothing was launched."""
    from airflow.utils.session import create_session

    launch = launch_of(operator.dag, ti_key.task_id)
    members = {task.task_id for task in launch.task_group.iter_tasks()}
    with create_session() as session:
        instances = instances_of(session, ti_key.dag_id, ti_key.run_id)
    launched = any(each.task_id == launch.task_id and each.state == "success" for each in instances)
    return launch.task_id, {
        (each.task_id, each.map_index)
        for each in instances
        if launched and each.task_id in members and each.state in FAILED
    }


def _left(ti_key: TaskInstanceKey, task_id: str, map_index: int) -> str:
    """The XCom with the address of a run page."""
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session

    query = XComModel.get_many(
        run_id=ti_key.run_id, key=keys.RUN_LINK, task_ids=task_id, dag_ids=ti_key.dag_id, map_indexes=map_index, limit=1
    )
    with create_session() as session:
        entry = session.scalar(query)
        value = XComModel.deserialize_value(entry) if entry is not None else None
    return value if isinstance(value, str) and value.startswith(("http://", "https://")) else ""
