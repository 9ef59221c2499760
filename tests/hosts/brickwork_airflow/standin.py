"""Airflow's side of task instances, without Airflow: tries, XComs, the state store and states that a test may set."""

from types import SimpleNamespace

from airflow.sdk.bases.operator import TriggerFailureReason

from brickwork_airflow.expansion import instances


class Store(dict):
    def set(self, key, value):
        self[key] = value


class DagRun:
    """One run of a DAG whose members wait in the worker.

    Args:
        dag: parsed
        store: whether this Airflow has a task state store, which came with 3.3
    """

    def __init__(self, dag, run_id="one", store=True):
        self.dag, self.run_id = dag, run_id
        self.tries, self.cleared, self.states, self.xcoms = {}, {}, {}, {}
        self.stores = {} if store else None

    def clear(self, *task_ids):
        """As Airflow's button does."""
        for task_id in task_ids:
            self.cleared[task_id] = self.tries.get(task_id, 0)
            self.states[task_id] = None

    def run(self, task_id, map_index=-1, out_of_time=False):
        """One try, or the resumption of one whose trigger has timed out; what it raises is raised."""
        key = task_id if map_index < 0 else f"{task_id}_{map_index}"
        task = self.dag.task_dict[task_id]
        if map_index >= 0:
            task = instances(task, {})[map_index]
        self.tries[key] = self.tries.get(key, 0) + 1
        ti = SimpleNamespace(
            dag_id=self.dag.dag_id, run_id=self.run_id, task_id=task_id, map_index=map_index, try_number=self.tries[key],
            max_tries=self.cleared.get(key, 0) + (task.retries or 0), task=task,
            xcom_pull=lambda task_ids, key: self.xcoms.get((task_ids, key)),
            xcom_push=lambda key, value: self.xcoms.__setitem__((task_id, key), value),
            get_task_states=lambda dag_id, run_ids, task_ids: {self.run_id: {
                each: state for each, state in self.states.items() if each.rsplit("_", 1)[0] in task_ids or each in task_ids}})
        context = {"ti": ti, "task": task, "run_id": self.run_id, "params": {}}
        if self.stores is not None:
            context["task_state_store"] = self.stores.setdefault(key, Store())
        self.states[key] = "running"
        try:
            value = (task.resume_execution("__fail__", {"error": TriggerFailureReason.TRIGGER_TIMEOUT}, context)
                     if out_of_time else task.execute(context))
        except BaseException:
            self.states[key] = "failed"
            raise
        self.states[key] = "success"
        if value is not None:
            self.xcoms[task_id, "return_value"] = value
        return ti
