"""Who may look and who may press a button; what the pages send. Plain HTTP, so that nothing is hidden by a browser."""

import re
import time

import pytest
from http_client import Plain

CONDITION = {"op": "EQUAL_TO", "left": "1", "right": "1"}


class Visitor:
    """A browser's cookie and headers, and no browser."""

    def __init__(self, workspace, **headers):
        self.plain = Plain(workspace, "")
        self.headers = {"Sec-Fetch-Site": "same-origin", **headers}

    def get(self, path, **headers):
        return self.plain.ask("GET", path, None, {**self.headers, **headers})

    def post(self, path, form, **headers):
        body = "&".join(f"{name}={value}" for name, value in form.items())
        sent = {"Content-Type": "application/x-www-form-urlencoded", **self.headers, **headers}
        return self.plain.ask("POST", path, body, {name: value for name, value in sent.items() if value is not None})

    def log_in(self, token, next_page="/jobs", **headers):
        answer = self.post("/login", {"token": token, "next": next_page}, **headers)
        if cookie := answer[1]["Set-Cookie"]:
            self.headers["Cookie"] = cookie.split(";")[0]
        return answer


@pytest.fixture
def visitor(workspace):
    one = Visitor(workspace)
    assert one.log_in(workspace.token)[0] == 303
    return one


def form_token(page):
    return re.search(r'name="form" value="([0-9a-f]{64})"', page).group(1)


@pytest.mark.parametrize("path", ["/jobs", "/runs", "/compute", "/compute/c", "/jobs/1", "/jobs/1/runs/2",
                                  "/jobs/1/runs/2/views/0"])
def test_nobody_looks_without_a_login(workspace, path):
    stranger = Visitor(workspace)
    assert stranger.get(path)[0] == 303
    status, headers, _ = stranger.get(path, Cookie="brickwork_1=" + "0" * 64)
    assert (status, headers["Location"]) == (303, f"/login?next={path}")


def test_a_cookie_is_out_of_reach_of_scripts_other_sites_and_the_disk(workspace):
    visitor = Visitor(workspace)
    status, headers, _ = visitor.log_in(workspace.token, "/runs")
    assert (status, headers["Location"]) == (303, "/runs")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(headers["Set-Cookie"].split("; "))
    assert workspace.token not in headers["Set-Cookie"]
    value = visitor.headers["Cookie"].split("=")[1].encode()
    assert not any(value in path.read_bytes() for path in workspace.state.glob("*") if path.is_file())


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
                                     {"Sec-Fetch-Site": "none"}])
def test_a_login_form_of_another_site_is_refused(workspace, headers):
    assert Visitor(workspace).log_in(workspace.token, **headers)[0] == 403


def test_a_wrong_token_starts_no_session(workspace):
    status, headers, page = Visitor(workspace).log_in("dapi0")
    assert status == 403 and headers["Set-Cookie"] is None and "not a valid token" in page


@pytest.mark.parametrize("wanted", ["//evil.example/", "/\\evil.example", "https://evil.example/", "/\t/evil.example",
                                    "javascript:alert(1)", "/login?next=/x", ""])
def test_a_login_leads_to_no_other_site(workspace, wanted):
    from urllib.parse import quote
    assert Visitor(workspace).log_in(workspace.token, quote(wanted, safe=""))[1]["Location"] == "/jobs"


def test_a_click_on_another_site_is_asked_again_from_here(workspace):
    status, headers, page = Visitor(workspace).get("/jobs", **{"Sec-Fetch-Site": "cross-site"})
    assert status == 200 and 'http-equiv="refresh" content="0"' in page and "Location" not in headers


@pytest.mark.parametrize("change", [
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"},
    {"form": "0" * 64}, {"form": ""}, {"Sec-Fetch-Site": None, "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": None, "Origin": "null"},
], ids=str)
def test_a_button_works_only_from_our_own_page(workspace, runs, visitor, gated, change):
    job_id, run_id, _ = gated
    token = form_token(visitor.get(f"/jobs/{job_id}/runs/{run_id}")[2])
    headers = {name: value for name, value in change.items() if name != "form"}
    status, _, page = visitor.post(f"/jobs/{job_id}/runs/{run_id}/repair", {"form": change.get("form", token)}, **headers)
    assert status == 403 and "not made by a page of this workspace" in page
    assert len(runs.get(run_id)["repair_history"]) == 1


