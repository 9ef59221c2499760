"""Who asks for a repair, and of what."""

import pytest
from brickwork import State

from brickwork_airflow.repair import Start, has_to_run_again, paths_to_run_again, states_by_path


def start(*reported, try_number=2, **more):
    return Start(reported=reported, try_number=try_number, since_ms=1_000, **more)


def attempt(verdict="failed", run_id=7, result_state="FAILED", start_time_ms=500):
    return {"verdict": verdict, "run_id": run_id, "result_state": result_state, "start_time_ms": start_time_ms}


@pytest.mark.parametrize(("seen", "known", "again"), [
    (attempt(), start(7), True),  # told before, and nobody repaired it
    (attempt(run_id=8), start(7), False),  # a newer one failed: that is news
    (attempt(), start(try_number=1), False),  # the first try tells what it sees
    (attempt("succeeded", result_state="SUCCESS"), start(7), True),  # cleared although it had succeeded
    (attempt("running"), start(7), False),  # still under way
    (attempt(), start(7, asked=True), False),  # one repair a try
    (attempt("upstream_failed", result_state="UPSTREAM_FAILED"), start(try_number=1), True),  # what failed is mended
    (attempt("upstream_failed", result_state="UPSTREAM_FAILED"), start(try_number=1, trigger_rule="all_done"), False),
    (attempt("canceled", result_state="UPSTREAM_CANCELED"), start(try_number=1), True),
    (attempt("canceled", result_state="CANCELED"), start(), True),  # the clear of the try before canceled it
    (attempt("canceled", result_state="CANCELED"), start(try_number=1), False),  # somebody at Databricks did
    (attempt("canceled", result_state="CANCELED", start_time_ms=2_000), start(), False)])
def test_who_runs_again(seen, known, again):
    assert has_to_run_again(seen, known) is again


def state(**tasks):
    """Verdict and upstreams by path."""
    return State.read({
        "verdict": "failed", "groups": [], "repairs": [],
        "run": {"run_id": 1, "run_id_str": "1", "life_cycle_state": "TERMINATED"},
        "tasks": [{"path": path.replace("__", "/"), "task_key": path, "verdict": verdict, "life_cycle_state": "TERMINATED",
                   "depends_on": list(upstreams)} for path, (verdict, *upstreams) in tasks.items()]})


CHAIN = state(a=("failed",), b=("upstream_failed", "a"), c=("failed",), d=("succeeded",))


def test_those_that_were_cleared_together_are_one_repair():
    assert paths_to_run_again("a", CHAIN, {"a": "running", "b": None, "c": "queued", "d": "success"}) == ["a", "b", "c"]


def test_what_nobody_cleared_stays():
    assert paths_to_run_again("a", CHAIN, {"a": "running", "b": "upstream_failed", "c": "failed", "d": "success"}) == ["a"]


def test_who_waits_for_a_retry_comes_along():
    assert paths_to_run_again("c", CHAIN, {"a": "up_for_retry", "b": None, "c": "running", "d": "success"}) == ["a", "b", "c"]


def test_what_succeeded_and_was_cleared_below_runs_again_in_the_same_repair():
    done = state(a=("succeeded",), b=("succeeded", "a"), c=("succeeded", "b"), d=("succeeded", "a"))
    assert paths_to_run_again("a", done, {"a": "running", "b": None, "c": None, "d": "success"}) == ["a", "b", "c"]


def test_a_sibling_that_is_slow_to_tell_its_success_is_left_alone():
    done = state(a=("failed",), b=("succeeded",))
    assert paths_to_run_again("a", done, {"a": "running", "b": "deferred"}) == ["a"]


def test_states_of_mapped_tasks():
    found = states_by_path({"wf.a": "a", "wf.m": "m"}, {"wf.a": "failed", "wf.m_0": "success", "wf.m_1": "running"}, ["a", "m/0", "m/1"])
    assert found == {"a": "failed", "m/0": "success", "m/1": "running"}
