"""The page of the plugin and the command: what they show, whom they serve, and what they refuse."""

import http.client
import re
import urllib.parse

import pytest
from live_dags import chain

MEMBER_LINKS = {"Repair all failed tasks", "Repair this task"}


class Page:
    """The page as a browser asks for it: the login is a cookie, redirects are not followed."""

    def __init__(self, airflow, path):
        self.airflow = airflow
        self.path = path

    def send(self, method, user=None, seal=None, path=None, **headers):
        address = urllib.parse.urlparse(self.airflow.url)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if user:
            sent["Cookie"] = f"_token={self.airflow.token(user)}"
        body = None
        if method == "POST":
            body = urllib.parse.urlencode({} if seal is None else {"seal": seal})
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, f"{address.path}/{path or self.path}", body, sent)
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        connection.close()
        return answer

    def seal(self, user):
        return re.search(r'name="seal" value="([^"]+)"', self.send("GET", user).text).group(1)

    def shown(self, table, user="user"):
        html = re.search(rf'<table id="{table}">.*?</table>', self.send("GET", user).text, re.DOTALL).group(0)
        return re.findall(r"<code>(.*?)</code>", html)


@pytest.fixture(scope="module")
def once(airflow, tmp_path_factory):
    """(dag id, gate) of one DAG run that has failed; nothing but the last test of it changes it."""
    from live_dags import source

    folder = tmp_path_factory.mktemp("page")
    gate = folder / "gate"
    airflow.add_dag("page", source("page", folder, chain(gate)))
    airflow.trigger("page", "one")
    assert airflow.finished("page", "one") == "failed"
    return "page", gate


@pytest.fixture
def all_failed(airflow, once):
    return Page(airflow, f"brickwork/repair/{once[0]}/one?task_id=wf.broken")


@pytest.fixture
def only_this(airflow, once):
    return Page(airflow, f"brickwork/repair/{once[0]}/one?task_id=wf.after&map_index=-1")


def links(airflow, dag_id, task_id):
    answer = airflow.ask("GET", f"/api/v2/dags/{dag_id}/dagRuns/one/taskInstances/{task_id}/links")["extra_links"]
    return {name for name, address in answer.items() if address}


def untouched(airflow, dag_id):
    tasks = airflow.tasks(dag_id, "one")
    return {name: (task["state"], task["try_number"]) for name, task in tasks.items()}


def test_links_follow_the_state_of_the_task(airflow, once):
    run_link = {"See Databricks Job Run"}
    assert links(airflow, once[0], "wf.broken") >= MEMBER_LINKS | run_link
    assert links(airflow, once[0], "wf.after") >= MEMBER_LINKS | run_link
    assert links(airflow, once[0], "wf.good") & MEMBER_LINKS == set()
    assert links(airflow, once[0], "wf.good") >= run_link
    assert links(airflow, once[0], "wf.launch") & MEMBER_LINKS == {"Repair all failed tasks"}


def test_a_get_shows_the_plan_and_changes_nothing(airflow, once, all_failed, only_this):
    before = untouched(airflow, once[0])
    assert set(all_failed.shown("cleared")) == {"wf.broken", "wf.after"}
    assert set(all_failed.shown("kept")) == {"wf.good", "wf.beside"}
    assert set(only_this.shown("cleared")) == {"wf.broken", "wf.after"}  # it waits for what failed
    headers = all_failed.send("GET", "user").headers
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"] and headers["Cache-Control"] == "no-store"
    assert untouched(airflow, once[0]) == before


def test_who_may_not_edit_may_look_and_gets_403(airflow, once, all_failed):
    before = untouched(airflow, once[0])
    shown = all_failed.send("GET", "viewer")
    assert shown.status == 200 and 'id="readonly"' in shown.text and "<form" not in shown.text
    assert all_failed.send("POST", "viewer", all_failed.seal("user")).status == 403
    assert untouched(airflow, once[0]) == before


def test_nobody_is_sent_to_the_login_and_refused(airflow, all_failed):
    shown = all_failed.send("GET")
    path = urllib.parse.urlparse(airflow.url).path
    assert shown.status == 303 and shown.headers["Location"].startswith(f"{path}/auth/login?next=")
    assert all_failed.send("POST", seal=all_failed.seal("user")).status == 401


