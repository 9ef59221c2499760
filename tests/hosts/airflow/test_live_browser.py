"""Repair as a person meets it: Chromium, Airflow's own pages, ours, and a mouse.

With BRICKWORK_SCREENSHOTS=FOLDER each step leaves a picture there.
"""

import os
from pathlib import Path

import pytest
from browser import Browser
from live_dags import chain
from selenium.webdriver.common.by import By


@pytest.fixture
def person(airflow, tmp_path):
    """A browser in which `user` is logged in to Airflow."""
    browser = Browser(tmp_path / "profile")
    browser.driver.get(airflow.url)
    browser.find("input[name=username]").send_keys("user")
    browser.find("input[name=password]").send_keys("user")
    browser.find("button[type=submit]").click()
    browser.wait_for(lambda: "/auth/login" not in browser.driver.current_url)
    yield browser
    browser.quit()


def picture(browser, name):
    if folder := os.environ.get("BRICKWORK_SCREENSHOTS"):
        browser.driver.save_screenshot(str(Path(folder) / f"{name}.png"))


def button(browser, text):
    """A link or button by what is written on it, or by its label where only a picture is on it."""
    places = f"//*[self::a or self::button][normalize-space()={text!r} or @aria-label={text!r}]"
    return browser.wait_for(lambda: browser.driver.find_element(By.XPATH, places))


def shows(browser, state):
    """The badge beside the task's name."""
    return browser.wait_for(lambda: browser.driver.find_element(
        By.XPATH, f"//*[normalize-space()={state!r} and not(*[normalize-space()={state!r}])]"), 120)


def open_task(browser, airflow, dag_id, task_id):
    browser.driver.get(f"{airflow.url}/dags/{dag_id}/runs/one/tasks/{task_id}/details")


def kept_and_again(view, dag_id, before):
    after = view.only_run(f"{dag_id}.wf")
    old, new = view.attempts(before), view.attempts(after)
    assert len(view.repairs(after)) == 1
    return {key for key in new if new[key] == old.get(key)}, {key for key in new if new[key] != old.get(key)}


def test_a_person_repairs_from_the_failed_task(airflow, view, failed_run, gate, person):
    dag_id = failed_run(chain(gate))
    before = view.only_run(f"{dag_id}.wf")
    gate.touch()
    open_task(person, airflow, dag_id, "wf.broken")
    shows(person, "Failed")
    link = button(person, "Repair all failed tasks")
    button(person, "See Databricks Job Run")
    picture(person, "task")
    link.click()
    person.find("#repair")
    assert [each.text for each in person.all("#cleared code")] == ["wf.broken", "wf.after"]
    picture(person, "plan")
    person.find("#repair").click()
    person.wait_for(lambda: person.driver.current_url == f"{airflow.url}/dags/{dag_id}/runs/one")
    open_task(person, airflow, dag_id, "wf.broken")
    shows(person, "Success")
    picture(person, "repaired")
    assert airflow.finished(dag_id, "one") == "success"
    assert kept_and_again(view, dag_id, before) == ({"good", "beside"}, {"broken", "after"})
    open_task(person, airflow, dag_id, "wf.broken")
    button(person, "See Databricks Job Run")
    assert person.driver.find_elements(By.LINK_TEXT, "Repair all failed tasks") == []


def test_a_person_clears_with_the_button_of_airflow(airflow, view, failed_run, gate, person):
    dag_id = failed_run(chain(gate))
    before = view.only_run(f"{dag_id}.wf")
    gate.touch()
    open_task(person, airflow, dag_id, "wf.broken")
    shows(person, "Failed")
    button(person, "Press shift+c to clear").click()
    picture(person, "clear")
    person.wait_for(lambda: button(person, "Confirm").is_enabled())
    button(person, "Confirm").click()
    shows(person, "Success")
    assert airflow.finished(dag_id, "one") == "success"
    assert kept_and_again(view, dag_id, before) == ({"good", "beside"}, {"broken", "after"})


def test_a_page_of_another_site_cannot_repair(airflow, failed_run, gate, person, tmp_path):
    """Within the two minutes after the login in which Chromium sends the cookie along even with a foreign form."""
    import http.server
    import threading

    dag_id = failed_run(chain(gate))
    address = f"{airflow.url}/brickwork/repair/{dag_id}/one?task_id=wf.broken"
    person.driver.get(address)
    seal = person.find("[name=seal]").get_attribute("value")  # even one that was stolen

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            text = f'<form method=post action="{address}"><input name=seal value="{seal}"><button>win</button></form>'
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        for host in ("localhost", "127.0.0.1"):  # another site, and another origin of the same site
            person.driver.get(f"http://{host}:{server.server_address[1]}/")
            person.find("button").click()
            assert "another site" in person.find("#problem").text
    finally:
        server.shutdown()
    assert airflow.states(dag_id, "one")["wf.broken"] == "failed"
