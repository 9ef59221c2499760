"""The protocol below the SDKs: errors, tokens, framing, versions of the Jobs API, injected faults."""

import http.client
import json
import subprocess
import time

import pytest
from http_client import Plain

TASK = {"task_key": "a", "condition_task": {"op": "EQUAL_TO", "left": "1", "right": "1"}}


def create(plain, version="2.2", **settings):
    status, _, answer = plain.ask("POST", f"/api/{version}/jobs/create", {"name": "j", "tasks": [TASK], **settings})
    assert status == 200, answer
    return answer["job_id"]


def finished(plain, run_id):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        run = plain.ask("GET", f"/api/2.2/jobs/runs/get?run_id={run_id}")[2]
        if "result_state" in run["state"]:
            return run
    raise AssertionError("the run did not end")


@pytest.mark.parametrize("method, path, body, status, code, words", [
    ("GET", "/api/2.2/jobs/nowhere", None, 404, "ENDPOINT_NOT_FOUND", "No API found for 'GET /jobs/nowhere'"),
    ("DELETE", "/api/2.2/jobs/create", None, 404, "ENDPOINT_NOT_FOUND", "DELETE"),
    ("POST", "/api/2.2/jobs/create", "{not json", 400, "MALFORMED_REQUEST", "Could not parse request object"),
    ("POST", "/api/2.2/jobs/create", "[1]", 400, "MALFORMED_REQUEST", "Expected an object"),
    ("POST", "/api/2.2/jobs/create", '{"name": ' + "[" * 5000 + "]" * 5000 + "}",
     400, "MALFORMED_REQUEST", "Could not parse"),
    ("POST", "/api/2.2/jobs/create", '{"name": 7}', 400, "MALFORMED_REQUEST", "name"),
    ("POST", "/api/2.2/jobs/create", '{"tasks": ["a"]}', 400, "MALFORMED_REQUEST", "tasks"),
    ("POST", "/api/2.2/jobs/create",
     '{"tasks": [{"task_key": "a", "depends_on": ["b"], "notebook_task": {"notebook_path": "/x"}}]}',
     400, "MALFORMED_REQUEST", "depends_on"),
    ("GET", "/api/2.2/jobs/get", None, 400, "INVALID_PARAMETER_VALUE", "Missing required field: job_id"),
    ("GET", "/api/2.2/jobs/get?job_id=5", None, 400, "INVALID_PARAMETER_VALUE", "Job 5 does not exist."),
    ("GET", "/api/2.2/jobs/get?job_id=five", None, 400, "MALFORMED_REQUEST", "job_id"),
    ("GET", "/api/2.2/jobs/runs/get?run_id=5", None, 400, "INVALID_PARAMETER_VALUE", "Run 5 does not exist."),
    ("POST", "/api/2.2/jobs/run-now", '{"job_id": 5}', 400, "INVALID_PARAMETER_VALUE", "Job 5 does not exist."),
    ("POST", "/api/2.2/jobs/run-now", '{"job_id": 5.5}', 400, "MALFORMED_REQUEST", "job_id"),
    ("POST", "/api/2.2/jobs/runs/cancel", '{"run_id": 5}', 400, "INVALID_PARAMETER_VALUE", "Run 5 does not exist."),
    ("POST", "/api/2.2/jobs/runs/cancel-all", "{}", 400, "INVALID_PARAMETER_VALUE", "job_id"),
    ("GET", "/api/2.2/jobs/runs/list?limit=25", None, 400, "INVALID_PARAMETER_VALUE", "limit"),
    ("GET", "/api/2.2/jobs/runs/list?active_only=true&completed_only=true", None,
     400, "INVALID_PARAMETER_VALUE", "Only one"),
    ("GET", "/api/2.2/jobs/list?limit=0", None, 400, "INVALID_PARAMETER_VALUE", "limit"),
    ("GET", "/api/2.2/jobs/list?page_token=made-up", None, 400, "INVALID_PARAMETER_VALUE", "page token"),
])
def test_errors_have_databricks_words_and_a_request_id(plain, method, path, body, status, code, words):
    answered, headers, document = plain.ask(method, path, body)
    assert (answered, document["error_code"]) == (status, code)
    assert words in document["message"]
    assert headers["x-request-id"] == document["details"][0]["request_id"]
    assert headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("token, words", [("", "Credential was not sent"), ("dapi0", "Invalid access token")])
