"""Every route that the workspace has gets requests made from the request schemas of the Databricks SDK, right, half right
and wrong: never a 5xx, never a hang."""

import json
import random
import re
from urllib.parse import quote, urlencode

import pytest
from databricks.sdk.service.jobs import JobsAPI
from http_client import Plain
from request_maker import Maker, endpoint, sdk_methods

PARTS = 24

ASKED_OF_USERS = ["client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge", "code_challenge_method",
                  "assume_group", "answer"]
ASKED_FOR_TOKENS = ["grant_type", "client_id", "client_secret", "scope", "code", "code_verifier", "redirect_uri",
                    "refresh_token", "subject_token", "subject_token_type"]

# What the SDK for Python does not ask, by the members that our handlers read.
OTHERS = {
    ("POST", "workspace-files/import-file/{}"): ["overwrite"],
    ("GET", "workspace-files/{}"): [],
    ("GET", "/.well-known/databricks-config"): [],
    ("GET", "/.well-known/oauth-authorization-server/oidc"): [],
    ("GET", "/.well-known/oauth-authorization-server"): [],
    ("GET", "/oidc/.well-known/oauth-authorization-server"): [],
    ("GET", "/oidc/.well-known/openid-configuration"): [],
    ("GET", "/oidc/jwks.json"): [],
    ("POST", "/api/brickwork/oidc/authorize"): ASKED_OF_USERS,
    ("PUT", "fs/files/{}"): ["overwrite"], ("GET", "fs/files/{}"): [], ("HEAD", "fs/files/{}"): [], ("DELETE", "fs/files/{}"): [],
    ("PUT", "fs/directories/{}"): [], ("GET", "fs/directories/{}"): ["page_size", "page_token"],
    ("HEAD", "fs/directories/{}"): [], ("DELETE", "fs/directories/{}"): [],
    ("POST", "fs/files/{}"): ["action", "overwrite", "session_token", "upload_type", "parts"],
    ("POST", "fs/create-upload-part-urls"): ["path", "session_token", "start_part_number", "count", "expire_time"],
    ("POST", "fs/create-abort-upload-url"): ["path", "session_token", "expire_time"],
    ("POST", "fs/create-download-url"): ["path", "expire_time"],
    ("PUT", "fs/upload-parts/{}/{}"): ["expires", "signature"], ("DELETE", "fs/upload-parts/{}"): ["expires", "signature"],
    ("GET", "fs/signed/{}"): ["expires", "signature"],
    ("POST", "/api/brickwork/unity-catalog/tables"): ["name", "catalog_name", "schema_name", "table_type", "columns", "comment"],
    ("PATCH", "/api/brickwork/unity-catalog/tables/{}"): ["new_name", "columns", "comment", "owner"],
    ("GET", "/api/brickwork/sql-results/{}/{}"): ["expires", "signature"], ("DELETE", "sql/statements/{}"): [],
    ("GET", "/api/brickwork/routes"): [],
    ("GET", "/api/brickwork/clock"): [],
    ("POST", "/api/brickwork/clock"): ["advance_seconds"],
    ("GET", "/api/brickwork/faults"): [],
    ("PUT", "/api/brickwork/faults"): ["rules"],
    ("POST", "/api/brickwork/faults"): ["rules"],
    ("POST", "/local/faults"): ["rules"],
    ("GET", "/api/brickwork/requests"): [],
    ("DELETE", "/api/brickwork/requests"): [],
}
PAGES = {
    ("GET", "/"): [], ("GET", "/jobs"): ["page", "name", "o"], ("GET", "/runs"): ["page", "o"], ("GET", "/compute"): ["o"],
    ("GET", "/login"): ["next"], ("POST", "/login"): ["token", "next"], ("POST", "/logout"): ["csrf"],
    ("GET", "/pages/icon.svg"): [], ("GET", "/pages/live.js"): [], ("GET", "/pages/style.css"): [],
    ("GET", "/jobs/{}"): ["page", "o"], ("POST", "/jobs/{}/run-now"): ["csrf"],
    ("GET", "/jobs/{}/runs/{}"): ["o", "task"], ("GET", "/jobs/{}/runs/{}/views/{}"): [],
    ("POST", "/jobs/{}/runs/{}/repair"): ["csrf", "tasks"], ("POST", "/jobs/{}/runs/{}/cancel"): ["csrf"],
    ("GET", "/oidc/v1/authorize"): ASKED_OF_USERS, ("POST", "/oidc/v1/authorize"): ASKED_OF_USERS,
    ("GET", "/oidc/accounts/{}/v1/authorize"): ASKED_OF_USERS, ("POST", "/oidc/accounts/{}/v1/authorize"): ASKED_OF_USERS,
    ("POST", "/oidc/v1/token"): ASKED_FOR_TOKENS,
    ("GET", "/compute/{}"): ["o"], ("GET", "/compute/clusters/{}"): ["o"],
}


