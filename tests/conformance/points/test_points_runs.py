"""Points 11 to 20: a run on its way."""


import pytest
from jobs_client import SAME, bad, by_key, ok, results, wait_until

STATUS = {"TERMINATED": "TERMINATED", "SKIPPED": "TERMINATED", "INTERNAL_ERROR": "TERMINATED",
                "WAITING_FOR_RETRY": "WAITING"}


def assert_consistent(shown):
    state, status = shown["state"], shown["status"]
    life = state["life_cycle_state"]
    assert status["state"] == STATUS.get(life, life)
    assert ("result_state" in state) == ("termination_details" in status) == (status["state"] == "TERMINATED")


def test_point_11_a_run_is_there_at_once_with_all_its_tasks(jobs, gate):
    run_id = jobs.start(gate.task("a"), ok("b", "a"), ok("c", "b"))
    run = jobs.run(run_id)
    tasks = by_key(run)
    assert set(tasks) == {"a", "b", "c"} and len({task["run_id"] for task in run["tasks"]} | {run_id}) == 4
    assert tasks["a"]["state"]["life_cycle_state"] in ("PENDING", "RUNNING")
    assert {tasks[key]["state"]["life_cycle_state"] for key in "bc"} == {"BLOCKED"}
    gate.good("a")
    assert {key: task["run_id"] for key, task in by_key(jobs.finished(run_id)).items()} == {
        key: task["run_id"] for key, task in tasks.items()}


def test_point_12_a_run_and_its_tasks_go_through_their_states_in_order(jobs, gate):
    run_id = jobs.start(gate.task("a"), gate.task("b", "a"))
    seen = {"run": [], "a": [], "b": []}

    def look():
        run = jobs.run(run_id)
        for key, shown in {"run": run, **by_key(run)}.items():
            assert_consistent(shown)
            life = shown["state"]["life_cycle_state"]
            if not seen[key] or seen[key][-1] != life:
                seen[key].append(life)
        if seen["a"][-1] == "RUNNING":
            gate.good("a")
        if seen["b"][-1] == "RUNNING":
            jobs.post("runs/cancel", run_id=run_id)
        return "result_state" in run["state"]

    wait_until(look)
    order = ["BLOCKED", "PENDING", "RUNNING", "TERMINATING", "TERMINATED"]
    for key, states in seen.items():
        assert states == sorted(states, key=order.index), key
        assert states[-1] == "TERMINATED" and "RUNNING" in states
    assert seen["b"][0] == "BLOCKED"


@pytest.mark.parametrize("tasks, run_state, code, task_state", [
    (["good"], ("TERMINATED", "SUCCESS"), "SUCCESS", ("TERMINATED", "SUCCESS")),
    (["wrong"], ("INTERNAL_ERROR", "FAILED"), "RUN_EXECUTION_ERROR", ("TERMINATED", "FAILED")),
    (["wrong", "mends"], ("TERMINATED", "SUCCESS_WITH_FAILURES"), "SUCCESS_WITH_FAILURES", ("TERMINATED", "FAILED")),
    (["wrong", "below"], ("INTERNAL_ERROR", "FAILED"), "RUN_EXECUTION_ERROR", ("TERMINATED", "FAILED")),
])
def test_point_13_the_final_state_of_a_run(jobs, gate, tasks, run_state, code, task_state):
    gate.good("good")
    gate.bad("wrong")
    kinds = {"good": gate.task("good"), "wrong": gate.task("wrong"), "mends": ok("mends", "wrong", run_if="ALL_DONE"),
             "below": ok("below", "wrong")}
    run = jobs.done(*(kinds[key] for key in tasks))
    assert (run["state"]["life_cycle_state"], run["state"]["result_state"]) == run_state
    details = run["status"]["termination_details"]
    assert details["code"] == code
    assert details["type"] == ("CLIENT_ERROR" if run_state[1] == "FAILED" else "SUCCESS")
    task = by_key(run)[tasks[0]]["state"]
    assert (task["life_cycle_state"], task["result_state"]) == task_state
    if run_state[1] == "FAILED":
        assert run["state"]["state_message"] == (
            "Task wrong failed with message: Workload failed, see run output for details."
            + (" This caused all downstream tasks to get skipped." if "below" in tasks else ""))
        assert task["state_message"] == "Workload failed, see run output for details"


def test_point_14_every_kind_of_skip_is_its_own(jobs, gate):
    run_id = jobs.start(
        bad("failed"), ok("below_failed", "failed"), gate.task("canceled"), ok("below_canceled", "canceled"),
        {"task_key": "choice", "condition_task": SAME},
        {**ok("other_branch"), "depends_on": [{"task_key": "choice", "outcome": "false"}]},
        ok("only_if_failed", "choice", run_if="AT_LEAST_ONE_FAILED"), ok("off", disabled=True))
    gate.began("canceled")
    jobs.post("runs/cancel", run_id=by_key(jobs.run(run_id))["canceled"]["run_id"])
    run = jobs.finished(run_id)
    assert results(run) == {
        "failed": "FAILED", "below_failed": "UPSTREAM_FAILED", "canceled": "CANCELED",
        "below_canceled": "UPSTREAM_CANCELED", "choice": "SUCCESS", "other_branch": "EXCLUDED",
        "only_if_failed": "EXCLUDED", "off": "DISABLED"}
    for key in ("below_failed", "below_canceled", "other_branch", "only_if_failed", "off"):
        task = by_key(run)[key]
        assert task["state"]["life_cycle_state"] == "SKIPPED"
        assert task["run_id"] and task["start_time"] == task["end_time"] and "cluster_instance" not in task
        output = jobs.get("runs/get-output", run_id=task["run_id"])
        assert "error" not in output and "error_trace" not in output