def test_without_the_right_token_there_is_only_401(workspace, token, words):
    status, _, document = Plain(workspace, token).ask("GET", "/api/2.2/jobs/list")
    assert (status, document["error_code"]) == (401, "UNAUTHENTICATED")
    assert words in document["message"]


def test_the_token_file_is_for_its_owner_alone(workspace):
    assert (workspace.state / "token").stat().st_mode & 0o777 == 0o600


def test_clients_learn_the_workspace_before_they_log_in(workspace):
    status, _, config = Plain(workspace, "").ask("GET", "/.well-known/databricks-config")
    assert status == 200 and config["oidc_endpoint"].startswith(workspace.url)
    status, _, server = Plain(workspace, "").ask("GET", "/oidc/.well-known/oauth-authorization-server")
    assert status == 200 and server["token_endpoint"].startswith(workspace.url)
    _, headers, me = Plain(workspace).ask("GET", "/api/2.0/preview/scim/v2/Me")
    assert headers["X-Databricks-Org-Id"] == config["workspace_id"] and "@" in me["userName"]


def test_a_connection_is_kept_and_takes_chunks_large_bodies_and_100_continue(workspace, plain):
    tags = {"filler": "x" * 9_000_000}
    body = json.dumps({"name": "large", "tasks": [TASK], "settings_of_tomorrow": tags}).encode()
    pieces = (body[at:at + 100_000] for at in range(0, len(body), 100_000))
    status, _, answer = plain.ask("POST", "/api/2.2/jobs/create", pieces)
    assert status == 200, answer
    first = plain.connection.sock
    assert plain.ask("GET", "/api/2.2/jobs/list?limit=1")[0] == 200
    assert plain.connection.sock is first
    received = plain.raw(f"POST /api/2.2/jobs/list HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n"
                         f"Connection: close\r\nAuthorization: Bearer {workspace.token}\r\n\r\n{{}}".encode())
    assert received.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404")


def test_what_is_not_http_is_answered_and_closed(plain):
    assert plain.raw(b"\x16\x03\x01 not http\r\n\r\n").startswith(b"HTTP/1.1 400")


def test_members_that_we_do_not_know_are_kept(plain):
    job_id = create(plain, member_of_tomorrow={"a": [1]})
    assert plain.ask("GET", f"/api/2.2/jobs/get?job_id={job_id}")[2]["settings"]["member_of_tomorrow"] == {"a": [1]}


