"""A run as the host should see it."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from brickwork.documents._base import Document, maybe, many
from brickwork.documents._views import RunView

StateVerdict: TypeAlias = Literal[
    "running",
    "succeeded",
    "succeeded_with_failures",
    "failed",
    "canceled",
    "timed_out",
    "skipped",
]
StateTaskVerdict: TypeAlias = Literal[
    "running",
    "succeeded",
    "succeeded_with_failures",
    "failed",
    "canceled",
    "timed_out",
    "skipped",
    "waiting",
    "pending",
    "upstream_failed",
    "excluded",
    "disabled",
]
StateRepairSettings: TypeAlias = Literal["launched", "restored", "current"]
StateLogStream: TypeAlias = Literal["stdout", "stderr"]


@dataclass(frozen=True, slots=True, kw_only=True)
class State(RunView, Document):
    """A run as the host should see it.

    Attributes:
        schema: May be left out.
        tasks: The latest attempt of each, in the order of the handle.
        watched: How a watch asked for this state: of the run alone (runs/get), or of many runs at once by the list
            of completed or of active runs; with the reason when it is not the cheapest of these.
        logs: In progress, when asked for: lines that no document before has held, in the order of each stream.
        logs_lost: Lines that were dropped because nobody looked at 8 MiB of them.
        first_error: Of the tasks that are failed now, the one that failed first.
        insight: When the request says insight: where the time went; in the answer, never in progress.
        changed: In progress: paths of tasks and groups that differ from what the host saw last.
        stale_since_ms: Unix time of the last good look, while looks fail, in ms.
        warnings: What this version could not make sense of; absent when there is nothing.
    """

    schema: str | None = None
    verdict: StateVerdict
    run: StateRun
    tasks: tuple[StateTask, ...]
    groups: tuple[StateGroup, ...]
    watched: StateWatched | None = None
    repairs: tuple[StateRepair, ...]
    logs: tuple[StateLog, ...] | None = None
    logs_lost: int | None = None
    first_error: StateFirstError | None = None
    insight: StateInsight | None = None
    changed: tuple[str, ...] | None = None
    stale_since_ms: int | None = None
    warnings: tuple[StateWarning, ...] | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> State:
        return cls(
            schema=document.get("schema"),
            verdict=document["verdict"],
            run=StateRun.read(document["run"]),
            tasks=many(StateTask.read)(document["tasks"]),
            groups=many(StateGroup.read)(document["groups"]),
            watched=maybe(StateWatched.read, document.get("watched")),
            repairs=many(StateRepair.read)(document["repairs"]),
            logs=maybe(many(StateLog.read), document.get("logs")),
            logs_lost=document.get("logs_lost"),
            first_error=maybe(StateFirstError.read, document.get("first_error")),
            insight=maybe(StateInsight.read, document.get("insight")),
            changed=maybe(tuple, document.get("changed")),
            stale_since_ms=document.get("stale_since_ms"),
            warnings=maybe(many(StateWarning.read), document.get("warnings")),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRun(Document):
    """Part of state/1.

    Attributes:
        run_id_str: The same for readers whose numbers end at 2^53.
        job_id_str: The same for readers whose numbers end at 2^53.
        life_cycle_state: Databricks' word, such as RUNNING or TERMINATED.
        result_state: Databricks' word, such as SUCCESS.
        termination_type: SUCCESS, INTERNAL_ERROR, CLIENT_ERROR or CLOUD_FAILURE.
        start_time_ms: Unix time, in ms.
        end_time_ms: Unix time, in ms.
        queue_ms: Waited for a place, in ms.
        setup_ms: Prepared the compute, in ms.
        execution_ms: Ran, in ms.
        cleanup_ms: Cleaned up, in ms.
        run_duration_ms: From start to end, repairs included, in ms.
    """

    run_id: int
    run_id_str: str
    job_id: int | None = None
    job_id_str: str | None = None
    name: str | None = None
    life_cycle_state: str
    result_state: str | None = None
    state_message: str | None = None
    termination_code: str | None = None
    termination_type: str | None = None
    run_page_url: str | None = None
    start_time_ms: int | None = None
    end_time_ms: int | None = None
    queue_ms: int | None = None
    setup_ms: int | None = None
    execution_ms: int | None = None
    cleanup_ms: int | None = None
    run_duration_ms: int | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> StateRun:
        return cls(
            run_id=document["run_id"],
            run_id_str=document["run_id_str"],
            job_id=document.get("job_id"),
            job_id_str=document.get("job_id_str"),
            name=document.get("name"),
            life_cycle_state=document["life_cycle_state"],
            result_state=document.get("result_state"),
            state_message=document.get("state_message"),
            termination_code=document.get("termination_code"),
            termination_type=document.get("termination_type"),
            run_page_url=document.get("run_page_url"),
            start_time_ms=document.get("start_time_ms"),
            end_time_ms=document.get("end_time_ms"),
            queue_ms=document.get("queue_ms"),
            setup_ms=document.get("setup_ms"),
            execution_ms=document.get("execution_ms"),
            cleanup_ms=document.get("cleanup_ms"),
            run_duration_ms=document.get("run_duration_ms"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTask(Document):
    """Part of state/1.

    Attributes:
        path: Names of groups and the task, joined by /; without a handle the task_key.
        task_key: The task in Databricks' words.
        run_id_str: The same for readers whose numbers end at 2^53.
        life_cycle_state: Databricks' word, such as RUNNING or TERMINATED.
        result_state: Databricks' word, such as SUCCESS.
        termination_type: SUCCESS, INTERNAL_ERROR, CLIENT_ERROR or CLOUD_FAILURE.
        error: Its first 2,000 bytes.
        attempt_number: 0 is the first.
        attempts: All, the latest last.
        start_time_ms: Unix time, in ms.
        end_time_ms: Unix time, in ms.
        queue_ms: Waited for a place, in ms.
        setup_ms: Prepared the compute, in ms.
        execution_ms: Ran, in ms.
        cleanup_ms: Cleaned up, in ms.
        url: Of its page.
        repairing: Runs again as part of a repair.
        depends_on: Paths.
    """

    path: str
    task_key: str
    run_id: int | None = None
    run_id_str: str | None = None
    life_cycle_state: str
    result_state: str | None = None
    state_message: str | None = None
    termination_code: str | None = None
    termination_type: str | None = None
    verdict: StateTaskVerdict
    error: str | None = None
    attempt_number: int | None = None
    attempts: tuple[StateTaskAttempt, ...] | None = None
    start_time_ms: int | None = None
    end_time_ms: int | None = None
    queue_ms: int | None = None
    setup_ms: int | None = None
    execution_ms: int | None = None
    cleanup_ms: int | None = None
    url: str | None = None
    repairing: bool | None = None
    depends_on: tuple[str, ...] | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> StateTask:
        return cls(
            path=document["path"],
            task_key=document["task_key"],
            run_id=document.get("run_id"),
            run_id_str=document.get("run_id_str"),
            life_cycle_state=document["life_cycle_state"],
            result_state=document.get("result_state"),
            state_message=document.get("state_message"),
            termination_code=document.get("termination_code"),
            termination_type=document.get("termination_type"),
            verdict=document["verdict"],
            error=document.get("error"),
            attempt_number=document.get("attempt_number"),
            attempts=maybe(many(StateTaskAttempt.read), document.get("attempts")),
            start_time_ms=document.get("start_time_ms"),
            end_time_ms=document.get("end_time_ms"),
            queue_ms=document.get("queue_ms"),
            setup_ms=document.get("setup_ms"),
            execution_ms=document.get("execution_ms"),
            cleanup_ms=document.get("cleanup_ms"),
            url=document.get("url"),
            repairing=document.get("repairing"),
            depends_on=maybe(tuple, document.get("depends_on")),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTaskAttempt(Document):
    """Part of state/1.

    Attributes:
        run_id_str: The same for readers whose numbers end at 2^53.
        start_time_ms: Unix time, in ms.
        end_time_ms: Unix time, in ms.
    """

    run_id: int | None = None
    run_id_str: str | None = None
    result_state: str | None = None
    start_time_ms: int | None = None
    end_time_ms: int | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> StateTaskAttempt:
        return cls(
            run_id=document.get("run_id"),
            run_id_str=document.get("run_id_str"),
            result_state=document.get("result_state"),
            start_time_ms=document.get("start_time_ms"),
            end_time_ms=document.get("end_time_ms"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateGroup(Document):
    """Part of state/1."""

    path: str
    verdict: StateTaskVerdict
    tasks_total: int
    tasks_done: int
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> StateGroup:
        return cls(
            path=document["path"],
            verdict=document["verdict"],
            tasks_total=document["tasks_total"],
            tasks_done=document["tasks_done"],
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateWatched(Document):
    """Part of state/1."""

    by: str
    reason: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> StateWatched:
        return cls(
            by=document["by"],
            reason=document.get("reason"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRepair(Document):
    """Part of state/1.

    Attributes:
        repair_id_str: The same for readers whose numbers end at 2^53.
        start_time_ms: Unix time, in ms.
        end_time_ms: Unix time, in ms.
        tasks: Paths of the tasks that it ran, as far as the state has them.
        asked_by: "policy", "request", or whom the request named; left out when the handle does not know of it.
        settings: Which settings of the job it ran with: those of the launch, those of the launch put back for it,
            or what the job had at that moment; left out when it is not known.
    """

    repair_id: int
    repair_id_str: str | None = None
    start_time_ms: int | None = None
    end_time_ms: int | None = None
    result_state: str | None = None
    task_run_ids: tuple[int, ...] | None = None
    tasks: tuple[str, ...] | None = None
    asked_by: str | None = None
    settings: StateRepairSettings | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> StateRepair:
        return cls(
            repair_id=document["repair_id"],
            repair_id_str=document.get("repair_id_str"),
            start_time_ms=document.get("start_time_ms"),
            end_time_ms=document.get("end_time_ms"),
            result_state=document.get("result_state"),
            task_run_ids=maybe(tuple, document.get("task_run_ids")),
            tasks=maybe(tuple, document.get("tasks")),
            asked_by=document.get("asked_by"),
            settings=document.get("settings"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateLog(Document):
    """Part of state/1.

    Attributes:
        tasks: Paths of those that are or were on the cluster: Databricks does not say whose a line is.
        first_line: Number of the first of lines in its stream.
        unread: Why the logs of the cluster cannot be read.
    """

    cluster_id: str
    job_cluster_key: str | None = None
    tasks: tuple[str, ...]
    stream: StateLogStream | None = None
    first_line: int | None = None
    lines: tuple[str, ...] | None = None
    unread: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> StateLog:
        return cls(
            cluster_id=document["cluster_id"],
            job_cluster_key=document.get("job_cluster_key"),
            tasks=tuple(document["tasks"]),
            stream=document.get("stream"),
            first_line=document.get("first_line"),
            lines=maybe(tuple, document.get("lines")),
            unread=document.get("unread"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateFirstError(Document):
    """Of the tasks that are failed now, the one that failed first.

    Attributes:
        error: Its first 500 bytes, without colours.
    """

    path: str
    error: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> StateFirstError:
        return cls(
            path=document["path"],
            error=document.get("error"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateInsight(Document):
    """When the request says insight: where the time went; in the answer, never in progress.

    Attributes:
        tasks: In the order of the state's tasks; each with all its attempts.
        dbu: Hours up * (rate of the driver + workers * rate of a worker), over all clusters with an estimate; only
            when the request gives rates.
    """

    run: StateInsightRun
    critical_path: StateInsightCriticalPath
    tasks: tuple[StateInsightTask, ...]
    clusters: tuple[StateInsightCluster, ...]
    dbu: StateInsightDbu | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> StateInsight:
        return cls(
            run=StateInsightRun.read(document["run"]),
            critical_path=StateInsightCriticalPath.read(document["critical_path"]),
            tasks=many(StateInsightTask.read)(document["tasks"]),
            clusters=many(StateInsightCluster.read)(document["clusters"]),
            dbu=maybe(StateInsightDbu.read, document.get("dbu")),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateInsightRun(Document):
    """Part of state/1.

    Attributes:
        elapsed_ms: From start to end, or to now, in ms.
        active_ms: Of these at least one task was under way, in ms.
        task_ms: All attempts of all tasks, added up, in ms.
        attempts: Task runs that were under way.
        retries: Attempts behind the first of each task, repairs included.
        lost_ms: Attempts that failed, timed out or were canceled, in ms.
        setup_share: Of task_ms.
        queue_ms: Waited for a place, in ms.
        setup_ms: Prepared the compute, in ms.
        execution_ms: Ran, in ms.
        cleanup_ms: Cleaned up, in ms.
    """

    elapsed_ms: int
    active_ms: int
    task_ms: int
    attempts: int
    retries: int
    lost_ms: int
    setup_share: float | None = None
    queue_ms: int | None = None
    setup_ms: int | None = None
    execution_ms: int | None = None
    cleanup_ms: int | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> StateInsightRun:
        return cls(
            elapsed_ms=document["elapsed_ms"],
            active_ms=document["active_ms"],
            task_ms=document["task_ms"],
            attempts=document["attempts"],
            retries=document["retries"],
            lost_ms=document["lost_ms"],
            setup_share=document.get("setup_share"),
            queue_ms=document.get("queue_ms"),
            setup_ms=document.get("setup_ms"),
            execution_ms=document.get("execution_ms"),
            cleanup_ms=document.get("cleanup_ms"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateInsightCriticalPath(Document):
    """Part of state/1.

    Attributes:
        tasks: Paths, first to last: the chain of tasks that took longest.
        ms: What they took, all attempts.
        setup_ms: Of these their compute was prepared, in ms.
        setup_share: Of ms.
    """

    tasks: tuple[str, ...]
    ms: int
    setup_ms: int | None = None
    setup_share: float | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> StateInsightCriticalPath:
        return cls(
            tasks=tuple(document["tasks"]),
            ms=document["ms"],
            setup_ms=document.get("setup_ms"),
            setup_share=document.get("setup_share"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateInsightTask(Document):
    """Part of state/1.

    Attributes:
        attempts: That were under way; 0 of a task that was skipped.
        retries: Attempts behind the first.
        elapsed_ms: All attempts, from start to end or to now, in ms.
        lost_ms: Attempts that failed, timed out or were canceled, in ms.
        slack_ms: How much longer it could have taken without a longer critical path; 0 on it, in ms.
        queue_ms: Waited for a place, in ms.
        setup_ms: Prepared the compute, in ms.
        execution_ms: Ran, in ms.
        cleanup_ms: Cleaned up, in ms.
    """

    path: str
    attempts: int
    retries: int
    elapsed_ms: int
    lost_ms: int
    slack_ms: int
    queue_ms: int | None = None
    setup_ms: int | None = None
    execution_ms: int | None = None
    cleanup_ms: int | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> StateInsightTask:
        return cls(
            path=document["path"],
            attempts=document["attempts"],
            retries=document["retries"],
            elapsed_ms=document["elapsed_ms"],
            lost_ms=document["lost_ms"],
            slack_ms=document["slack_ms"],
            queue_ms=document.get("queue_ms"),
            setup_ms=document.get("setup_ms"),
            execution_ms=document.get("execution_ms"),
            cleanup_ms=document.get("cleanup_ms"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateInsightCluster(Document):
    """Part of state/1.

    Attributes:
        task: Path of the task that has the cluster for itself.
        environment_key: Serverless compute.
        tasks: Paths.
        setup_ms: Added up over its tasks, in ms.
        up_ms: From when its first task was set up to the end of its last one, in ms.
        unpriced: Why there is no estimate.
    """

    job_cluster_key: str | None = None
    existing_cluster_id: str | None = None
    task: str | None = None
    environment_key: str | None = None
    cluster_id: str | None = None
    tasks: tuple[str, ...]
    setup_ms: int
    up_ms: int
    dbu: StateInsightClusterDbu | None = None
    unpriced: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> StateInsightCluster:
        return cls(
            job_cluster_key=document.get("job_cluster_key"),
            existing_cluster_id=document.get("existing_cluster_id"),
            task=document.get("task"),
            environment_key=document.get("environment_key"),
            cluster_id=document.get("cluster_id"),
            tasks=tuple(document["tasks"]),
            setup_ms=document["setup_ms"],
            up_ms=document["up_ms"],
            dbu=maybe(StateInsightClusterDbu.read, document.get("dbu")),
            unpriced=document.get("unpriced"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateInsightClusterDbu(Document):
    """Part of state/1.

    Attributes:
        low: With the fewest workers.
        high: With the most.
    """

    low: float
    high: float
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> StateInsightClusterDbu:
        return cls(
            low=document["low"],
            high=document["high"],
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateInsightDbu(Document):
    """Part of state/1.

    Attributes:
        low: With the fewest workers.
        high: With the most.
        cost_low: Low * price_per_dbu.
        cost_high: High * price_per_dbu.
        unpriced: Clusters without an estimate, by the name of their entry.
    """

    low: float
    high: float
    cost_low: float | None = None
    cost_high: float | None = None
    unpriced: tuple[str, ...]
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> StateInsightDbu:
        return cls(
            low=document["low"],
            high=document["high"],
            cost_low=document.get("cost_low"),
            cost_high=document.get("cost_high"),
            unpriced=tuple(document["unpriced"]),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateWarning(Document):
    """Part of state/1.

    Attributes:
        rule: Stable name, such as unknown_state.
        path: Of the task; absent: the run.
    """

    rule: str
    path: str | None = None
    message: str
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> StateWarning:
        return cls(
            rule=document["rule"],
            path=document.get("path"),
            message=document["message"],
            raw=document,
        )
