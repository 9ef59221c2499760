"""Everything that can be made to go wrong on request goes wrong in just that way, and is written down."""

import http.client
import json
import socket
import threading
import time

import pytest
from http_client import Plain
from test_protocol import TASK, create, finished

LIST = "/api/2.2/jobs/list"


def record(plain):
    return plain.ask("GET", "/api/brickwork/faults")[2]["record"]


BODIES = {
    "json": ({}, "application/json"),
    "html": ({"body": "<html><body>Bad Gateway</body></html>", "content_type": "text/html"}, "text/html"),
    "empty": ({"body": ""}, "application/json"),
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_outage_comes_with_every_body_that_outages_have(plain, faults, status, body):
    members, content_type = BODIES[body]
    faults({"path": LIST, "fault": {"kind": "status", "status": status, **members}})
    answered, headers, document = plain.ask("GET", LIST)
    assert (answered, headers["Content-Type"]) == (status, content_type)
    if body == "json":
        assert document["error_code"] in ("INTERNAL_ERROR", "TEMPORARILY_UNAVAILABLE") and document["message"]
    else:
        assert document == members["body"]
    assert plain.ask("GET", LIST)[0] == 200


@pytest.mark.parametrize("retry_after", [None, "2", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_429_comes_with_and_without_retry_after(plain, faults, retry_after):
    faults({"path": LIST, "fault": {"kind": "status", "status": 429} | ({"retry_after": retry_after} if retry_after else {})})
    status, headers, document = plain.ask("GET", LIST)
    assert (status, headers["Retry-After"], document["error_code"]) == (429, retry_after, "REQUEST_LIMIT_EXCEEDED")


def test_quotas_and_their_words_can_be_chosen(plain, faults):
    faults({"path": LIST, "fault": {"kind": "quota"}},
           {"path": LIST, "fault": {"kind": "status", "status": 400, "error_code": "QUOTA_EXCEEDED", "message": "No more."}})
    status, _, document = plain.ask("GET", LIST)
    assert (status, document["error_code"]) == (429, "RESOURCE_EXHAUSTED")
    status, _, document = plain.ask("GET", LIST)
    assert (status, document["error_code"], document["message"]) == (400, "QUOTA_EXCEEDED", "No more.")


def test_a_header_asks_for_a_fault_of_this_request_alone(workspace, plain):
    job_id = create(plain)
    lost = {"X-Brickwork-Fault": json.dumps({"kind": "reset_after"})}
    with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
        Plain(workspace).ask("POST", "/api/2.2/jobs/run-now", {"job_id": job_id}, lost)
    runs = plain.ask("GET", f"/api/2.2/jobs/runs/list?job_id={job_id}")[2]["runs"]
    assert len(runs) == 1
    assert plain.ask("GET", LIST, None, {"X-Brickwork-Fault": '{"kind": "status", "status": 502}'})[0] == 502
    assert [entry["kind"] for entry in record(plain)][-2:] == ["reset_after", "status"]
    for wrong in ("503", '{"kind": "no such"}', '{"kind": "cluster_lost"}'):
        assert plain.ask("GET", LIST, None, {"X-Brickwork-Fault": wrong})[0] == 400


def test_json_is_cut_off_with_and_without_its_length(workspace, plain, faults):
    faults({"path": LIST, "fault": {"kind": "truncate", "bytes": 5}})
    with pytest.raises(http.client.IncompleteRead):
        Plain(workspace).ask("GET", LIST)


def test_bytes_come_slowly_and_all_of_them(workspace, plain, faults):
    create(plain)
    right = plain.ask("GET", LIST + "?limit=1")[2]
    faults({"path": LIST, "fault": {"kind": "slow", "bytes_per_second": 2000}})
    assert Plain(workspace).ask("GET", LIST + "?limit=1")[2] == right


def test_an_answer_stalls_until_the_client_gives_up_though_the_request_took_effect(workspace, plain, faults):
    job_id = create(plain)
    faults({"path": "/api/2.2/jobs/run-now", "fault": {"kind": "stall"}})
    stalled = Plain(workspace)
    stalled.connection.timeout = 1
    with pytest.raises(socket.timeout):
        stalled.ask("POST", "/api/2.2/jobs/run-now", {"job_id": job_id})
    stalled.connection.close()
    assert len(plain.ask("GET", f"/api/2.2/jobs/runs/list?job_id={job_id}")[2]["runs"]) == 1


def test_a_token_expires_at_a_given_moment_and_only_that_one(workspace, plain, faults):
    other = plain.ask("POST", "/api/2.0/token/create", {"comment": "other"})[2]["token_value"]
    faults({"token": workspace.token, "path": LIST, "skip": 2, "count": -1, "fault": {"kind": "expired_token"}})
    assert [plain.ask("GET", LIST)[0] for _ in range(4)] == [200, 200, 401, 401]
    status, _, document = plain.ask("GET", LIST)
    assert (status, document["error_code"]) == (401, "UNAUTHENTICATED") and "expired" in document["message"]
    assert Plain(workspace, other).ask("GET", LIST)[0] == 200
    faults({"path": LIST, "after_ms": 3_600_000, "count": -1, "fault": {"kind": "expired_token"}})
    assert plain.ask("GET", LIST)[0] == 200


@pytest.mark.parametrize("address", ["/api/brickwork/faults", "/local/faults"])
def test_rules_are_added_replaced_and_recorded(plain, faults, address):
    faults({"path": LIST, "fault": {"kind": "status", "status": 500}})
    plain.ask("POST", address, {"rules": [{"path": LIST, "fault": {"kind": "status", "status": 501}}]})
    assert [plain.ask("GET", LIST)[0] for _ in range(3)] == [500, 501, 200]
    shown = plain.ask("GET", "/api/brickwork/faults")[2]
    assert [rule["fired"] for rule in shown["rules"]] == [1, 1]
    assert [(entry["rule"], entry["method"], entry["path"], entry["kind"]) for entry in shown["record"]] == [
        (0, "GET", LIST, "status"), (1, "GET", LIST, "status")]
    faults()
    assert plain.ask("GET", "/api/brickwork/faults")[2] == {"rules": [], "record": []}


@pytest.mark.parametrize("wrong", [
    {"fault": {"kind": "no such"}}, {"path": "/x"}, {"fault": {"kind": "status", "status": 99}},
    {"fault": {"kind": "status", "retry_after": "1\r\nSet-Cookie: a=b"}}, {"task": "a", "fault": {"kind": "slow"}}])
def test_rules_that_are_none_are_refused(plain, wrong):
    assert plain.ask("PUT", "/api/brickwork/faults", {"rules": [wrong]})[0] == 400


def task(script, key="work", **members):
    return {"task_key": key, "job_cluster_key": "main", "spark_python_task": {"python_file": f"file:{script}"}, **members}


CLUSTERS = [{"job_cluster_key": "main", "new_cluster": {"spark_version": "16.4.x-scala2.12", "num_workers": 1}}]


def test_a_cluster_is_lost_in_the_middle_of_its_tasks_and_a_repair_has_a_new_one(plain, faults, tmp_path):
    script, here = tmp_path / "work.py", tmp_path / "begun"
    script.write_text(f"import os, time\nif os.path.exists({str(here)!r}): raise SystemExit(0)\n"
                      f"open({str(here)!r}, 'w').close()\ntime.sleep(600)\n")
    faults({"task": "work", "fault": {"kind": "cluster_lost", "delay_ms": 500}})
    job_id = create(plain, tasks=[task(script)], job_clusters=CLUSTERS)
    run_id = plain.ask("POST", "/api/2.2/jobs/run-now", {"job_id": job_id})[2]["run_id"]
    lost = finished(plain, run_id)["tasks"][0]
    assert lost["state"]["result_state"] == "FAILED"
    assert lost["status"]["termination_details"]["code"] == "CLUSTER_ERROR"
    expect_lost(plain, lost["cluster_instance"]["cluster_id"])
    here.touch()
    plain.ask("POST", "/api/2.2/jobs/runs/repair", {"run_id": run_id, "rerun_all_failed_tasks": True})
    again = finished(plain, run_id)
    assert again["state"]["result_state"] == "SUCCESS"
    assert again["tasks"][-1]["cluster_instance"] != lost["cluster_instance"]
    assert record(plain)[0]["task_key"] == "work"


def expect_lost(plain, cluster_id):
    cluster = plain.ask("GET", f"/api/2.1/clusters/get?cluster_id={cluster_id}")[2]
    assert cluster["state"] == "TERMINATED"
    assert (cluster["termination_reason"]["code"], cluster["termination_reason"]["type"]) == (
        "COMMUNICATION_LOST", "CLOUD_FAILURE")
    events = plain.ask("POST", "/api/2.1/clusters/events", {"cluster_id": cluster_id})[2]["events"]
    assert events[0]["type"] == "TERMINATING" and events[0]["details"]["reason"]["code"] == "COMMUNICATION_LOST"


def test_a_task_that_retries_after_its_cluster_was_lost_has_a_new_one(plain, faults, tmp_path):
    script = tmp_path / "work.py"
    begun = tmp_path / "begun"
    script.write_text(f"import os, time\nif os.path.exists({str(begun)!r}): raise SystemExit(0)\n"
                      f"open({str(begun)!r}, 'w').close()\ntime.sleep(600)\n")
    faults({"task": "work", "fault": {"kind": "cluster_lost", "delay_ms": 500}})
    job_id = create(plain, tasks=[task(script, max_retries=1, min_retry_interval_millis=1),
                                  task(script, key="after", depends_on=[{"task_key": "work"}])], job_clusters=CLUSTERS)
    run_id = plain.ask("POST", "/api/2.2/jobs/run-now", {"job_id": job_id})[2]["run_id"]
    run = finished(plain, run_id)
    assert run["state"]["result_state"] == "SUCCESS"
    first, second, after = [entry["cluster_instance"]["cluster_id"] for entry in run["tasks"]]
    assert first != second == after


def test_an_all_purpose_cluster_that_was_lost_starts_again_for_the_next_task(plain, faults, tmp_path):
    script = tmp_path / "work.py"
    script.write_text("import time\ntime.sleep(600)\n")
    cluster_id = plain.ask("POST", "/api/2.1/clusters/create", {**CLUSTERS[0]["new_cluster"], "cluster_name": "c"})[2]["cluster_id"]
    faults({"task": "work", "fault": {"kind": "cluster_lost"}})
    work = {"task_key": "work", "existing_cluster_id": cluster_id, "spark_python_task": {"python_file": f"file:{script}"}}
    job_id = create(plain, tasks=[work])
    lost = finished(plain, plain.ask("POST", "/api/2.2/jobs/run-now", {"job_id": job_id})[2]["run_id"])
    assert lost["tasks"][0]["status"]["termination_details"]["code"] == "CLUSTER_ERROR"
    expect_lost(plain, cluster_id)
    script.write_text("pass\n")
    again = finished(plain, plain.ask("POST", "/api/2.2/jobs/run-now", {"job_id": job_id})[2]["run_id"])
    assert again["state"]["result_state"] == "SUCCESS"
    assert plain.ask("GET", f"/api/2.1/clusters/get?cluster_id={cluster_id}")[2]["state"] == "RUNNING"


@pytest.mark.parametrize("kind, code, words", [
    ("library_failure", "LIBRARY_INSTALLATION_ERROR", "Library"), ("cluster_quota", "CLUSTER_ERROR", "quota")])
def test_a_task_whose_compute_cannot_be_had_says_so_and_never_starts(plain, faults, tmp_path, kind, code, words):
    script, begun = tmp_path / "work.py", tmp_path / "begun"
    script.write_text(f"open({str(begun)!r}, 'w').close()\n")
    faults({"task": "wo*", "fault": {"kind": kind}})
    job_id = create(plain, tasks=[task(script)], job_clusters=CLUSTERS)
    run = finished(plain, plain.ask("POST", "/api/2.2/jobs/run-now", {"job_id": job_id})[2]["run_id"])
    assert run["tasks"][0]["status"]["termination_details"]["code"] == code
    assert words in json.dumps(run["tasks"][0]["status"]) or words in plain.ask(
        "GET", f"/api/2.2/jobs/runs/get-output?run_id={run['tasks'][0]['run_id']}")[2]["error"]
    assert not begun.exists()


def test_a_workspace_with_databricks_limits_refuses_who_is_too_fast(start_workspace):
    local = start_workspace("--ephemeral", "--limits", "databricks")
    seen = []

    def hurry():
        plain = Plain(local)
        deadline = time.monotonic() + 60
        while 429 not in {status for status, *_ in seen} and time.monotonic() < deadline:
            status, headers, document = plain.ask("POST", "/api/2.2/jobs/create", {"name": "j", "tasks": [TASK]})
            seen.append((status, headers["Retry-After"], document.get("error_code")))

    threads = [threading.Thread(target=hurry) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {entry for entry in seen if entry[0] != 200} == {(429, "1", "REQUEST_LIMIT_EXCEEDED")}
    assert len(seen) > 20  # a second's worth at once
    assert Plain(local).ask("GET", LIST)[0] == 200  # another class of endpoints