def test_the_form_of_one_session_is_worth_nothing_in_another(workspace, runs, visitor, gated):
    job_id, run_id, _ = gated
    other = Visitor(workspace)
    other.log_in(workspace.token)
    foreign = form_token(other.get("/jobs")[2])
    assert visitor.post(f"/jobs/{job_id}/runs/{run_id}/repair", {"form": foreign})[0] == 403


def test_two_clicks_on_repair_are_one_repair(workspace, runs, visitor, gated):
    job_id, run_id, gate = gated
    gate.write_text("")
    page = visitor.get(f"/jobs/{job_id}/runs/{run_id}")[2]
    form = {"form": form_token(page), "latest_repair_id": "0"}
    assert visitor.post(f"/jobs/{job_id}/runs/{run_id}/repair", form)[0] == 303
    runs.finished(run_id)
    assert visitor.post(f"/jobs/{job_id}/runs/{run_id}/repair", form)[0] == 400
    assert len(runs.get(run_id)["repair_history"]) == 2


def test_an_address_cannot_add_a_field_to_the_answer(visitor, gated):
    job_id, run_id, _ = gated
    form = {"form": form_token(visitor.get(f"/jobs/{job_id}/runs/{run_id}")[2])}
    status, headers, _ = visitor.post(f"/jobs/1%0d%0aX-Injected:%201/runs/{run_id}/cancel", form)
    assert (status, headers["X-Injected"]) == (303, None)
    assert headers["Location"] == f"/jobs/1%0D%0AX-Injected:%201/runs/{run_id}"


def test_after_logging_out_the_cookie_is_worth_nothing(visitor):
    token = form_token(visitor.get("/jobs")[2])
    assert visitor.get("/jobs")[0] == 200
    visitor.post("/logout", {"form": "0"})
    assert visitor.get("/jobs")[0] == 200
    assert "Max-Age=0" in visitor.post("/logout", {"form": token})[1]["Set-Cookie"]
    assert visitor.get("/jobs")[0] == 303


@pytest.mark.parametrize("path, status", [("/jobs/five", 400), ("/jobs/5/runs/5", 400), ("/compute/none", 400),
                                          ("/jobs/5/runs/x", 400), ("/jobs/5/runs/5/views/0", 400)])
def test_what_is_not_there_is_said_in_the_words_of_the_api(visitor, path, status):
    answered, headers, page = visitor.get(path)
    assert answered == status and headers["Content-Type"].startswith("text/html")
    assert re.search("INVALID_PARAMETER_VALUE|MALFORMED_REQUEST", page)


@pytest.mark.parametrize("path", ["/login", "/jobs", "/jobs/5"])
def test_every_page_forbids_what_it_does_not_need(visitor, path):
    _, headers, page = visitor.get(path)
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe-inline" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Cache-Control"] == "no-store"
    assert " style=" not in page and "<style" not in page and "onclick" not in page and "http://" not in page


def test_all_tasks_of_a_large_run_are_on_its_graph(visitor, runs):
    tasks = [{"task_key": f"t{number:03}", "condition_task": CONDITION,
              "depends_on": [{"task_key": f"t{number - 1:03}"}] if number % 10 else []} for number in range(230)]
    job_id, run_id = runs.start(tasks)
    runs.finished(run_id)
    page = visitor.get(f"/jobs/{job_id}/runs/{run_id}")[2]
    assert len(re.findall(r'<g class="task good"', page)) == 230
    assert len(re.findall(r'<path class="edge"', page)) == 207


def test_what_a_running_file_has_printed_is_on_its_page(visitor, runs, tmp_path):
    script, go = tmp_path / "talker.py", tmp_path / "go"
    script.write_text(f"import os, time\nprint('already here <b>', flush=True)\n"
                      f"while not os.path.exists({str(go)!r}):\n    time.sleep(0.02)\n")
    job_id, run_id = runs.start([{"task_key": "a", "spark_python_task": {"python_file": f"file:{script}"}}])
    address = f"/jobs/{job_id}/runs/{runs.get(run_id)['tasks'][0]['run_id']}"
    deadline = time.monotonic() + 60
    while "already here &lt;b&gt;" not in (page := visitor.get(address)[2]):
        assert time.monotonic() < deadline, page
        time.sleep(0.05)
    assert "Cancel task" in page
    go.touch()
    runs.finished(run_id)
