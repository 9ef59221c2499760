"""The schemas against real documents: what the library says, what hosts send, and what is broken about some."""

import copy
import json
import re

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from built import HEADER, ROOT, SCHEMAS, Failure, Host

FILES = {re.sub(r"-(\d+)$", r"/\1", path.name.removesuffix(".json")): json.loads(path.read_text())
         for path in SCHEMAS.glob("*.json")}
REGISTRY = Registry().with_resources((schema["$id"], Resource.from_contents(schema)) for schema in FILES.values())
VERBS = {name.lower(): int(number) for name, number in
         re.findall(r"^#define BW_((?:GROUP|RUN|NOTEBOOK|AUTH|REST)\w*) (\d+)u", HEADER.read_text(), re.MULTILINE)}


def validator(name):
    return Draft202012Validator(FILES[name], registry=REGISTRY)


def faults(name, document):
    return [f"{error.json_path}: {error.message}" for error in validator(name).iter_errors(document)]


def assert_valid(name, document):
    assert faults(name, document) == []


def references(schema):
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"]
        for value in schema.values():
            yield from references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from references(value)


@pytest.fixture(scope="module")
def library():
    return Host()


@pytest.mark.parametrize("name", FILES)
def test_a_schema_is_one_and_is_named_after_its_file(name):
    schema = FILES[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:brickwork:{name}"
    assert schema["title"]
    for reference in references(schema):
        assert reference.startswith("#/$defs/") or reference.removeprefix("urn:brickwork:") in FILES


def test_build_info_serves_every_schema_as_it_stands_in_its_file(library):
    info = library.build_info()
    assert_valid("build_info/1", info)
    assert info["schemas"] == FILES


def test_build_info_lists_every_verb_of_the_header_with_its_schemas(library):
    listed = {verb["name"]: verb for verb in library.build_info()["verbs"]}
    assert {re.sub(r"[.]", "_", name): verb["number"] for name, verb in listed.items()} == VERBS
    for verb in listed.values():
        assert verb["request"] in FILES
        assert verb["response"] in FILES
    assert [name for name, verb in listed.items() if verb["pure"]] == ["group.lint", "group.compile", "group.import"]


# ---- documents that hosts send

def renewables():
    return json.loads((ROOT / "examples/renewables/group.json").read_text())


CONNECTION = {"host": "https://adb-1.2.azuredatabricks.net", "auth_type": "pat", "environment": False,
              "user_agent": "airflow/3.1", "workspace_id": "12", "timeouts": {"operation_ms": 1000, "connect_ms": 0},
              "rate": {"requests_per_second": 2.5}, "tls": {"ca_file": "/etc/ca.pem", "verify": True},
              "retry": {"max_attempts": 3}, "poll_ms": 1000, "something_later": {}}
HANDLE = {"schema": "handle/1", "host": "https://x", "run_id": 7, "run_id_str": "7", "tasks": [], "groups": []}
VALID = [
    ("connection/1", CONNECTION), ("connection/1", {}),
    ("group/1", renewables()), ("group/1", {}),
    ("group/1", {"name": "job", "tasks": [{"task_key": "a", "sql_task": {"x": 1}}], "git_source": {"a": 1}, "schedule": {}}),
    ("group/1", {"tasks": [{"task_key": "b", "depends_on": [{"task_key": "a", "outcome": "true"}, "c"]}]}),
    ("handle/1", HANDLE),
    ("run.get-request/1", {"run_id": 7}), ("run.get-request/1", {"run_id": "7"}),
    ("run.get-request/1", {"url": "https://x/jobs/1/runs/2"}), ("run.get-request/1", {"handle": HANDLE}),
    ("run.attach-request/1", {"launch_key": "k", "job_name": "j"}),
    ("group.launch-request/1", {"group": renewables(), "parameters": {"a": "b", "n": 1}, "only": ["a/b", "+c"]}),
    ("run.repair-request/1", {"run_id": 1, "tasks": ["a"], "dependents": True, "parameters": {}}),
    ("notebook.run-request/1", {"notebook_path": "/a", "parameters": {"x": "1"}, "existing_cluster_id": "c"}),
    ("rest-request/1", {"path": "/api/2.2/jobs/list", "query": {"limit": 1}}),
    ("auth.check-request/1", {}),
]
BROKEN = [
    ("connection/1", {"token": "dapi"}), ("connection/1", {"timeouts": {"operation_ms": -1}}),
    ("connection/1", {"retry": {"max_attempts": 0}}), ("connection/1", {"host": 1}), ("connection/1", []),
    ("group/1", {"tasks": {}}), ("group/1", {"tasks": [{"notebook_task": {}}]}),
    ("group/1", {"tasks": [{"group": "g"}]}), ("group/1", {"tasks": [{"task_key": "a", "depends_on": "b"}]}),
    ("group/1", {"policy": {"on_abandon": "kill"}}), ("group/1", {"defaults": {"libraries": {}}}),
    ("group/1", {"tasks": [{"group": "g", "tasks": [{"group": "h", "tasks": [{"task_key": 1}]}]}]}),
    ("group/1", {"schema": "group/2"}),
    ("handle/1", {"host": "https://x"}), ("handle/1", {**HANDLE, "run_id": "7"}), ("handle/1", {**HANDLE, "run_id": 0}),
    ("run.get-request/1", {}), ("run.get-request/1", {"run_id": "seven"}), ("run.get-request/1", {"run_id": 1.5}),
    ("run.attach-request/1", {"launch_key": "k"}),
    ("group.launch-request/1", {}), ("group.launch-request/1", {"group": {}, "parameters": {"a": {}}}),
    ("notebook.run-request/1", {}), ("rest-request/1", {"path": "api"}), ("rest-request/1", {"method": "GET"}),
]


@pytest.mark.parametrize(("name", "document"), VALID, ids=lambda value: value if isinstance(value, str) else "")
def test_a_document_of_a_host_is_valid(name, document):
    assert_valid(name, document)


@pytest.mark.parametrize(("name", "document"), BROKEN, ids=lambda value: value if isinstance(value, str) else "")
def test_a_broken_document_is_refused(name, document):
    assert faults(name, document)


# ---- documents of the library, without a workspace

def test_lint_and_compile_answer_as_their_schemas_say(library):
    request = {"group": renewables()}
    assert_valid("group.lint-request/1", request)
    for verb in ("group.lint", "group.compile"):
        assert_valid(f"{verb}-response/1", library.call(verb, request))
    compiled = library.call("group.compile", request)
    assert [task["path"] for task in compiled["tasks"]][:2] == ["join_data", "checks/years"]
    assert_valid("group/1", compiled["settings"])
    assert compiled["run_parameters"] == {}


def test_values_of_one_launch_are_answered_beside_the_settings(library):
    group = renewables() | {"launch": {"task_parameters": {"checks/years": {"from": 1990}}}}
    assert_valid("group/1", group)
    compiled = library.call("group.compile", {"group": group})
    assert_valid("group.compile-response/1", compiled)
    assert compiled["run_parameters"] == {"checks__years__from": "1990"}
    assert {"name": "checks__years__from", "default": ""} in compiled["settings"]["parameters"]


def test_lint_and_compile_report_findings_as_their_schemas_say(library):
    group = renewables()
    group["tasks"][0]["depends_on"] = ["nobody", "chart"]
    found = library.call("group.lint", {"group": group})
    assert_valid("group.lint-response/1", found)
    assert found["ok"] is False
    assert all(finding["pointer"].startswith("/group") for finding in found["findings"])
    with pytest.raises(Failure) as failed:
        library.call("group.compile", {"group": group})
    assert_valid("error/1", failed.value.document)
    assert failed.value.document["status"] == "INVALID_ARGUMENT"
    assert failed.value.document["findings"]


def test_errors_are_as_their_schema_says(library):
    host = Host(connection={"host": "http://127.0.0.1:9", "environment": False, "retry": {"max_attempts": 1}}, token="t")
    for verb, request in [("run.get", {"run_id": 1}), ("run.get", {}), ("rest", {"path": "x"}), ("auth.check", {})]:
        with pytest.raises(Failure) as failed:
            host.call(verb, request)
        assert_valid("error/1", failed.value.document)
    host.close()


def test_a_job_is_imported_as_its_schemas_say(library):
    settings = library.call("group.compile", {"group": renewables()})["settings"]
    for request in ({"settings": settings}, {"job_id": 7, "settings": settings, "has_more": False}):
        assert_valid("group.import-request/1", request)
        answer = library.call("group.import", request)
        assert_valid("group.import-response/1", answer)
        assert library.call("group.compile", {"group": answer["group"]})["settings"] == settings
    assert answer["digest"] == library.call("group.compile", {"group": renewables()})["digest"]


@pytest.mark.parametrize(("request_", "pointer"), [
    ({}, "/settings"), ({"settings": []}, "/settings"), ({"settings": {"tasks": [{"task_key": "a"}]}}, "/settings/tasks/0"),
    ({"settings": {"tasks": []}, "has_more": True}, "/has_more"),
    ({"settings": {"tasks": []}, "next_page_token": "x"}, "/next_page_token")])
def test_what_is_no_job_is_refused_with_its_place(library, request_, pointer):
    with pytest.raises(Failure) as failed:
        library.call("group.import", request_)
    assert_valid("error/1", failed.value.document)
    assert failed.value.document["status"] == "INVALID_ARGUMENT"
    assert failed.value.document["pointer"] == pointer


# ---- documents of the library about real runs

CONDITION = {"op": "EQUAL_TO", "left": "1", "right": "1"}
GROUP = {"name": "schemas", "tasks": [
    {"task_key": "first", "condition_task": CONDITION},
    {"group": "inner", "depends_on": ["first"], "tasks": [
        {"task_key": "good", "condition_task": CONDITION},
        {"task_key": "missing", "notebook_task": {"notebook_path": "/nobody/wrote/this"}}]},
    {"task_key": "last", "depends_on": ["inner"], "condition_task": CONDITION}]}


@pytest.fixture(scope="module")
def workspace():
    from local_workspace import LocalWorkspace
    local = LocalWorkspace()
    yield local
    local.stop()


@pytest.fixture(scope="module")
def host(workspace):
    host = Host(connection={"host": workspace.url, "environment": False, "poll_ms": 50}, token=workspace.token)
    yield host
    host.close()


@pytest.fixture(scope="module")
def run(host):
    """One run that fails: launched and watched to its end."""
    request = {"group": {**copy.deepcopy(GROUP), "policy": {"launch_key": "schemas"}}}
    assert_valid("group.launch-request/1", request)
    launched = host.call("group.launch", request)
    assert_valid("group.launch-response/1", launched)
    state = host.call("run.watch", {"handle": launched["handle"]})
    assert_valid("run.watch-response/1", state)
    assert state["verdict"] == "failed"
    return launched


def checked(host, verb, request):
    assert_valid(f"{verb}-request/1", request)
    response = host.call(verb, request)
    assert_valid(f"{verb}-response/1", response)
    return response


def test_a_handle_is_as_its_schema_says_and_small(run):
    assert_valid("handle/1", run["handle"])
    assert run["handle"]["groups"] == ["inner"]


@pytest.mark.parametrize(("verb", "members"), [
    ("run.get", {}), ("run.get", {"insight": {"node_types": {"m": {"dbu_per_hour": 0.5}}, "price_per_dbu": 0.1}}),
    ("run.watch", {"insight": True}), ("run.output", {}), ("run.output", {"tasks": ["inner"]}),
    ("run.output", {"attempts": "all", "children": True, "only_failed": True}), ("run.watch", {"task": "inner/good"}),
    ("run.repair_plan", {}), ("run.repair_plan", {"tasks": ["first"], "dependents": True}), ("run.cancel", {}),
    ("run.cancel", {"wait": True})])
def test_a_verb_about_a_run_answers_as_its_schema_says(host, run, verb, members):
    checked(host, verb, {"handle": run["handle"], **members})
    if verb in ("run.get", "run.output"):
        checked(host, verb, {"run_id": run["run_id_str"]})


def test_a_webhook_of_a_run_that_nobody_watches_is_not_found(host, run):
    request = {"event": {"event_type": "jobs.on_success", "workspace_id": "7", "run": {"run_id": run["run_id_str"]},
                         "job": {"job_id": "1", "name": "schemas"}}}
    assert_valid("run.notify-request/1", request)
    with pytest.raises(Failure) as failed:
        host.call("run.notify", request)
    assert failed.value.document["status"] == "NOT_FOUND"
    assert failed.value.document["pointer"] == "/event/run/run_id"


def test_a_repair_answers_as_its_schema_says(host, run):
    repaired = checked(host, "run.repair", {"handle": run["handle"]})
    assert_valid("plan/1", repaired["plan"])
    state = checked(host, "run.watch", {"handle": repaired["handle"]})
    assert len(state["repairs"]) == 1


def test_an_attach_answers_as_its_schema_says(host, run):
    checked(host, "run.attach", {"run_id": run["run_id"]})
    by_key = checked(host, "run.attach", {"launch_key": "schemas", "job_name": "schemas"})
    assert by_key["handle"]["run_id"] == run["run_id"]


def test_a_group_run_and_a_notebook_run_answer_as_their_schemas_say(host):
    good = {"name": "good", "tasks": [{"task_key": "only", "condition_task": CONDITION}]}
    state = checked(host, "group.run", {"group": good, "insight": True})["state"]
    assert state["verdict"] == "succeeded"
    assert [task["path"] for task in state["insight"]["tasks"]] == ["only"]
    checked(host, "notebook.run", {"notebook_path": "/nobody/wrote/this", "existing_cluster_id": "c"})


def test_login_and_rest_answer_as_their_schemas_say(host):
    checked(host, "auth.check", {})
    checked(host, "auth.check", {"group": GROUP})
    checked(host, "auth.headers", {})
    made = host.call("rest", {"method": "POST", "path": "/api/2.1/clusters/create", "body": {
        "cluster_name": "c", "spark_version": "16.4.x-scala2.12", "node_type_id": "m", "num_workers": 1,
        "data_security_mode": "SINGLE_USER"}})
    session = checked(host, "auth.session_info", {"cluster_id": made["body"]["cluster_id"], "client_version": "16.4.0"})
    assert made["body"]["cluster_id"] in session["connection_string"]
    checked(host, "rest", {"path": "/api/2.2/jobs/list", "query": {"limit": 1}})
    with pytest.raises(Failure) as failed:
        host.call("rest", {"path": "/api/2.2/jobs/get", "query": {"job_id": 999_999}})
    assert_valid("error/1", failed.value.document)
    assert failed.value.document["http_status"] in (400, 404)
