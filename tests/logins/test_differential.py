"""The same machine, three clients: Databricks' SDKs for Python and Go, as published, and the library. All three must
choose the same kind of login and send the same headers, or all three must refuse.

Where the two SDKs disagree, Go's is followed, and `DECIDED` says where the library does otherwise and why.
"""

import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cases import cases
from conftest import answers_of
from environments import call, go_environment, need

HERE = Path(__file__).resolve().parent
GO = ["github.com/databricks/databricks-sdk-go@v0.175.0"]
PROOF = ("authorization", "x-databricks-azure-sp-management-token", "x-databricks-azure-workspace-resource-id",
         "x-databricks-gcp-sa-access-token")


@pytest.fixture(scope="module")
def combinations(place, all_stand_ins):
    folder = place / "cases"
    folder.mkdir()
    return list(cases(folder, all_stand_ins.google.account(), f"http://localhost:{all_stand_ins.plain}/session"))


def sent_by(client, stand_ins):
    """What reached a workspace, by name of the case: the kind, as the user agent names it, and the proof."""
    prefix = f"/api/2.0/echo/{client}/"
    sent = {}
    for request in stand_ins.asked:
        if request.path.startswith(prefix):
            agent = request.headers.get("user-agent", "")
            kind = agent.partition("auth/")[2].split(" ")[0]
            sent[request.path.removeprefix(prefix)] = {
                "kind": kind, **{name: request.headers[name] for name in PROOF if name in request.headers}}
    return sent


@pytest.fixture(scope="module")
def seen(combinations, all_stand_ins, environment, ours):
    """{client: {case: what it sent, or nothing}}, and what each said."""
    need("go")
    module = go_environment("logins", [HERE / "clients/main.go"], *GO)
    call(["go", "build", "-o", "judge", "main.go"], cwd=module)
    python = [sys.executable, HERE / "clients/sdk_for_python.py"]
    with ThreadPoolExecutor() as beside:
        running = {"python": beside.submit(answers_of, python, combinations, environment),
                   "go": beside.submit(answers_of, [module / "judge"], combinations, environment),
                   "ours": beside.submit(ours, combinations)}
        said = {client: done.result() for client, done in running.items()}
    return said, {client: sent_by(client, all_stand_ins) for client in said}


def asks_the_workspace_for_its_tenant(name):
    """Python's SDK does, Go's refuses: the workspace knows, so nobody has to say it."""
    return name.startswith("azure-secret-no-tenant_")


def leaves_the_variables_of_a_job_to_who_wants_them(name):
    """Every job of GitHub Actions has them. Go's SDK tries them first, with no principal named, and passes over them when the
    workspace says no; Python's wants client_id for that. Nothing is sent here to choose."""
    return name.startswith("github-azure_") and "_unset_" in name


DECIDED = (asks_the_workspace_for_its_tenant, leaves_the_variables_of_a_job_to_who_wants_them)


def test_the_same_machine_gives_the_same_login(combinations, seen):
    said, sent = seen
    python, go, ours = sent["python"], sent["go"], sent["ours"]
    wrong, counted = [], Counter()
    for case in combinations:
        name = case["name"]
        followed = python if any(decided(name) for decided in DECIDED) else go
        counted["agree" if python.get(name) == go.get(name) else "disagree", "sent" if name in go else "refused"] += 1
        if ours.get(name) != followed.get(name):
            told = {client: each[name].get("error", "") for client, each in said.items()}
            wrong.append((name, followed.get(name), ours.get(name), told))
    print(dict(counted))
    assert wrong == []
    assert counted["agree", "sent"] >= 60 and counted["agree", "refused"] >= 60
    assert {case["kind"] for case in ours.values()} >= {
        "pat", "basic", "oauth-m2m", "metadata-service", "env-oidc", "file-oidc", "github-oidc", "azure-devops-oidc",
        "github-oidc-azure", "azure-client-secret", "azure-msi", "azure-cli", "google-credentials", "google-id"}


def test_what_was_decided_otherwise_is_met(combinations, seen):
    _, sent = seen
    for decided in DECIDED:
        assert [case["name"] for case in combinations if decided(case["name"]) and
                sent["python"].get(case["name"]) != sent["go"].get(case["name"])], decided.__name__


def test_two_kinds_at_once_are_refused_in_the_same_words(combinations, seen):
    said, _ = seen
    beginning = "more than one authorization method configured: "
    met = 0
    for case in combinations:
        told = [said[client][case["name"]].get("error", "") for client in ("python", "go", "ours")]
        if not any(beginning in each for each in told):
            continue
        met += 1
        assert len({each.partition(beginning)[2].partition(".")[0] for each in told}) == 1, told
    assert met >= 10


def test_no_refusal_shows_a_secret(seen):
    said, _ = seen
    for each in said["ours"].values():
        assert "canary" not in str(each) and "PRIVATE KEY" not in str(each), each


PROFILES = {"absent": ("[DEFAULT]\nhost = https://dbc-1.cloud.databricks.com\ntoken = dapi-canary\n", "profile"),
            "reserved": ("[__settings__]\ndefault_profile = __settings__\n", "reserved"),
            "malformed": ("[work]\nhost = https://dbc-1.cloud.databricks.com\nno equals sign canary\n", "line 3")}


def test_bad_profiles_are_refused_by_all_three(all_stand_ins, environment, ours, tmp_path):
    need("go")
    made = []
    for name, (text, _) in PROFILES.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / ".databrickscfg").write_text(text)
        chosen = {} if name == "reserved" else {"DATABRICKS_CONFIG_PROFILE": "gone" if name == "absent" else "work"}
        made.append({"name": name, "environment": {"HOME": str(tmp_path / name), **chosen}, "settings": {}})
    judge = go_environment("logins", [HERE / "clients/main.go"], *GO) / "judge"
    python = answers_of([sys.executable, HERE / "clients/sdk_for_python.py"], made, environment)
    go, own = answers_of([judge], made, environment), ours(made)
    for name, (_, words) in PROFILES.items():
        assert "error" in python[name] and "error" in go[name], (python[name], go[name])
        assert own[name]["status"] == "INVALID_ARGUMENT" and words in own[name]["error"], own[name]
        assert "canary" not in str(own[name]), own[name]
