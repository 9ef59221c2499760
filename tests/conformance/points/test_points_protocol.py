"""Points 1 to 10: the protocol."""

import gzip
import json
import threading

import pytest
from http_client import Plain
from jobs_client import Jobs, ok


@pytest.mark.parametrize("ids, low, high", [("production", 10**14, 10**15), ("small", 1, 2**31), ("large", 2**53, 2**63)])
def test_point_1_ids_are_integers_of_the_size_that_was_asked_for(start_workspace, ids, low, high):
    local = start_workspace("--ephemeral", "--ids", ids)
    jobs = Jobs(local)
    job_id = jobs.create(ok("a"))
    run = jobs.finished(jobs.run_now(str(job_id)))
    found = [job_id, run["run_id"], run["tasks"][0]["run_id"], jobs.get("get", job_id=job_id)["job_id"]]
    assert all(isinstance(number, int) and low < number < high for number in found)
    sdk = local.client()
    assert sdk.jobs.get(job_id).job_id == job_id and sdk.jobs.get_run(run["run_id"]).run_id == run["run_id"]


@pytest.mark.parametrize("method, path, body", [
    ("GET", "get?job_id=5", None), ("GET", "get?job_id=x", None), ("GET", "get", None), ("GET", "nowhere", None),
    ("PUT", "create", "{}"), ("POST", "create", "{"), ("POST", "create", "7"), ("POST", "create", '{"tasks": {}}'),
    ("POST", "create", '{"name": "\\ud800"}'), ("POST", "run-now", '{"job_id": 1e999}'), ("POST", "create", b"\xff\xfe"),
])
def test_point_2_every_error_is_json_with_a_code_a_message_and_its_request_id(jobs, method, path, body):
    status, headers, answer = jobs.plain.ask(method, jobs.prefix + path, body)
    assert 400 <= status < 500 and headers["Content-Type"] == "application/json"
    assert answer["error_code"] and answer["message"]
    assert answer["details"][0]["@type"] == "type.googleapis.com/google.rpc.RequestInfo"
    assert answer["details"][0]["request_id"] == headers["x-request-id"]


def test_point_2_an_empty_success_is_an_empty_object(jobs):
    job_id = jobs.create(ok("a"))
    assert jobs.post("update", job_id=job_id) == {}
    assert jobs.post("delete", job_id=job_id) == {}


@pytest.mark.parametrize("mode, status, code", [("400", 400, "INVALID_PARAMETER_VALUE"),
                                                ("404", 404, "RESOURCE_DOES_NOT_EXIST")])
def test_point_3_an_unknown_job_or_run_is_400_or_404_as_the_option_says(start_workspace, mode, status, code):
    local = start_workspace("--ephemeral", "--jobs-not-found", mode)
    jobs = Jobs(local)
    assert jobs.refused("GET", "get?job_id=5") == (status, code, "Job 5 does not exist.")
    assert jobs.refused("GET", "runs/get?run_id=5") == (status, code, "Run 5 does not exist.")
    assert jobs.refused("POST", "delete", {"job_id": 5}) == (status, code, "Job 5 does not exist.")
    from databricks.sdk.errors import ResourceDoesNotExist
    with pytest.raises(ResourceDoesNotExist):
        local.client().jobs.get(5)
    with pytest.raises(ResourceDoesNotExist):
        local.client().jobs.get_run(5)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer dapi0"},
                                     {"Authorization": "Basic dG9rZW46eA=="}, {"Authorization": "x" * 5000}])
def test_point_4_a_missing_or_wrong_token_is_401(workspace, headers):
    status, answered, answer = Plain(workspace, "").ask("GET", "/api/2.2/jobs/list", headers=headers)
    assert (status, answer["error_code"]) == (401, "UNAUTHENTICATED")
    assert answered["Content-Type"] == "application/json"


def test_point_5_unknown_paths_members_and_types_have_their_own_answers(jobs):
    assert jobs.refused("GET", "x") == (404, "ENDPOINT_NOT_FOUND", "No API found for 'GET /jobs/x'")
    job_id = jobs.create(ok("a"), member_of_tomorrow=[1, {"a": None}])
    jobs.finished(jobs.run_now(job_id, member_of_tomorrow={"x": 1}))
    for wrong in ({"name": ["a"]}, {"max_concurrent_runs": "many"}, {"tags": "a"}, {"tasks": [7]}, {"schedule": 7},
                  {"parameters": {}}, {"email_notifications": []}, {"webhook_notifications": "x"}, {"run_as": 1},
                  {"health": []}, {"notification_settings": 1}, {"git_source": "x"}, {"description": 1}):
        status, code, message = jobs.refused("POST", "create", {"name": "j", "tasks": [ok("a")], **wrong})
        assert (status, code) == (400, "MALFORMED_REQUEST"), wrong
        assert message.startswith("Could not parse request object: ")