@pytest.fixture(scope="module")
def workspace(start_for_module):
    return start_for_module("--ephemeral", "--faults", "-", "--turn-clock", "--basic-auth")


@pytest.fixture(scope="module")
def routes(workspace):
    listed = Plain(workspace).ask("GET", "/api/brickwork/routes")[2]["routes"]
    # The same handlers are at the account's own addresses, which nobody can write down before.
    return sorted((route["method"], route["path"]) for route in listed
                  if not re.match("/oidc/accounts/[0-9a-f]", route["path"]))


@pytest.fixture(scope="module")
def known(workspace):
    """Ids that exist, so that a made-up request often gets beyond the first check."""
    plain = Plain(workspace)
    task = {"task_key": "a", "condition_task": {"op": "EQUAL_TO", "left": "1", "right": "1"}}
    job_ids = [plain.ask("POST", "/api/2.2/jobs/create", {"tasks": [task], "name": "known"})[2]["job_id"]
               for _ in range(3)]
    run_ids = [plain.ask("POST", "/api/2.2/jobs/run-now", {"job_id": job_id})[2]["run_id"] for job_id in job_ids]
    clusters = [plain.ask("POST", "/api/2.1/clusters/create", {"spark_version": "16.4.x-scala2.12", "num_workers": 0})[2]
                for _ in range(2)]
    scim = "/api/2.0/preview/scim/v2"
    people = [plain.ask("POST", f"{scim}/Users", {"userName": f"u{number}@example.com"})[2]["id"] for number in range(2)]
    groups = [plain.ask("POST", f"{scim}/Groups", {"displayName": f"g{number}"})[2]["id"] for number in range(2)]
    webhook = {"display_name": "w", "config": {"generic_webhook": {"url": "http://127.0.0.1:9/"}}}
    hook = plain.ask("POST", "/api/2.0/notification-destinations", webhook)[2]["id"]
    token = plain.ask("POST", "/api/2.0/token/create", {})[2]["token_info"]["token_id"]
    cluster_ids = [cluster["cluster_id"] for cluster in clusters]
    account_id = plain.ask("GET", "/.well-known/databricks-config")[2]["account_id"]
    rules = '{"a": {"type": "fixed", "value": 1}}'
    policies = [plain.ask("POST", "/api/2.0/policies/clusters/create", {"name": f"p{number}", "definition": rules})[2]["policy_id"]
                for number in range(2)]
    pools = [plain.ask("POST", "/api/2.0/instance-pools/create", {"instance_pool_name": f"p{number}", "node_type_id": "local"})[2]
             ["instance_pool_id"] for number in range(2)]
    # Refused at once: whoever made the requests up must not go out on the network for them.
    remotes = ["file:///nowhere.git", "ext::a"]
    credential = plain.ask("POST", "/api/2.0/git-credentials", {"git_provider": "gitHub", "git_username": "u"})[2]["credential_id"]
    robots = [plain.ask("POST", f"{scim}/ServicePrincipals", {"displayName": f"r{number}"})[2]["id"] for number in range(2)]
    apps = [plain.ask("POST", f"/api/2.0/accounts/{account_id}/oauth2/custom-app-integrations",
                      {"name": "app", "redirect_urls": ["http://localhost:1"]})[2] for _ in range(2)]
    return {"job_id": job_ids, "run_id": run_ids, "rerun_tasks": ["a"], "latest_repair_id": [0, 5],
            "op": ["EQUAL_TO", "LESS_THAN", "add", "replace", "remove"], "left": ["1"], "right": ["1"], "inputs": ["[1, 2]"],
            "path": ["/Shared/a", "/Shared", "/", "/Volumes/a/b/c/d", "/Volumes/a/b/c"], "content": ["YQ=="], "data": ["YQ=="], "handle": [1, 2],
            "job_cluster_key": ["main"], "environment_key": ["main"], "scope": ["a", "b"], "key": ["a"],
            "cluster_id": cluster_ids, "object_id": [*map(str, job_ids), *cluster_ids], "token_id": [token],
            "kind": ["jobs", "clusters", "cluster-policies", "instance-pools", "notebooks", "directories", "files"],
            "id": [*people, *groups, hook, str(credential), *map(str, job_ids), *cluster_ids], "view": ["0", "1"],
            "value": [*people, "a", True], "filter": ["displayName sw 'g'", "userName co u and active eq true"],
            "attributes": ["id,displayName"], "sort_by": ["displayName"], "user_name": ["u0@example.com", "v@example.com"],
            "full_name": ["main", "main.default", "main.default.v"], "catalog_name": ["main"], "schema_name": ["default"],
            "volume_type": ["MANAGED"], "table_type": ["EXTERNAL"],
            "action": ["initiate-upload", "complete-upload"], "start_part_number": [1], "count": [1, 2],
            "quartz_cron_expression": ["0 0 0 * * ?", "0 0 0 L * ?", "* * * * * *", "0/0 0 0 ? * 6#9", "0 0 0 31 2 ?"],
            "account_id": [account_id], "service_principal_id": robots, "policy_id": [*policies, "a"],
            "instance_pool_id": pools, "definition": [rules, "{}", "[]"], "policy_family_id": ["personal-vm", "job-cluster"],
            "policy_family_definition_overrides": [rules], "script": ["ZXhpdCAw"], "url": remotes, "provider": ["gitHub", "x"], "git_provider": ["gitHub", "gitLab"],
            "instance_profile_arn": ["arn:aws:iam::123456789012:instance-profile/x"],
            "issuer": ["https://issuer.example.com"], "jwks_json": ['{"keys": []}'], "subject": ["me"], "lifetime": ["60s"],
            "integration_id": [app["integration_id"] for app in apps], "app_id": ["databricks-cli"],
            "client_id": [*(app["client_id"] for app in apps), "databricks-cli"], "redirect_uri": ["http://localhost:1"],
            "redirect_urls": ["http://localhost:1"], "response_type": ["code"], "code_challenge": ["A" * 43],
            "code_challenge_method": ["S256"], "answer": ["allow", "deny"], "update_mask": ["*", "description"],
            "grant_type": ["client_credentials", "authorization_code", "refresh_token",
                           "urn:ietf:params:oauth:grant-type:token-exchange"],
            "subject_token_type": ["urn:ietf:params:oauth:token-type:jwt"], "subject_token": ["e30.e30.e30"],
            "timezone_id": ["UTC", "Europe/Berlin", "../../etc/passwd", "Mars/Base"]}


