"""Requests made from the request schemas of the Databricks SDK, right, half right and wrong: never a 5xx, never a hang."""

import dataclasses
import enum
import inspect
import json
import random
import typing

import pytest
from databricks.sdk.service.compute import ClustersAPI, LibrariesAPI
from databricks.sdk.service.files import DbfsAPI
from databricks.sdk.service.jobs import JobsAPI
from databricks.sdk.service.workspace import SecretsAPI, WorkspaceAPI
from http_client import Plain

ODD_TEXT = ["", " ", "x" * 20_000, "\u0000", "\U0001f600", "'; drop table jobs; --", "../../etc/passwd", "{{job.id}}",
            "{{", "{{tasks.a.values.b}}", "%00%2e%2e/", "true", "-1", "1e400", "dbfs:/x", "/Workspace/x", "a" * 101]
ODD_NUMBERS = [0, -1, 1, 2**31, 2**53 + 1, 2**63 - 1, -2**63, 2**64, 10**40, 0.5, -0.0, 1e308]
ODD = [None, True, False, [], {}, [[]], [None], {"": None}, {"a": {"b": [1, {"c": None}]}}, *ODD_TEXT, *ODD_NUMBERS]

# What an endpoint takes, as the SDK's method for it declares it.
REQUESTS = [
    ("jobs/create", "2.2", JobsAPI.create), ("jobs/create", "2.1", JobsAPI.create),
    ("jobs/create", "2.0", JobsAPI.create), ("jobs/reset", "2.2", JobsAPI.reset), ("jobs/update", "2.2", JobsAPI.update),
    ("jobs/delete", "2.2", JobsAPI.delete), ("jobs/run-now", "2.2", JobsAPI.run_now),
    ("jobs/runs/submit", "2.2", JobsAPI.submit), ("jobs/runs/repair", "2.2", JobsAPI.repair_run),
    ("jobs/runs/cancel", "2.2", JobsAPI.cancel_run), ("jobs/runs/cancel-all", "2.2", JobsAPI.cancel_all_runs),
    ("jobs/runs/delete", "2.2", JobsAPI.delete_run),
    ("clusters/create", "2.1", ClustersAPI.create), ("clusters/edit", "2.1", ClustersAPI.edit),
    ("clusters/events", "2.1", ClustersAPI.events), ("clusters/resize", "2.1", ClustersAPI.resize),
    ("libraries/install", "2.0", LibrariesAPI.install), ("libraries/uninstall", "2.0", LibrariesAPI.uninstall),
    ("secrets/scopes/create", "2.0", SecretsAPI.create_scope), ("secrets/put", "2.0", SecretsAPI.put_secret),
    ("secrets/acls/put", "2.0", SecretsAPI.put_acl), ("workspace/import", "2.0", WorkspaceAPI.import_),
    ("workspace/delete", "2.0", WorkspaceAPI.delete), ("workspace/mkdirs", "2.0", WorkspaceAPI.mkdirs),
    ("dbfs/create", "2.0", DbfsAPI.create), ("dbfs/add-block", "2.0", DbfsAPI.add_block),
    ("dbfs/put", "2.0", DbfsAPI.put), ("dbfs/move", "2.0", DbfsAPI.move), ("dbfs/delete", "2.0", DbfsAPI.delete),
]
QUERIES = [
    ("jobs/list", "2.2", ["limit", "offset", "name", "expand_tasks", "page_token"]),
    ("jobs/get", "2.2", ["job_id", "page_token", "include_trigger_state"]),
    ("jobs/runs/list", "2.2", ["limit", "offset", "job_id", "run_type", "active_only", "completed_only", "page_token",
                               "start_time_from", "start_time_to", "expand_tasks"]),
    ("jobs/runs/get", "2.2", ["run_id", "include_history", "include_resolved_values", "page_token"]),
    ("jobs/runs/get-output", "2.2", ["run_id"]), ("jobs/runs/export", "2.0", ["run_id", "views_to_export"]),
    ("clusters/get", "2.1", ["cluster_id"]), ("clusters/list", "2.1", ["page_size", "page_token"]),
    ("workspace/list", "2.0", ["path"]), ("workspace/export", "2.0", ["path", "format"]),
    ("dbfs/read", "2.0", ["path", "offset", "length"]), ("dbfs/list", "2.0", ["path"]),
    ("secrets/list", "2.0", ["scope"]), ("secrets/get", "2.0", ["scope", "key"]),
]