def test_point_6_refusals_resets_and_slow_answers_come_when_they_are_asked_for(jobs):
    job_id = jobs.create(ok("a"))
    rules = [{"path": "/api/2.2/jobs/list", "fault": {"kind": "status", "status": 429, "retry_after": "7"}},
             {"path": "/api/2.2/jobs/list", "fault": {"kind": "status", "status": 429}},
             {"path": "/api/2.2/jobs/list", "fault": {"kind": "status", "status": 503}},
             {"path": "/api/2.2/jobs/run-now", "fault": {"kind": "reset_after"}}]
    jobs.plain.ask("PUT", "/api/brickwork/faults", {"rules": rules})
    answers = [jobs.plain.ask("GET", "/api/2.2/jobs/list")[:2] for _ in range(4)]
    assert [(status, headers["Retry-After"]) for status, headers in answers] == [
        (429, "7"), (429, None), (503, None), (200, None)]
    with pytest.raises(ConnectionError):
        jobs.plain.ask("POST", "/api/2.2/jobs/run-now", {"job_id": job_id, "idempotency_token": "lost"})
    jobs = Jobs(jobs.workspace)
    assert len(jobs.get("runs/list", job_id=job_id)["runs"]) == 1
    jobs.plain.ask("PUT", "/api/brickwork/faults", {"rules": []})


def test_point_7_what_is_not_set_is_not_there_and_what_is_zero_is(jobs, gate):
    job_id = jobs.create(gate.task("a"), ok("b", "a"))
    run = jobs.run(jobs.run_now(job_id))
    assert run["end_time"] == 0 and run["setup_duration"] == 0 and run["cleanup_duration"] == 0
    for absent in ("job_parameters", "job_clusters", "repair_history", "overriding_parameters", "git_source",
                   "next_page_token", "schedule", "trigger_info", "iterations", "description"):
        assert absent not in run, absent
    assert "result_state" not in run["state"] and "termination_details" not in run["status"]
    assert "cluster_instance" not in run["tasks"][1]
    settings = jobs.get("get", job_id=job_id)["settings"]
    assert settings["email_notifications"] == {} and settings["timeout_seconds"] == 0
    assert settings["max_concurrent_runs"] == 1 and settings["format"] == "MULTI_TASK"
    assert "schedule" not in settings and "tags" not in settings
    empty = jobs.get("list", name="there is no such job")
    assert "jobs" not in empty and "next_page_token" not in empty
    gate.good("a")
    jobs.finished(run["run_id"])


@pytest.mark.parametrize("path, query, other", [
    ("list", {"name": "pages of point 8", "limit": 2}, {"name": "other", "limit": 2}),
    ("runs/list", {"limit": 2, "completed_only": True}, {"limit": 2, "active_only": True}),
])
def test_point_8_pages_are_complete_and_their_tokens_belong_to_the_query(jobs, path, query, other):
    member, name = ("jobs", "job_id") if path == "list" else ("runs", "run_id")
    job_ids = [jobs.create(ok("a"), name="pages of point 8") for _ in range(5)]
    if path == "runs/list":
        for _ in range(5):
            jobs.finished(jobs.run_now(job_ids[0]))
        query = {**query, "job_id": job_ids[0]}
    seen, page, token = [], None, ""
    while page is None or token:
        page = jobs.get(path, **query, **({"page_token": token} if token else {}))
        seen.append([entry[name] for entry in page[member]])
        token = page.get("next_page_token", "")
        if token:
            refused = jobs.refused("GET", f"{path}?" + "&".join(f"{k}={str(v).lower()}" for k, v in other.items())
                                   + f"&page_token={token}")
            assert refused[:2] == (400, "INVALID_PARAMETER_VALUE")
    flat = [one for some in seen for one in some]
    assert [len(some) for some in seen] == [2, 2, 1] and len(set(flat)) == 5
    back = jobs.get(path, **query, page_token=page["prev_page_token"])
    assert [entry[name] for entry in back[member]] == seen[1]
    for forged in ("x", "12", "AAAA", "%00", "9" * 40):
        assert jobs.refused("GET", f"{path}?limit=2&page_token={forged}")[:2] == (400, "INVALID_PARAMETER_VALUE")


def test_point_8_a_page_shows_no_job_twice_while_others_create_jobs(jobs):
    old = {jobs.create(ok("a"), name="steady") for _ in range(6)}
    seen, token = [], ""
    while True:
        page = jobs.get("list", name="steady", limit=2, **({"page_token": token} if token else {}))
        seen += [job["job_id"] for job in page["jobs"]]
        token = page.get("next_page_token", "")
        if not token:
            break
        jobs.create(ok("a"), name="steady")
    assert len(seen) == len(set(seen)) and set(seen) == old


def test_point_8_the_lists_inside_a_job_and_a_run_come_in_pages_of_a_hundred(jobs):
    tasks = [ok(f"t{number}") for number in range(150)]
    parameters = [{"name": f"p{number}", "default": "1"} for number in range(120)]
    job_id = jobs.create(*tasks, parameters=parameters)
    run_id = jobs.run_now(job_id)
    jobs.finished(run_id)
    for path, query in (("get", {"job_id": job_id}), ("runs/get", {"run_id": run_id})):
        first = jobs.get(path, **query)
        second = jobs.get(path, **query, page_token=first["next_page_token"])
        inner = [page.get("settings", page) for page in (first, second)]
        keys = [task["task_key"] for page in inner for task in page["tasks"]]
        assert len(inner[0]["tasks"]) == 100 and len(set(keys)) == 150 and "next_page_token" not in second
        names = "parameters" if path == "get" else "job_parameters"
        assert [len(page[names]) for page in inner] == [100, 20]