def check(answer, sent, is_page=False):
    status, headers, document = answer
    assert status < 500, (status, document, sent)
    assert headers["x-request-id"], sent
    if status >= 400 and not is_page:
        if headers["Content-Type"] == "application/xml" and "<Error>" in document:
            return  # in the words of an object store
        assert headers["Content-Type"] == "application/json", sent
        if sent[0] == "HEAD":
            return
        in_scim_words = document.get("status") == str(status) and "detail" in document
        in_words_of_1_2 = "/api/1.2/" in sent[1] and document.get("error")
        assert in_scim_words or in_words_of_1_2 or (document["error_code"] and document["message"]), (document, sent)


def ask(plain, maker, method, path):
    """One made-up request of a route."""
    address = re.sub(r"\{(\w+)(?:\.\.\.)?\}", lambda name: quote(maker.capture(name[1]), safe=""), path)
    known_by = endpoint(method, path)
    if known_by in sdk_methods():
        sent = maker.document(sdk_methods()[known_by])
    else:
        sent = maker.members({**OTHERS, **PAGES}[known_by])
    if method in ("GET", "DELETE"):
        address, body = address + "?" + urlencode(sent), None
    elif known_by in PAGES:
        body = urlencode(sent)
    else:
        body = json.dumps(sent)
    check(plain.ask(method, address, body), (method, address, sent), known_by in PAGES)