@pytest.mark.parametrize("rule, upstream, expected", [
    ("ALL_SUCCESS", "oo", "SUCCESS"), ("ALL_SUCCESS", "ob", "UPSTREAM_FAILED"), ("ALL_SUCCESS", "ox", "SUCCESS"),
    ("AT_LEAST_ONE_SUCCESS", "ob", "SUCCESS"), ("AT_LEAST_ONE_SUCCESS", "bb", "UPSTREAM_FAILED"),
    ("NONE_FAILED", "ox", "SUCCESS"), ("NONE_FAILED", "ob", "UPSTREAM_FAILED"),
    ("ALL_DONE", "bb", "SUCCESS"), ("AT_LEAST_ONE_FAILED", "ob", "SUCCESS"), ("AT_LEAST_ONE_FAILED", "oo", "EXCLUDED"),
    ("ALL_FAILED", "bb", "SUCCESS"), ("ALL_FAILED", "ob", "EXCLUDED"),
    ("ALL_DONE", "xx", "EXCLUDED"), ("ALL_SUCCESS", "xx", "EXCLUDED"), ("ALL_FAILED", "xx", "EXCLUDED"),
])
def test_point_15_what_run_if_makes_of_the_tasks_above(jobs, rule, upstream, expected):
    kinds = {"o": lambda key: ok(key), "b": lambda key: bad(key),
             "x": lambda key: ok(key, "root", run_if="ALL_FAILED")}
    tasks = [kinds[kind](f"t{place}") for place, kind in enumerate(upstream)]
    run = jobs.done(ok("root"), *tasks, ok("end", "t0", "t1", run_if=rule))
    assert results(run)["end"] == expected


def test_point_15_only_leaves_decide_and_excluded_ones_count_as_well(jobs):
    run = jobs.done(bad("a"), ok("b", "a", run_if="ALL_DONE"), ok("c", "b", run_if="AT_LEAST_ONE_FAILED"))
    assert results(run) == {"a": "FAILED", "b": "SUCCESS", "c": "EXCLUDED"}
    assert run["state"]["result_state"] == "SUCCESS_WITH_FAILURES"
    assert jobs.done(ok("a"), bad("b", "a"), ok("c", "a"))["state"]["result_state"] == "FAILED"


def test_point_16_a_task_waits_for_its_own_upstreams_only(jobs, gate):
    run_id = jobs.start(gate.task("slow"), ok("quick"), ok("after_quick", "quick"), bad("broken"),
                        ok("after_slow", "slow"), ok("last", "after_quick"))
    jobs.task_in(run_id, "slow", "RUNNING")
    wait_until(lambda: results(jobs.run(run_id))["last"] == "SUCCESS")
    assert jobs.life(run_id, "slow") == "RUNNING" and jobs.life(run_id, "after_slow") == "BLOCKED"
    gate.good("slow")
    assert results(jobs.finished(run_id))["after_slow"] == "SUCCESS"


def test_point_17_a_retry_is_a_new_attempt_beside_the_old_one(jobs, gate):
    gate.bad("a")
    task = gate.task("a", max_retries=2, min_retry_interval_millis=1500)
    run_id = jobs.start(task, ok("b", "a"))
    wait_until(lambda: jobs.life(run_id, "a") == "WAITING_FOR_RETRY")
    assert jobs.life(run_id, "b") == "BLOCKED"
    gate.good("a")
    run = jobs.finished(run_id)
    attempts = sorted((task for task in run["tasks"] if task["task_key"] == "a"),
                      key=lambda task: task["attempt_number"])
    assert [task["attempt_number"] for task in attempts] == [0, 1]
    assert attempts[0]["run_id"] != attempts[1]["run_id"]
    assert [task["state"]["result_state"] for task in attempts] == ["FAILED", "SUCCESS"]
    assert attempts[1]["start_time"] - attempts[0]["start_time"] >= 1500
    assert run["state"]["result_state"] == "SUCCESS"
    assert "told to fail" in jobs.get("runs/get-output", run_id=attempts[0]["run_id"])["error"]


@pytest.mark.parametrize("retry_on_timeout, attempts", [(False, 1), (True, 2)])
def test_point_17_a_timeout_is_tried_again_only_when_that_is_wanted(jobs, gate, retry_on_timeout, attempts):
    run = jobs.done(gate.task("a", timeout_seconds=1, max_retries=1, retry_on_timeout=retry_on_timeout))
    assert [task["state"]["result_state"] for task in run["tasks"]] == ["TIMEDOUT"] * attempts