def test_point_9_what_clients_ask_before_they_log_in(workspace, jobs):
    anyone = Plain(workspace, "")
    assert anyone.ask("GET", "/.well-known/databricks-config")[0] == 200
    assert "token_endpoint" in anyone.ask("GET", "/oidc/.well-known/oauth-authorization-server")[2]
    _, headers, me = jobs.plain.ask("GET", "/api/2.0/preview/scim/v2/Me")
    assert int(headers["X-Databricks-Org-Id"]) and me["userName"]
    for path in ("/api/2.2/jobs/list", "/nowhere", "/api/2.2/jobs/get?job_id=5"):
        ids = {jobs.plain.ask("GET", path)[1]["x-request-id"] for _ in range(3)}
        assert len(ids) == 3 and None not in ids


@pytest.mark.parametrize("version", ["2.0", "2.1", "2.2"])
def test_point_10_the_jobs_api_has_three_versions(workspace, version):
    jobs = Jobs(workspace, version)
    job_id = jobs.create(ok("a"))
    run_id = jobs.run_now(job_id)
    jobs.finished(run_id)
    assert jobs.get("get", job_id=job_id)["job_id"] == job_id
    assert run_id in [run["run_id"] for run in jobs.get("runs/list", job_id=job_id)["runs"]]
    listed = jobs.get("list", limit=20)
    assert ("has_more" in listed) == (version != "2.2")
    queue = Jobs(workspace).get("get", job_id=job_id)["settings"].get("queue")
    assert queue == ({"enabled": True} if version == "2.2" else None)


def test_point_10_answers_are_compressed_for_those_who_take_it(jobs):
    jobs.create(*[ok(f"t{number}") for number in range(50)], name="gzip")
    path = "/api/2.2/jobs/list?expand_tasks=true&name=gzip"
    plain = jobs.plain.ask("GET", path)
    jobs.plain.connection.request("GET", path, headers={"Authorization": f"Bearer {jobs.workspace.token}",
                                                        "Accept-Encoding": "gzip, deflate"})
    answer = jobs.plain.connection.getresponse()
    packed = answer.read()
    assert answer.headers["Content-Encoding"] == "gzip" and "accept-encoding" in answer.headers["Vary"].lower()
    assert json.loads(gzip.decompress(packed)) == plain[2]
    assert len(packed) < len(json.dumps(plain[2])) / 3
    refusing = jobs.plain.ask("GET", path, headers={"Accept-Encoding": "gzip;q=0"})
    assert refusing[1]["Content-Encoding"] is None


def test_point_10_a_body_may_wait_for_100_continue(workspace, jobs):
    body = json.dumps({"name": "continue", "tasks": [ok("a")]})
    received = jobs.plain.raw(
        f"POST /api/2.2/jobs/create HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n"
        f"Connection: close\r\nAuthorization: Bearer {workspace.token}\r\n\r\n{body}".encode())
    assert received.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200") and b"job_id" in received


@pytest.mark.parametrize("content_type", ["text/json", "text/plain", "application/x-www-form-urlencoded", None,
                                          "application/json; charset=utf-8"])
def test_point_10_a_json_body_is_read_whatever_it_is_called(jobs, content_type):
    body = json.dumps({"name": "called otherwise", "tasks": [ok("a")]})
    headers = {"Content-Type": content_type} if content_type else {}
    status, _, answer = jobs.plain.ask("POST", jobs.prefix + "create", body, headers)
    assert status == 200 and answer["job_id"]


def test_point_10_a_form_is_read_as_the_members_of_a_request(jobs):
    job_id = jobs.create(ok("a"))
    form = f'--edge\r\nContent-Disposition: form-data; name="job_id"\r\n\r\n{job_id}\r\n--edge--\r\n'
    status, _, answer = jobs.plain.ask("POST", jobs.prefix + "run-now", form,
                                       {"Content-Type": "multipart/form-data; boundary=edge"})
    assert status == 200, answer
    assert jobs.finished(answer["run_id"])["job_id"] == job_id


def test_point_10_a_get_may_carry_its_arguments_in_a_body(jobs):
    job_id = jobs.create(ok("a"))
    assert jobs.plain.ask("GET", jobs.prefix + "get", {"job_id": job_id})[2]["job_id"] == job_id


def test_point_10_many_clients_at_once_each_get_their_own_answer(workspace):
    found = {}

    def work(number):
        jobs = Jobs(workspace)
        job_id = jobs.create(ok("a"), name=f"client {number}")
        found[number] = jobs.get("get", job_id=job_id)["settings"]["name"]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: f"client {number}" for number in range(40)}