def test_for_every_route_there_are_requests(routes):
    assert [route for route in routes
            if endpoint(*route) not in sdk_methods() and endpoint(*route) not in {**OTHERS, **PAGES}] == []
    assert {*OTHERS, *PAGES} <= {endpoint(*route) for route in routes}


@pytest.mark.parametrize("wrongness", [0.0, 0.05, 0.4])
@pytest.mark.parametrize("part", range(PARTS))
def test_no_request_of_the_declared_shape_or_near_it_is_answered_with_a_5xx(workspace, routes, known, part, wrongness):
    plain = Plain(workspace)
    for method, path in routes[part::PARTS]:
        maker = Maker(f"{method} {path} {wrongness}", known, wrongness)
        for _ in range(15):
            ask(plain, maker, method, path)
        if "brickwork" in path:
            plain.ask("PUT", "/api/brickwork/faults", {"rules": []})


@pytest.mark.parametrize("kind", ["create", "submit", "reset", "update", "repair_run", "run_now"])
def test_no_request_of_the_widest_shapes_is_answered_with_a_5xx(workspace, known, kind):
    plain = Plain(workspace)
    paths = {"submit": "runs/submit", "repair_run": "runs/repair", "run_now": "run-now"}
    for wrongness in (0.0, 0.02, 0.1):
        maker = Maker(f"{kind} {wrongness}", known, wrongness)
        for _ in range(100):
            body = maker.document(getattr(JobsAPI, kind))
            check(plain.ask("POST", f"/api/2.2/jobs/{paths.get(kind, kind)}", json.dumps(body)), (kind, kind, body))


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
        check(plain.ask("POST", "/api/2.2/jobs/create", bytes(body)), ("POST", "create", bytes(body)))


def test_the_workspace_is_still_well_after_all_of_it(workspace, known):
    """What a made-up request left behind spoils nothing for those who ask for all there is."""
    plain = Plain(workspace)
    for path in ("/api/2.2/jobs/list?expand_tasks=true", "/api/2.2/jobs/runs/list?expand_tasks=true", "/api/2.1/clusters/list",
                 "/api/2.0/libraries/all-cluster-statuses", "/api/2.0/secrets/scopes/list", "/api/2.0/token/list",
                 "/api/2.0/workspace/list?path=/", "/api/2.0/dbfs/list?path=/", "/api/2.0/notification-destinations",
                 "/api/2.0/preview/scim/v2/Users", "/api/2.0/preview/scim/v2/Groups", "/api/2.0/preview/scim/v2/Me"):
        token = ""
        while token is not None:
            status, _, listed = plain.ask("GET", path + (f"{'&' if '?' in path else '?'}page_token={quote(token)}" if token else ""))
            assert status == 200, (path, listed)
            token = listed.get("next_page_token") or None
