"""A workflow group of a DAG as group/1, for one launch.

The dialect "airflow" of group/1 has the provider's words: trigger rules, keys, extra_job_params. What this package does
better is written out here for each task, as its `task_config`; with parity="airflow" the dialect does all, so that what
is sent is what the stock provider sends.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from airflow.sdk import TaskGroup
from airflow.sdk.definitions.mappedoperator import MappedOperator

from brickwork_airflow.expansion import instances
from brickwork_airflow.rendering import Rendering
from brickwork_airflow.tree import label_of, paths_of
from brickwork_airflow.varying import Varying

if TYPE_CHECKING:
    from airflow.sdk import Context

    from brickwork_airflow.operators.databricks_workflow import DatabricksWorkflowTaskGroup

GROUP_LISTS = ("jar_params", "python_params", "spark_submit_params")
BESIDE = ("databricks_task_key", "existing_cluster_id", "job_cluster_key", "max_retries", "min_retry_interval_millis")
"""Arguments of a member that stand beside its task_config under the same name."""


class GroupDocument:
    """Writes one group.

    Args:
        group: of the DAG
        arguments: of the group, rendered for this launch
        context: of the launch task; None: nothing is rendered and mapped members are left out, to look at a definition
            without running it
    """

    def __init__(self, group: DatabricksWorkflowTaskGroup, arguments: Mapping[str, Any], context: Context | None):
        self._group = group
        self._arguments = arguments
        self._context = context
        self._parity = group.parity == "airflow"
        self._paths = paths_of(group)
        self.varying = Varying(enabled=context is not None and group.varying_as_job_parameters and not self._parity)

    def write(self, launch_key: str | None = None) -> dict[str, Any]:
        """The document. Its job parameters and their values for this launch are in `varying` afterwards."""
        group, arguments = self._group, self._arguments
        root: dict[str, Any] = {
            "schema": "group/1",
            "dialect": "airflow",
            "dag_id": group.dag.dag_id,
            "group_id": group.group_id,
            "max_concurrent_runs": _whole(arguments["max_concurrent_runs"]),
            "job_clusters": arguments["job_clusters"],
        }
        if group.task_keys == "md5" or self._parity:
            root["task_keys"] = "md5"
        if not group.prefix_group_id:
            root["prefix_keys"] = False
        if arguments["access_control_list"] is not None:
            root["access_control_list"] = arguments["access_control_list"]
        if arguments["existing_clusters"]:
            root["existing_clusters"] = arguments["existing_clusters"]
        if self._parity:
            root |= self._of_the_stock_provider(arguments)
        root["tasks"] = self._children(group)
        extra = dict(arguments["extra_job_params"])
        if "tasks" in extra and not self._parity:
            raise ValueError(
                "extra_job_params must not have `tasks`: they would replace the tasks of the group, which then wait "
                "for what is not there. Write them as members"
            )
        self._add_parameters(root, extra)
        if extra:
            root["extra_job_params"] = extra
        policy: dict[str, Any] = {"job_identity": group.job_identity}
        if launch_key is not None:
            policy["launch_key"] = launch_key
        return root | {"policy": policy}

    def _of_the_stock_provider(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        said = {name: arguments[name] for name in GROUP_LISTS if arguments[name]}
        defaults = {}
        if arguments["notebook_params"]:
            defaults["notebook_params"] = arguments["notebook_params"]
        if self._group.notebook_packages:
            defaults["libraries"] = self._group.notebook_packages
        return said | ({"defaults": defaults} if defaults else {})

    def _add_parameters(self, root: dict[str, Any], extra: dict[str, Any]) -> None:
        made = [{"name": name, "default": ""} for name in self.varying.values]
        if made and "parameters" in extra:  # a list there replaces the one at the root
            extra["parameters"] = [*extra["parameters"], *made]
        elif made:
            root["parameters"] = made

    def _children(self, group: TaskGroup) -> list[dict[str, Any]]:
        written = []
        for child in group.children.values():
            if isinstance(child, TaskGroup):
                inner = self._children(child)
                if inner:
                    prefix = {} if child.prefix_group_id else {"prefix_keys": False}
                    written.append({"group": str(child._group_id), **prefix, "tasks": inner})
            elif child.node_id != self._group.launch_task_id:
                written.append(self._member(child))
        return written

    def _member(self, task: Any) -> dict[str, Any]:
        label = label_of(task)
        after = [f"/{self._paths[each]}" for each in sorted(task.upstream_task_ids) if each in self._paths]
        waits = {"depends_on": after} if after else {}
        if isinstance(task, MappedOperator):
            each = [] if self._context is None else instances(task, self._context)
            return {
                "group": label,
                "tasks": [self._entry(one, str(index)) for index, one in enumerate(each)],
                **waits,
            }
        return self._entry(task, label) | waits

    def _entry(self, task: Any, label: str) -> dict[str, Any]:
        """One task, in the dialect's words."""
        rendering = Rendering(task, self._context)
        said: dict[str, Any] = {
            "task_key": label,
            "trigger_rule": str(getattr(task.trigger_rule, "value", task.trigger_rule)),
        }
        for name in BESIDE:
            value = rendering.value(getattr(task, name))
            if value not in (None, ""):
                said[name] = value
        if task.retry_on_timeout is not None:
            said["retry_on_timeout"] = _flag(rendering.value(task.retry_on_timeout))
        said |= task.entry_of_stock(rendering) if self._parity else task.entry(rendering, self)
        return said

    def of_group(self, name: str) -> Any:
        """An argument of the group: as the DAG file has it, and rendered for this launch."""
        return getattr(self._group, name), self._arguments[name]


def digest_of(document: Mapping[str, Any]) -> str:
    """Loads the library."""
    import brickwork

    return str(brickwork.group.compile(dict(document)).digest)


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.strip().isdigit() else value


def _flag(value: Any) -> bool:
    return value.strip().lower() in {"true", "1", "yes"} if isinstance(value, str) else bool(value)
