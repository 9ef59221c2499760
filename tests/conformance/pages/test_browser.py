"""The pages as a person meets them: in Chromium, with a mouse."""

import json

import pytest
from browser import Browser
from shown_runs import HOSTILE


@pytest.fixture
def browse(tmp_path):
    opened = []

    def browse(**options):
        opened.append(Browser(tmp_path / f"profile{len(opened)}", **options))
        return opened[-1]

    yield browse
    for browser in opened:
        browser.quit()


def mood(browser, task_key):
    boxes = [box for box in browser.all("svg .task") if box.get_attribute("textContent").startswith(task_key + ":")]
    return boxes[0].get_attribute("class").split()[1] if boxes else None


def test_a_person_logs_in_sees_what_failed_repairs_it_and_sees_it_turn_green(workspace, runs, gated, browse):
    job_id, run_id, gate = gated
    page = runs.get(run_id)["run_page_url"]
    browser = browse()
    browser.driver.get(page)
    assert "/login" in browser.driver.current_url
    browser.find("#token").send_keys("dapi-wrong")
    browser.find(".login button").click()
    assert "not a valid token" in browser.find(".message").text
    browser.complaints()  # of that refusal
    browser.find("#token").send_keys(workspace.token)
    browser.find(".login button").click()
    browser.wait_for(lambda: browser.driver.current_url == page)

    browser.wait_for(lambda: [mood(browser, key) for key in ("first", "check", "after")] == ["good", "bad", "skip"])
    gate.write_text("")
    browser.find("#repair").click()
    browser.wait_for(lambda: mood(browser, "after") == "good")  # by the script alone: nothing here loads the page again
    assert mood(browser, "check") == "good"
    assert "Succeeded" in browser.find("h1 .badge").text
    assert len(runs.get(run_id)["repair_history"]) == 2
    assert "original run" in browser.find("main").text and not browser.all("#repair")

    browser.find("a.chip.bad").click()  # what failed before the repair is still there to be read
    assert "AssertionError: " + HOSTILE in browser.find("pre.bad").text
    assert browser.complaints() == []


def test_nothing_that_a_user_wrote_becomes_markup_or_runs(workspace, runs, gated, put_notebook, browse):
    job_id, run_id, _ = gated
    put_notebook("/Shared/hostile", f"displayHTML('''<h3 id=inner>shown</h3>{HOSTILE}<script>top.owned = 1</script>"
                                    "<img src=http://192.0.2.1/leak><form action=/logout method=post>''')")
    _, shown = runs.start([{"task_key": "html", "notebook_task": {"notebook_path": "/Shared/hostile"}}])
    task = runs.finished(shown)["tasks"][0]
    check = next(task for task in runs.get(run_id)["tasks"] if task["task_key"] == "check")
    browser = browse()
    browser.log_in(workspace)
    for place in ("/jobs", "/runs", "/compute", f"/jobs/{job_id}", f"/jobs/{job_id}/runs/{run_id}",
                  f"/jobs/{job_id}/runs/{check['run_id']}", f"/jobs/1/runs/{task['run_id']}"):
        browser.driver.get(workspace.url + place)
        assert browser.driver.execute_script("return [window.owned, document.scripts.length]") == [None, 1], place
        assert browser.all("main img, main script") == [], place
        if place.startswith(f"/jobs/{job_id}") and str(check["run_id"]) not in place:
            assert HOSTILE in browser.find("h1").text, place

    browser.driver.switch_to.frame(browser.find("iframe"))
    assert browser.find("#inner").text == "shown"
    assert browser.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": "window.owned"})["result"] == {
        "type": "undefined"}
    requests = [json.loads(entry["message"])["message"] for entry in browser.driver.get_log("performance")]
    addresses = {message["params"]["request"]["url"] for message in requests
                 if message["method"] == "Network.requestWillBeSent"}
    assert {address for address in addresses if not address.startswith((workspace.url, "data:", "chrome"))} <= {
        "http://192.0.2.1/leak"}  # asked for by the document, refused by its policy:
    assert not any(message["method"] == "Network.responseReceived" and "192.0.2.1" in json.dumps(message)
                   for message in requests)


def test_without_scripts_everything_can_be_read_and_repaired(workspace, runs, gated, browse):
    job_id, run_id, gate = gated
    browser = browse(scripts=False)
    browser.log_in(workspace, f"/jobs/{job_id}/runs/{run_id}")
    gate.write_text("")
    browser.find("#repair").click()
    browser.wait_for(lambda: mood(browser, "after") == "good")  # the browser loads the page again by itself
    assert browser.complaints() == []


def test_an_address_of_the_old_form_leads_to_its_page(workspace, gated, browse):
    job_id, run_id, _ = gated
    browser = browse()
    browser.log_in(workspace, f"/?o=1#job/{job_id}/run/{run_id}")
    browser.wait_for(lambda: browser.driver.current_url == f"{workspace.url}/jobs/{job_id}/runs/{run_id}")
    browser.driver.get("about:blank")
    browser.driver.get(f"{workspace.url}/#job/{job_id}")
    browser.wait_for(lambda: browser.driver.current_url == f"{workspace.url}/jobs/{job_id}")


def test_a_running_run_is_canceled_and_the_page_follows_the_colours_of_the_night(workspace, runs, tmp_path, browse):
    script = tmp_path / "slow.py"
    script.write_text("import time\ntime.sleep(600)\n")
    job_id, run_id = runs.start([{"task_key": "slow", "spark_python_task": {"python_file": f"file:{script}"}}])
    browser = browse(dark=True)
    browser.log_in(workspace, f"/jobs/{job_id}/runs/{run_id}")
    browser.wait_for(lambda: mood(browser, "slow") == "run")
    light = sum(int(part) for part in browser.find("body").value_of_css_property("background-color")[5:-4].split(","))
    assert light < 150
    browser.find("button.danger").click()
    browser.wait_for(lambda: mood(browser, "slow") == "skip")
    assert browser.find("h1 .badge").text == "Canceled"