def test_point_18_a_task_and_a_run_have_time_limits(jobs, gate):
    run = jobs.done(gate.task("a", timeout_seconds=1), ok("b"))
    assert results(run) == {"a": "TIMEDOUT", "b": "SUCCESS"} and run["state"]["result_state"] == "FAILED"
    run = jobs.done(gate.task("c"), ok("d", "c"), ok("e"), timeout_seconds=1)
    assert run["state"]["result_state"] == "TIMEDOUT"
    assert results(run)["e"] == "SUCCESS" and {results(run)[key] for key in "cd"} <= {"TIMEDOUT", "CANCELED"}
    assert run["state"]["user_cancelled_or_timedout"]


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_point_19_a_cancel_ends_every_process_of_the_run(jobs, gate, tmp_path):
    script = tmp_path / "parent.py"
    script.write_text("import subprocess, sys, time\n"
                      f"child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
                      f"open({str(tmp_path / 'child')!r}, 'w').write(str(child.pid))\n"
                      "time.sleep(600)\n")
    run_id = jobs.start({"task_key": "a", "spark_python_task": {"python_file": f"file:{script}"}}, ok("b", "a"))
    child = int(wait_until(lambda: (tmp_path / "child").exists() and (tmp_path / "child").read_text()))
    assert is_alive(child)
    assert jobs.post("runs/cancel", run_id=run_id) == {}
    run = jobs.finished(run_id)
    assert (run["state"]["life_cycle_state"], run["state"]["result_state"]) == ("TERMINATED", "CANCELED")
    assert run["state"]["user_cancelled_or_timedout"]
    assert run["status"]["termination_details"]["code"] == "USER_CANCELED"
    wait_until(lambda: not is_alive(child))
    assert jobs.post("runs/cancel", run_id=run_id) == {}
    assert jobs.run(run_id)["state"] == run["state"]


def test_point_19_a_task_can_be_cancelled_alone(jobs, gate):
    run_id = jobs.start(gate.task("a"), gate.task("b"), ok("c", "a"), ok("d", "b"))
    jobs.task_in(run_id, "a", "RUNNING")
    jobs.task_in(run_id, "b", "RUNNING")
    jobs.post("runs/cancel", run_id=by_key(jobs.run(run_id))["a"]["run_id"])
    wait_until(lambda: results(jobs.run(run_id))["a"] == "CANCELED")
    assert jobs.life(run_id, "b") == "RUNNING"
    gate.good("b")
    assert results(jobs.finished(run_id)) == {"a": "CANCELED", "b": "SUCCESS", "c": "UPSTREAM_CANCELED",
                                              "d": "SUCCESS"}


def test_point_20_runs_over_the_limit_wait_in_a_queue_or_are_skipped(jobs, gate):
    job_id = jobs.create(gate.task("a"), max_concurrent_runs=2)
    running = [jobs.run_now(job_id) for _ in range(2)]
    queued = [jobs.run_now(job_id) for _ in range(2)]
    for run_id in queued:
        run = jobs.run(run_id)
        assert run["state"]["life_cycle_state"] == "QUEUED" and run["state"]["queue_reason"]
        assert run["status"]["queue_details"]["code"] == "MAX_CONCURRENT_RUNS_REACHED"
    skipped = jobs.run(jobs.run_now(job_id, queue={"enabled": False}))
    assert (skipped["state"]["life_cycle_state"], skipped["state"]["result_state"]) == (
        "SKIPPED", "MAXIMUM_CONCURRENT_RUNS_REACHED")
    assert skipped["state"]["state_message"] == (
        "Skipping this run because the limit of 2 maximum concurrent runs has been reached.")
    assert skipped["status"]["termination_details"]["code"] == "MAX_CONCURRENT_RUNS_EXCEEDED"
    jobs.post("runs/cancel", run_id=running[0])
    wait_until(lambda: jobs.life(queued[0]) != "QUEUED")
    assert jobs.life(queued[1]) == "QUEUED"
    jobs.post("runs/cancel-all", job_id=job_id, all_queued_runs=True)
    assert jobs.finished(queued[1])["state"]["result_state"] == "CANCELED"
    assert jobs.life(running[1]) in ("PENDING", "RUNNING")
    gate.good("a")
    assert jobs.finished(queued[0])["state"]["result_state"] == "SUCCESS"
    assert jobs.run(queued[0])["queue_duration"] > 0


def test_point_20_without_a_queue_and_with_no_place_at_all_every_run_is_skipped(jobs):
    run = jobs.done(ok("a"), max_concurrent_runs=0)
    assert run["state"]["result_state"] == "MAXIMUM_CONCURRENT_RUNS_REACHED"
    job_id = jobs.create(ok("a"), queue={"enabled": False})
    assert jobs.finished(jobs.run_now(job_id))["state"]["result_state"] == "SUCCESS"