def test_forged_requests_are_refused(airflow, once, all_failed, only_this):
    before = untouched(airflow, once[0])
    seal = all_failed.seal("user")
    assert all_failed.send("POST", "user").status == 403
    assert all_failed.send("POST", "user", seal[:-2] + "xx").status == 403
    assert all_failed.send("POST", "admin", seal).status == 403  # of another user
    assert only_this.send("POST", "user", seal).status == 403  # of another plan
    assert all_failed.send("POST", "user", seal, path=all_failed.path.replace("/one?", "/two?")).status == 403
    for site in ("cross-site", "same-site"):
        assert all_failed.send("POST", "user", seal, Sec_Fetch_Site=site).status == 403
    assert untouched(airflow, once[0]) == before


@pytest.mark.parametrize("path", ["brickwork/repair/page/one?task_id=wf.launch&map_index=-1", "brickwork/repair/~/one?task_id=wf.good",
                                  "brickwork/repair/page/one?task_id=nothing", "brickwork/repair/page/two?task_id=wf.good",
                                  "brickwork/repair/nothing/one?task_id=wf.good"])
def test_what_is_not_there_cannot_be_repaired(airflow, once, path):
    refused = Page(airflow, path).send("GET", "admin")
    assert refused.status == 404 and "<form" not in refused.text


def test_the_command_shows_the_plan_and_asks(airflow, once):
    before = untouched(airflow, once[0])
    said = airflow.command("brickwork", "repair", once[0], "one", "--dry-run")
    assert "wf.broken  failed" in said and "wf.after  upstream_failed" in said and "launch" not in said
    with pytest.raises(RuntimeError, match="nobody is there to ask"):
        airflow.command("brickwork", "repair", once[0], "one")
    with pytest.raises(RuntimeError, match="Databricks job"):
        airflow.command("brickwork", "repair", once[0], "one", "--task-id", "wf.launch", "--yes")
    with pytest.raises(RuntimeError, match="no run two"):
        airflow.command("brickwork", "repair", once[0], "two", "--yes")
    assert untouched(airflow, once[0]) == before


def test_a_post_repairs_once_and_the_audit_log_names_the_user(airflow, once, all_failed, view):
    dag_id, gate = once
    gate.touch()
    before = view.only_run(f"{dag_id}.wf")
    seal, of_another = all_failed.seal("user"), all_failed.seal("admin")
    done = all_failed.send("POST", "user", seal, Sec_Fetch_Site="same-origin")
    assert (done.status, done.headers["Location"]) == (303, f"{urllib.parse.urlparse(airflow.url).path}/dags/{dag_id}/runs/one")
    assert all_failed.send("POST", "user", seal, Sec_Fetch_Site="same-origin").status == 409  # a double click
    assert all_failed.send("POST", "admin", of_another).status == 409  # two people at once
    assert airflow.finished(dag_id, "one") == "success"
    after = view.only_run(f"{dag_id}.wf")
    assert len(view.repairs(after)) == 1
    old, new = view.attempts(before), view.attempts(after)
    assert {key for key in new if new[key] == old[key]} == {"good", "beside"}
    events = airflow.ask("GET", f"/api/v2/eventLogs?dag_id={dag_id}&order_by=-when&limit=100")["event_logs"]
    assert [each["owner"] for each in events if each["event"] == "post_clear_task_instances"][:1] == ["user"]
    assert links(airflow, dag_id, "wf.broken") & MEMBER_LINKS == set()
    assert all_failed.send("GET", "user").status == 409


def test_the_command_repairs_and_is_kept_in_the_audit_log(airflow, failed_run, gate, view):
    dag_id = failed_run(chain(gate))
    gate.touch()
    assert "cleared" in airflow.command("brickwork", "repair", dag_id, "one", "--yes")
    assert airflow.finished(dag_id, "one") == "success"
    assert len(view.repairs(view.only_run(f"{dag_id}.wf"))) == 1
    events = airflow.ask("GET", f"/api/v2/eventLogs?dag_id={dag_id}&order_by=-when&limit=100")["event_logs"]
    assert any(each["event"] == "cli__repair" or "repair" in each["event"] for each in events)