def test_a_page_token_is_bound_to_its_query(plain):
    for _ in range(3):
        create(plain, name="paged")
    first = plain.ask("GET", "/api/2.2/jobs/list?limit=1&name=paged")[2]
    token = first["next_page_token"]
    second = plain.ask("GET", f"/api/2.2/jobs/list?limit=1&name=paged&page_token={token}")[2]
    assert second["jobs"][0]["job_id"] != first["jobs"][0]["job_id"] and second["prev_page_token"]
    status, _, error = plain.ask("GET", f"/api/2.2/jobs/list?limit=1&name=other&page_token={token}")
    assert (status, error["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_pages_of_a_run_have_a_hundred_tasks(plain):
    tasks = [{**TASK, "task_key": f"t{number}"} for number in range(201)]
    run_id = plain.ask("POST", "/api/2.2/jobs/run-now", {"job_id": create(plain, tasks=tasks)})[2]["run_id"]
    first = finished(plain, run_id)
    assert len(first["tasks"]) == 100 and first["has_more"]
    second = plain.ask("GET", f"/api/2.2/jobs/runs/get?run_id={run_id}&page_token={first['next_page_token']}")[2]
    third = plain.ask("GET", f"/api/2.2/jobs/runs/get?run_id={run_id}&page_token={second['next_page_token']}")[2]
    assert len(second["tasks"]) == 100 and len(third["tasks"]) == 1
    assert "next_page_token" not in third and third["state"] == first["state"]
    status, _, error = plain.ask("GET", f"/api/2.1/jobs/runs/get?run_id={run_id}")
    assert status == 400 and "Resources with more than 100 tasks" in error["message"]


def test_a_job_of_2_0_keeps_its_single_task_form(plain):
    settings = {"name": "old", "notebook_task": {"notebook_path": "/x"}, "existing_cluster_id": "c"}
    job_id = plain.ask("POST", "/api/2.0/jobs/create", settings)[2]["job_id"]
    old = plain.ask("GET", f"/api/2.0/jobs/get?job_id={job_id}")[2]["settings"]
    assert old["notebook_task"]["notebook_path"] == "/x" and "tasks" not in old and old["format"] == "SINGLE_TASK"
    new = plain.ask("GET", f"/api/2.2/jobs/get?job_id={job_id}")[2]["settings"]
    assert new["tasks"][0]["existing_cluster_id"] == "c" and "queue" not in new
    status, _, error = plain.ask("POST", "/api/2.0/jobs/create", {**settings, "job_clusters": []})
    assert status == 400 and "only supported in multi-task jobs" in error["message"]


def test_ids_are_taken_as_text_too(plain):
    job_id = create(plain)
    run_id = plain.ask("POST", "/api/2.2/jobs/run-now", {"job_id": str(job_id)})[2]["run_id"]
    assert finished(plain, str(run_id))["job_id"] == job_id


@pytest.mark.parametrize("fault, status, code, retry_after", [
    ({"kind": "status", "status": 429, "retry_after": "3"}, 429, "REQUEST_LIMIT_EXCEEDED", "3"),
    ({"kind": "status", "status": 429}, 429, "REQUEST_LIMIT_EXCEEDED", None),
    ({"kind": "status", "status": 503}, 503, "TEMPORARILY_UNAVAILABLE", None),
    ({"kind": "status", "status": 401}, 401, "UNAUTHENTICATED", None),
])
def test_a_refusal_can_be_injected_as_often_as_wanted(plain, faults, fault, status, code, retry_after):
    faults({"method": "GET", "path": "/api/2.2/jobs/list", "skip": 1, "count": 2, "fault": fault})
    answers = [plain.ask("GET", "/api/2.2/jobs/list") for _ in range(4)]
    assert [answer[0] for answer in answers] == [200, status, status, 200]
    assert answers[1][2]["error_code"] == code and answers[1][1]["Retry-After"] == retry_after
    assert plain.ask("GET", "/api/brickwork/faults")[2]["rules"][0] == {"matched": 4, "fired": 2}


def test_a_reset_after_the_request_took_effect_leaves_its_run(workspace, plain, faults):
    job_id = create(plain)
    faults({"path": "/api/2.2/jobs/run-now", "fault": {"kind": "reset_after"}},
           {"path": "/api/2.2/jobs/run-now", "fault": {"kind": "reset_before"}})
    for token in ("taken", "never-arrived"):
        with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
            Plain(workspace).ask("POST", "/api/2.2/jobs/run-now", {"job_id": job_id, "idempotency_token": token})
    runs = plain.ask("GET", f"/api/2.2/jobs/runs/list?job_id={job_id}")[2]["runs"]
    assert len(runs) == 1
    known = plain.ask("POST", "/api/2.2/jobs/run-now", {"job_id": job_id, "idempotency_token": "taken"})[2]
    assert known["run_id"] == runs[0]["run_id"]


def test_an_answer_can_be_slow_late_cut_off_or_no_json(workspace, plain, faults):
    path = "/api/2.2/jobs/get?job_id=5"
    faults({"path": "/api/2.2/jobs/get", "fault": {"kind": "slow", "bytes_per_second": 2000}},
           {"path": "/api/2.2/jobs/get", "fault": {"kind": "truncate", "bytes": 10}},
           {"path": "/api/2.2/jobs/get", "fault": {"kind": "status", "status": 502, "body": "<html>",
                                                             "content_type": "text/html"}})
    assert Plain(workspace).ask("GET", path)[0] == 400
    with pytest.raises(http.client.IncompleteRead):
        Plain(workspace).ask("GET", path)
    assert Plain(workspace).ask("GET", path)[::2] == (502, "<html>")


def test_requests_are_counted_for_those_who_promise_few(plain):
    plain.ask("DELETE", "/api/brickwork/requests")
    plain.ask("GET", "/api/2.2/jobs/list")
    counted = plain.ask("GET", "/api/brickwork/requests")[2]
    assert counted == {"requests": [{"method": "GET", "path": "/api/2.2/jobs/list", "count": 1}], "total": 1}


def test_a_server_without_faults_has_no_such_switch(start_workspace):
    assert Plain(start_workspace("--ephemeral")).ask("PUT", "/api/brickwork/faults", {"rules": []})[0] == 404


def test_tls_is_served_with_the_given_certificate(start_workspace, tmp_path):
    import ssl
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                    "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
                   check=True, capture_output=True)
    local = start_workspace("--ephemeral", "--tls", certificate, key)
    assert local.url.startswith("https://")
    trusting = Plain(local, context=ssl.create_default_context(cafile=certificate))
    assert trusting.ask("GET", "/api/2.2/jobs/list")[0] == 200
    with pytest.raises(ssl.SSLError):
        Plain(local, context=ssl.create_default_context()).ask("GET", "/api/2.2/jobs/list")


def test_clients_can_be_tried_with_404_for_what_is_not_there(start_workspace):
    plain = Plain(start_workspace("--ephemeral", "--jobs-not-found", "404"))
    for path in ("/api/2.2/jobs/get?job_id=5", "/api/2.2/jobs/runs/get?run_id=5"):
        status, _, document = plain.ask("GET", path)
        assert (status, document["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")


def places(document, path=()):
    """The path of every member and entry in a document."""
    entries = {dict: lambda: document.items(), list: lambda: enumerate(document)}.get(type(document), lambda: ())
    for name, value in entries():
        yield (*path, name)
        yield from places(value, (*path, name))


def with_value(document, path, value):
    changed = json.loads(json.dumps(document))
    owner = changed
    for name in path[:-1]:
        owner = owner[name]
    owner[path[-1]] = value
    return changed


WHOLE = {
    "name": "whole", "tags": {"a": "1"}, "max_concurrent_runs": 1000, "timeout_seconds": 100,
    "queue": {"enabled": True},
    "parameters": [{"name": "p", "default": "1"}],
    "environments": [{"environment_key": "e", "spec": {"client": "1"}}],
    "job_clusters": [{"job_cluster_key": "m", "new_cluster": {"spark_version": "16", "num_workers": 0}}],
    "tasks": [
        {**TASK, "depends_on": [], "timeout_seconds": 1, "max_retries": 1, "min_retry_interval_millis": 1,
         "retry_on_timeout": True, "run_if": "ALL_DONE", "libraries": []},
        {"task_key": "b", "depends_on": [{"task_key": "a", "outcome": "true"}], "job_cluster_key": "m",
         "condition_task": {"op": "LESS_THAN", "left": "{{job.parameters.p}}", "right": "2"}},
        {"task_key": "c", "for_each_task": {"inputs": "[1]", "concurrency": 1, "task": {**TASK, "max_retries": 0}}},
        {"task_key": "d", "run_job_task": {"job_id": 5, "job_parameters": {"q": "1"}}}]}


@pytest.mark.parametrize("value", [7, -1, 1e300, "x", "", True, None, [], [7], {}, {"x": 7}], ids=repr)
def test_no_wrong_type_anywhere_is_more_than_a_400(plain, value):
    for path in places(WHOLE):
        status, _, answer = plain.ask("POST", "/api/2.2/jobs/create", with_value(WHOLE, path, value))
        assert status in (200, 400), (path, answer)
        if status == 200:
            status, _, started = plain.ask("POST", "/api/2.2/jobs/run-now", {"job_id": answer["job_id"]})
            assert status in (200, 400), (path, started)
            if status == 200:
                finished(plain, started["run_id"])
