"""Databricks' SDK for Go: a program of ours, and the acceptance tests that its module carries."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from databricks.sdk.service import iam
from environments import call, clean_environment, go_environment, need
from repository import Repository

SDK = "github.com/databricks/databricks-sdk-go"
VERSION = "v0.175.0"

# The acceptance tests of services that the workspace has; the others ask for services that one machine cannot give
# (warehouses, MLflow, pipelines, accounts, repositories of the internet), for identifiers of a real account, or for a cluster that
# takes longer than 15 seconds to come up.
ACCEPTED = ["TestAccDefaultCredentials", "TestAccCurrentUser", "TestAccJobsGetCorrectErrorNoTranspile",
            "TestAccJobsListAllNoDuplicatesNoTranspile", "TestAccClustersGetCorrectErrorMessageNoTranspile",
            "TestAccCommands", "TestAccCommandsDirectUsage", "TestAccLibraries", "TestAccGenericPermissions",
            "TestAccSecrets", "TestAccTokens", "TestAccClusterPolicyFamilies", "TestAccClusterPolicies",
            "TestAccInstancePools", "TestAccAwsInstanceProfiles", "TestAccGlobalInitScripts", "TestAccGitCredentials", "TestAccCreateOboTokenOnAws", "TestAccWorkspaceUsers",
            "TestAccServicePrincipalsOnAWS", "TestAccGroups", "TestAccExplicitDatabricksCfg", "TestAccSpogWorkspacePAT",
            "TestAccDbfsOpen", "TestAccDbfsOpenDirectory", "TestAccDbfsReadFileWriteFile", "TestAccListDbfsIntegration",
            "TestAccWorkspaceIntegration", "TestAccWorkspaceUploadFileNoTranspile",
            "TestAccWorkspaceUploadNotebookWithFileExtensionNoTranspile",
            "TestAccWorkspaceUploadNotebookWithFileNoExtensionNoTranspile", "TestAccWorkspaceRecursiveListNoTranspile"]


@pytest.fixture(scope="module")
def module(workspace):
    need("go")
    return go_environment("sdk", [Path(__file__).parent / "go" / name for name in ("main.go", "login.go", "services.go")], f"{SDK}@{VERSION}", f"{SDK}/internal@{VERSION}")


@pytest.fixture(scope="module")
def environment(workspace, tmp_path_factory):
    profiles = tmp_path_factory.mktemp("go") / "databrickscfg"
    profiles.write_text(f"[judge]\nhost = {workspace.url}\ntoken = {workspace.token}\n")
    cluster = workspace.client().clusters.create(cluster_name="judge", spark_version="16.4.x-scala2.12",
                                                 node_type_id="local", num_workers=0)
    return clean_environment(TEST_GO_SDK_CLUSTER_ID=cluster.cluster_id, TEST_DEFAULT_CLUSTER_ID=cluster.cluster_id,
                             DATABRICKS_HOST=workspace.url, DATABRICKS_TOKEN=workspace.token,
                             DATABRICKS_CONFIG_FILE=profiles, DATABRICKS_CONFIG_PROFILE="judge",
                             LOCK_CLIENT_CONFIG=json.dumps({"host": workspace.url, "token": workspace.token}), LOCK_DIRECTORY="/Shared",
                             CLOUD_ENV="aws", CLOUD_PROVIDER="AWS", TEST_ENVIRONMENT_TYPE="WORKSPACE",
                             UNIFIED_HOST=workspace.url, TEST_ACCOUNT_ID="00000000-0000-0000-0000-000000000000",
                             TEST_WORKSPACE_ID=workspace.client().get_workspace_id())


def test_the_go_sdk_creates_runs_repairs_and_pages(module, environment):
    call(["go", "build", "-o", "judge", "main.go"], cwd=module)
    saw = json.loads(call([module / "judge"], env=environment).splitlines()[-1])
    assert saw == {"tasks": 150, "waiter": True, "same_run": True, "failed": ["INTERNAL_ERROR", "FAILED", 150],
                   "repaired": ["SUCCESS", 2, True], "runs": 1, "missing": True, "user": "brickwork@localhost"}


# Stands in for the browser of a user: it goes through the login page, and then to where the SDK listens.
BROWSER = """
import sys, requests
sys.path[:0] = [{conformance!r}, {conformance!r} + "/resources"]
from login_page import log_in
requests.get("http://localhost:8020/", log_in(sys.argv[1], {token!r}), timeout=30)
"""


def test_the_go_sdk_logs_in_with_a_secret_a_workloads_token_and_a_browser(module, workspace, tmp_path):
    conformance = str(Path(__file__).parents[1] / "conformance")
    sys.path.append(conformance + "/resources")
    from issuer import Issuer

    issuer = Issuer()
    client = workspace.client()
    principal = client.service_principals.create(display_name="robot")
    secret = client.service_principal_secrets_proxy.create(principal.id)
    policy = {"oidc_policy": {"issuer": issuer.url, "audiences": ["go"], "subject": "me", "jwks_json": issuer.jwks()}}
    account = client.api_client.do("GET", "/.well-known/databricks-config")["account_id"]
    client.api_client.do("POST", f"/api/2.0/accounts/{account}/servicePrincipals/{principal.id}/federationPolicies", body=policy)
    browser = tmp_path / "browser.py"
    browser.write_text(BROWSER.format(conformance=conformance, token=workspace.token))
    call(["go", "build", "-o", "login", "login.go"], cwd=module)
    environment = clean_environment(HOME=tmp_path, JUDGE_HOST=workspace.url, JUDGE_ID=principal.application_id,
                                    JUDGE_SECRET=secret.secret, JUDGE_WORKLOAD_TOKEN=issuer.token(aud="go", sub="me"),
                                    JUDGE_BROWSER=browser, JUDGE_PYTHON=sys.executable, DATABRICKS_AUTH_STORAGE="plaintext")
    saw = json.loads(call([module / "login"], env=environment).splitlines()[-1])
    robot = saw["secret"].removesuffix("oauth-m2m")
    assert "|robot|" in robot and saw["workload"] == robot + "env-oidc" and saw["refreshed"]
    assert saw["user"] == saw["again"] == "brickwork@localhost|brickwork@localhost|pat"


def test_the_go_sdk_uses_the_services_around_jobs_as_a_service_principal(module, workspace, tmp_path):
    code = Repository(tmp_path)
    code.commit({"a.txt": "1"})
    code.commit({"a.txt": "2"}, branch="next")
    client = workspace.client()
    client.workspace.mkdirs("/Repos/go")
    principal = client.service_principals.create(display_name="worker")
    admins = next(iter(client.groups.list(filter="displayName eq 'admins'")))
    client.groups.patch(admins.id, operations=[iam.Patch(op=iam.PatchOp.ADD, path="members", value=[{"value": principal.id}])],
                        schemas=[iam.PatchSchema.URN_IETF_PARAMS_SCIM_API_MESSAGES_2_0_PATCH_OP])
    secret = client.service_principal_secrets_proxy.create(principal.id)
    call(["go", "build", "-o", "services", "services.go"], cwd=module)
    environment = clean_environment(HOME=tmp_path, JUDGE_HOST=workspace.url, JUDGE_ID=principal.application_id,
                                    JUDGE_SECRET=secret.secret, JUDGE_REPO=code.url)
    saw = json.loads(call([module / "services"], env=environment).splitlines()[-1])
    assert saw == {"repo": ["main", "next", True, 1, "REPO"], "volume": ["main.default.go", True, 1, 4 << 20],
                   "cluster": ["RUNNING", "go", "local", 2], "token": [1, True]}


@pytest.fixture(scope="module")
def acceptance(module):
    call(["go", "test", "-c", "-o", "acceptance", f"{SDK}/internal"], cwd=module)
    return module / "acceptance"


@pytest.mark.parametrize("name", ACCEPTED)
def test_an_acceptance_test_of_the_go_sdk_passes(acceptance, environment, tmp_path, name):
    ended = subprocess.run([acceptance, "-test.run", f"^{name}$", "-test.v", "-test.timeout", "120s"],
                           capture_output=True, text=True, timeout=150, env=environment, cwd=tmp_path)
    outcome = re.search(rf"^--- (\w+): {name}", ended.stdout, re.MULTILINE)
    assert outcome and outcome.group(1) == "PASS", ended.stdout[-3000:] + ended.stderr[-3000:]