class Maker:
    """Random documents of a declared type; `wrongness` is the chance that a value is of any other."""

    def __init__(self, seed, known, wrongness):
        self.random = random.Random(seed)
        self.known = known
        self.wrongness = wrongness

    def value(self, hint, name="", depth=0):
        if self.random.random() < self.wrongness:
            return self.random.choice(ODD)
        origin, inner = typing.get_origin(hint), typing.get_args(hint)
        if origin is typing.Union:
            return self.value(inner[0], name, depth)
        if origin is list:
            return [self.value(inner[0], name, depth + 1) for _ in range(self.random.choice((0, 1, 1, 2, 3)))]
        if origin is dict:
            return {self.text(name): self.value(inner[1], name, depth + 1) for _ in range(self.random.choice((0, 1, 2)))}
        if dataclasses.is_dataclass(hint):
            return self.document(hint, depth + 1)
        if isinstance(hint, type) and issubclass(hint, enum.Enum):
            return self.random.choice([entry.value for entry in hint])
        if hint is bool:
            return self.random.random() < 0.5
        if hint is int:
            return self.number(name)
        if hint is float:
            return self.random.random()
        return self.text(name)

    def number(self, name):
        if name in self.known and self.random.random() < 0.7:
            return self.random.choice(self.known[name])
        return self.random.choice([0, 1, 2, 5, 60, 10**15])

    def text(self, name):
        if name in self.known and self.random.random() < 0.7:
            return self.random.choice(self.known[name])
        return self.random.choice(["a", "b", "c", "main", *ODD_TEXT[:4]])

    def document(self, kind, depth=0):
        """Of a class its fields, of a method its arguments."""
        hints = typing.get_type_hints(kind)
        if dataclasses.is_dataclass(kind):
            required = {field.name: field.default is dataclasses.MISSING for field in dataclasses.fields(kind)}
        else:
            parameters = inspect.signature(kind).parameters.items()
            required = {name: each.default is each.empty for name, each in parameters if name != "self"}
        few = self.random.sample(list(required), min(len(required), self.random.choice((1, 2, 4, 8)) if depth < 5 else 0))
        chosen = {name for name, needed in required.items() if needed} | set(few)
        made = {name: self.value(hints[name], name, depth) for name in sorted(chosen)}
        if "task_key" in made and self.random.random() < 0.8:
            made["task_key"] = self.random.choice("abc")
        if self.random.random() < 0.1:
            made["member_of_tomorrow"] = self.random.choice(ODD)
        return made


def check(answer, sent):
    status, headers, document = answer
    assert status < 500, (status, document, sent)
    assert headers["x-request-id"], sent
    if status >= 400:
        assert headers["Content-Type"] == "application/json" and document["error_code"] and document["message"], sent


@pytest.fixture(scope="module")
def known(workspace):
    """Ids that exist, so that a made-up request often gets beyond the first check."""
    plain = Plain(workspace)
    task = {"task_key": "a", "condition_task": {"op": "EQUAL_TO", "left": "1", "right": "1"}}
    job_ids = [plain.ask("POST", "/api/2.2/jobs/create", {"tasks": [task], "name": "known"})[2]["job_id"]
               for _ in range(3)]
    run_ids = [plain.ask("POST", "/api/2.2/jobs/run-now", {"job_id": job_id})[2]["run_id"] for job_id in job_ids]
    return {"job_id": job_ids, "run_id": run_ids, "rerun_tasks": ["a"], "latest_repair_id": [0, 5],
            "op": ["EQUAL_TO", "LESS_THAN"], "left": ["1"], "right": ["1"], "inputs": ["[1, 2]"],
            "path": ["/Shared/a", "/Shared", "/"], "content": ["YQ=="], "data": ["YQ=="], "handle": [1, 2],
            "job_cluster_key": ["main"], "environment_key": ["main"], "scope": ["a", "b"], "key": ["a"],
            "quartz_cron_expression": ["0 0 0 * * ?", "0 0 0 L * ?", "* * * * * *", "0/0 0 0 ? * 6#9", "0 0 0 31 2 ?"],
            "timezone_id": ["UTC", "Europe/Berlin", "../../etc/passwd", "Mars/Base"]}


@pytest.mark.parametrize("wrongness", [0.0, 0.05, 0.4])
@pytest.mark.parametrize("path, version, kind", REQUESTS, ids=[f"{version}/{path}" for path, version, _ in REQUESTS])
def test_no_request_of_the_declared_shape_or_near_it_is_answered_with_a_5xx(workspace, known, path, version, kind,
                                                                            wrongness):
    plain = Plain(workspace)
    maker = Maker(f"{path} {version} {wrongness}", known, wrongness)
    for _ in range(40):
        body = maker.document(kind)
        check(plain.ask("POST", f"/api/{version}/{path}", json.dumps(body)), body)


@pytest.mark.parametrize("path, version, names", QUERIES, ids=[path for path, _, _ in QUERIES])
def test_no_query_is_answered_with_a_5xx(workspace, known, path, version, names):
    from urllib.parse import urlencode

    plain = Plain(workspace)
    chance = random.Random(path)
    for _ in range(80):
        query = {name: chance.choice([*known.get(name, []), *ODD_TEXT[:12], *ODD_NUMBERS, "true", "false", "ALL"])
                 for name in chance.sample(names, chance.randint(0, len(names)))}
        check(plain.ask("GET", f"/api/{version}/{path}?{urlencode(query)}"), query)


@pytest.mark.parametrize("seed", range(8))
def test_no_damaged_body_is_answered_with_a_5xx(workspace, known, seed):
    plain = Plain(workspace)
    maker = Maker(seed, known, 0.05)
    chance = random.Random(seed)
    for _ in range(40):
        body = bytearray(json.dumps(maker.document(JobsAPI.create)).encode())
        for _ in range(chance.choice((1, 3, 20))):
            body[chance.randrange(len(body))] = chance.randrange(256)
        if chance.random() < 0.3:
            del body[chance.randrange(len(body)):]
        check(plain.ask("POST", "/api/2.2/jobs/create", bytes(body)), bytes(body))


def test_the_workspace_is_still_well_after_all_of_it(workspace, known):
    plain = Plain(workspace)
    assert plain.ask("GET", "/api/2.2/jobs/list?limit=1")[0] == 200
    assert plain.ask("GET", "/api/2.2/jobs/runs/list")[0] == 200
