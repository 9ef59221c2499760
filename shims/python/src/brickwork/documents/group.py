"""A Databricks job with three things added: defaults, nested groups, policy."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from brickwork.documents._base import Document, maybe, many, unless_text

GroupDialect: TypeAlias = Literal["databricks", "airflow"]
GroupTaskKeys: TypeAlias = Literal["path", "md5"]
GroupDependsOn: TypeAlias = Literal["direct", "reduced"]
GroupPolicyJobIdentity: TypeAlias = Literal["name", "definition", "none"]
GroupPolicyRepairDrift: TypeAlias = Literal["refuse", "new", "restore"]
GroupPolicyOnAbandon: TypeAlias = Literal["leave", "cancel"]
GroupLint: TypeAlias = Literal["error", "warning", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Document):
    """A Databricks job with three things added: defaults, nested groups, policy.

    Attributes:
        schema: May be left out.
        dialect: Airflow: compiles to what Airflow's Databricks provider 7.23.0 sends; the members below that say
            "airflow:" belong to it.
        task_keys: Airflow: readable keys, or the provider's md5 of <dag_id>__<task_id>.
        dag_id: Airflow: with group_id the name of the job, <dag_id>.<group_id>.
        group_id: Airflow: full id of the workflow task group.
        extra_job_params: Airflow: merged over the job; objects deep, anything else replaced.
        existing_clusters: Airflow: taken and never sent, as the provider does.
        jar_params: Airflow: for run-now.
        python_params: Airflow: for run-now.
        spark_submit_params: Airflow: for run-now.
        name: Name of the job.
        depends_on: Of the outermost group only: reduced leaves out dependencies that follow from others.
        lint: How severe findings are, by the names of their rules; not sent to Databricks.
        parameters: Job parameters.
    """

    schema: str | None = None
    dialect: GroupDialect | None = None
    task_keys: GroupTaskKeys | None = None
    dag_id: str | None = None
    group_id: str | None = None
    extra_job_params: dict[str, Any] | None = None
    existing_clusters: tuple[Any, ...] | None = None
    jar_params: tuple[str, ...] | None = None
    python_params: tuple[str, ...] | None = None
    spark_submit_params: tuple[str, ...] | None = None
    name: str | None = None
    tasks: tuple[GroupMember, ...] | None = None
    depends_on: GroupDependsOn | None = None
    defaults: GroupDefaults | None = None
    policy: GroupPolicy | None = None
    launch: GroupLaunch | None = None
    lint: dict[str, GroupLint] | None = None
    job_clusters: tuple[GroupJobCluster, ...] | None = None
    parameters: tuple[GroupParameter, ...] | None = None
    environments: tuple[GroupEnvironment, ...] | None = None
    tags: dict[str, str] | None = None
    timeout_seconds: int | None = None
    max_concurrent_runs: int | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> Group:
        return cls(
            schema=document.get("schema"),
            dialect=document.get("dialect"),
            task_keys=document.get("task_keys"),
            dag_id=document.get("dag_id"),
            group_id=document.get("group_id"),
            extra_job_params=document.get("extra_job_params"),
            existing_clusters=maybe(tuple, document.get("existing_clusters")),
            jar_params=maybe(tuple, document.get("jar_params")),
            python_params=maybe(tuple, document.get("python_params")),
            spark_submit_params=maybe(tuple, document.get("spark_submit_params")),
            name=document.get("name"),
            tasks=maybe(many(read_group_member), document.get("tasks")),
            depends_on=document.get("depends_on"),
            defaults=maybe(GroupDefaults.read, document.get("defaults")),
            policy=maybe(GroupPolicy.read, document.get("policy")),
            launch=maybe(GroupLaunch.read, document.get("launch")),
            lint=document.get("lint"),
            job_clusters=maybe(many(GroupJobCluster.read), document.get("job_clusters")),
            parameters=maybe(many(GroupParameter.read), document.get("parameters")),
            environments=maybe(many(GroupEnvironment.read), document.get("environments")),
            tags=document.get("tags"),
            timeout_seconds=document.get("timeout_seconds"),
            max_concurrent_runs=document.get("max_concurrent_runs"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NestedGroup(Document):
    """Tasks that belong together; whoever depends on it depends on its last ones.

    Attributes:
        group: Name, unique in the group around it.
        depends_on: A name is a task or group beside this one, a/b a path; an object is Databricks' own form.
        run_if: Holds for the first tasks of the group.
        prefix_keys: False: the tasks inside have the keys that they would have in the group around this one.
    """

    group: str
    depends_on: tuple[str | NestedGroupDependsOn, ...] | None = None
    run_if: str | None = None
    prefix_keys: bool | None = None
    tasks: tuple[GroupMember, ...]
    defaults: GroupDefaults | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> NestedGroup:
        return cls(
            group=document["group"],
            depends_on=maybe(many(unless_text(NestedGroupDependsOn.read)), document.get("depends_on")),
            run_if=document.get("run_if"),
            prefix_keys=document.get("prefix_keys"),
            tasks=many(read_group_member)(document["tasks"]),
            defaults=maybe(GroupDefaults.read, document.get("defaults")),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NestedGroupDependsOn(Document):
    """Part of group/1."""

    task_key: str
    outcome: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> NestedGroupDependsOn:
        return cls(
            task_key=document["task_key"],
            outcome=document.get("outcome"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDefaults(Document):
    """Inherited by every task below and by nested groups.

    Attributes:
        notebook_params: Laid under each notebook_task.base_parameters.
        sql_params: Laid under each sql_task.parameters, but for alerts.
        python_named_params: Laid under each python_wheel_task.named_parameters.
        python_params: Parameters of each spark_python_task and python_wheel_task that has none.
        jar_params: Parameters of each spark_jar_task that has none.
        spark_submit_params: Parameters of each spark_submit_task that has none.
        libraries: Added to each task's; the same one twice is one.
    """

    job_cluster_key: str | None = None
    existing_cluster_id: str | None = None
    environment_key: str | None = None
    notebook_params: dict[str, Any] | None = None
    sql_params: dict[str, Any] | None = None
    python_named_params: dict[str, Any] | None = None
    python_params: tuple[str, ...] | None = None
    jar_params: tuple[str, ...] | None = None
    spark_submit_params: tuple[str, ...] | None = None
    libraries: tuple[dict[str, Any], ...] | None = None
    max_retries: int | None = None
    timeout_seconds: int | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> GroupDefaults:
        return cls(
            job_cluster_key=document.get("job_cluster_key"),
            existing_cluster_id=document.get("existing_cluster_id"),
            environment_key=document.get("environment_key"),
            notebook_params=document.get("notebook_params"),
            sql_params=document.get("sql_params"),
            python_named_params=document.get("python_named_params"),
            python_params=maybe(tuple, document.get("python_params")),
            jar_params=maybe(tuple, document.get("jar_params")),
            spark_submit_params=maybe(tuple, document.get("spark_submit_params")),
            libraries=maybe(tuple, document.get("libraries")),
            max_retries=document.get("max_retries"),
            timeout_seconds=document.get("timeout_seconds"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTask(Document):
    """A task of the Jobs API with one member that says its kind.

    Attributes:
        task_key: Unique in its group.
        depends_on: A name is a task or group beside this one, a/b a path; an object is Databricks' own form.
        run_if: ALL_SUCCESS, AT_LEAST_ONE_SUCCESS, NONE_FAILED, ALL_DONE, AT_LEAST_ONE_FAILED or ALL_FAILED.
        task_id: Airflow: full id, where it is not group_id and the path joined by dots.
        databricks_task_key: Airflow: the key as it is, unless it is empty or longer than 100 characters.
        trigger_rule: Airflow: becomes run_if where Databricks has one.
        execution_timeout: Airflow: seconds; the timeout_seconds of a notebook.
        task_config: Airflow: what a DatabricksTaskOperator runs, as it is.
    """

    task_key: str
    depends_on: tuple[str | GroupTaskDependsOn, ...] | None = None
    run_if: str | None = None
    job_cluster_key: str | None = None
    existing_cluster_id: str | None = None
    environment_key: str | None = None
    new_cluster: dict[str, Any] | None = None
    notebook_task: GroupTaskNotebookTask | None = None
    libraries: tuple[dict[str, Any], ...] | None = None
    max_retries: int | None = None
    timeout_seconds: int | None = None
    disabled: bool | None = None
    task_id: str | None = None
    databricks_task_key: str | None = None
    trigger_rule: str | None = None
    execution_timeout: float | None = None
    task_config: dict[str, Any] | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> GroupTask:
        return cls(
            task_key=document["task_key"],
            depends_on=maybe(many(unless_text(GroupTaskDependsOn.read)), document.get("depends_on")),
            run_if=document.get("run_if"),
            job_cluster_key=document.get("job_cluster_key"),
            existing_cluster_id=document.get("existing_cluster_id"),
            environment_key=document.get("environment_key"),
            new_cluster=document.get("new_cluster"),
            notebook_task=maybe(GroupTaskNotebookTask.read, document.get("notebook_task")),
            libraries=maybe(tuple, document.get("libraries")),
            max_retries=document.get("max_retries"),
            timeout_seconds=document.get("timeout_seconds"),
            disabled=document.get("disabled"),
            task_id=document.get("task_id"),
            databricks_task_key=document.get("databricks_task_key"),
            trigger_rule=document.get("trigger_rule"),
            execution_timeout=document.get("execution_timeout"),
            task_config=document.get("task_config"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTaskDependsOn(Document):
    """Part of group/1."""

    task_key: str
    outcome: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> GroupTaskDependsOn:
        return cls(
            task_key=document["task_key"],
            outcome=document.get("outcome"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTaskNotebookTask(Document):
    """Part of group/1."""

    notebook_path: str | None = None
    base_parameters: dict[str, Any] | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> GroupTaskNotebookTask:
        return cls(
            notebook_path=document.get("notebook_path"),
            base_parameters=document.get("base_parameters"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPolicy(Document):
    """What Databricks has no word for.

    Attributes:
        launch_key: One key, one run; without it every launch is a new run.
        job_identity: One saved job for the name, one for each definition, or none: a one-time run.
        cleanup: Saved jobs of other definitions of this group (job_identity definition) that a launch deletes when
            it made a new one.
    """

    launch_key: str | None = None
    job_identity: GroupPolicyJobIdentity | None = None
    repair: GroupPolicyRepair | None = None
    on_abandon: GroupPolicyOnAbandon | None = None
    cleanup: GroupPolicyCleanup | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> GroupPolicy:
        return cls(
            launch_key=document.get("launch_key"),
            job_identity=document.get("job_identity"),
            repair=maybe(GroupPolicyRepair.read, document.get("repair")),
            on_abandon=document.get("on_abandon"),
            cleanup=maybe(GroupPolicyCleanup.read, document.get("cleanup")),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPolicyRepair(Document):
    """Part of group/1.

    Attributes:
        on: Classes of failure: cluster, platform, quota, library, user_code, or any.
        wait_ms: Before a repair, with up to a tenth more by chance, in ms.
        deadline_ms: No repair begins later than this after the run began; 0: whenever, in ms.
        budget_ms: No repair begins when attempts that failed took more than this; 0: any, in ms.
        drift: When the job's settings changed since the launch: refuse (default), repair with the new ones, or put
            the launched ones back for the repair.
    """

    max_attempts: int | None = None
    on: tuple[str, ...] | None = None
    dependents: bool | None = None
    wait_ms: int | None = None
    deadline_ms: int | None = None
    budget_ms: int | None = None
    drift: GroupPolicyRepairDrift | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> GroupPolicyRepair:
        return cls(
            max_attempts=document.get("max_attempts"),
            on=maybe(tuple, document.get("on")),
            dependents=document.get("dependents"),
            wait_ms=document.get("wait_ms"),
            deadline_ms=document.get("deadline_ms"),
            budget_ms=document.get("budget_ms"),
            drift=document.get("drift"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPolicyCleanup(Document):
    """Part of group/1.

    Attributes:
        after_ms: Nobody ran them for so long, in ms.
        at_most: Of them in one launch; 0: none.
    """

    after_ms: int | None = None
    at_most: int | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> GroupPolicyCleanup:
        return cls(
            after_ms=document.get("after_ms"),
            at_most=document.get("at_most"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLaunch(Document):
    """What holds for one launch and is no part of the job.

    Attributes:
        task_parameters: By the path of a task: values of its own parameters; a list is addressed by position, "0"
            is the first.
    """

    task_parameters: dict[str, dict[str, str | float | bool]] | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> GroupLaunch:
        return cls(
            task_parameters=document.get("task_parameters"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupJobCluster(Document):
    """Part of group/1."""

    job_cluster_key: str
    new_cluster: dict[str, Any] | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> GroupJobCluster:
        return cls(
            job_cluster_key=document["job_cluster_key"],
            new_cluster=document.get("new_cluster"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupParameter(Document):
    """Part of group/1."""

    name: str
    default: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> GroupParameter:
        return cls(
            name=document["name"],
            default=document.get("default"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEnvironment(Document):
    """Part of group/1."""

    environment_key: str
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> GroupEnvironment:
        return cls(
            environment_key=document["environment_key"],
            raw=document,
        )


GroupMember: TypeAlias = NestedGroup | GroupTask


def read_group_member(document: dict[str, Any]) -> GroupMember:
    return NestedGroup.read(document) if "group" in document else GroupTask.read(document)
