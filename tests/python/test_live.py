"""What a run tells while it goes on, tasks executed for real: a webhook that ends a wait, lines of a cluster's log. All
documents against the schemas of abi/."""

import asyncio
import base64
import http.server
import json
import threading
import time

import jsonschema
import pytest
import referencing

import brickwork
from conftest import ROOT, TASKS_PYTHON, Workspace

DAY = 24 * 3_600_000  # ms
# Prints, waits for the test, prints on.
NOTEBOOK = """# Databricks notebook source
import os, time
dbutils.widgets.text('gate', '')
print('begun', flush=True)
while not os.path.exists(dbutils.widgets.get('gate')):
    time.sleep(0.05)
print('over')
"""
SCHEMAS = [json.loads(path.read_text()) for path in (ROOT / "abi/schema").glob("*.json")]
REGISTRY = referencing.Registry().with_resources(
    (schema["$id"], referencing.Resource.from_contents(schema)) for schema in SCHEMAS)


def assert_valid(name, document):
    jsonschema.Draft202012Validator({"$ref": f"urn:brickwork:{name}"}, registry=REGISTRY).validate(document)


def until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def executing():
    one = Workspace("--python", TASKS_PYTHON)
    with one.client() as client:
        client.rest("/api/2.0/workspace/import", method="POST", body={
            "path": "/Shared/gated", "format": "SOURCE", "language": "PYTHON",
            "content": base64.b64encode(NOTEBOOK.encode()).decode()})
    yield one
    one.stop()


@pytest.fixture
def webhook():
    """(url, bodies) of a receiver of webhooks."""
    bodies = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *words):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", bodies
        server.shutdown()


def gated(tmp_path, **members):
    """A group of one task that ends once the file is there, and the file."""
    gate = tmp_path / "gate"
    task = {"task_key": "only", "notebook_task": {"notebook_path": "/Shared/gated", "base_parameters": {"gate": str(gate)}}}
    return {"name": tmp_path.name, "tasks": [task | members.pop("task", {})], **members}, gate


def test_the_webhook_of_a_run_ends_a_wait_that_would_have_looked_a_day_later(executing, webhook, tmp_path):
    url, bodies = webhook
    with executing.client() as client:
        hook = client.rest("/api/2.0/notification-destinations", method="POST", body={
            "display_name": "here", "config": {"generic_webhook": {"url": url}}}).body["id"]
        group, gate = gated(tmp_path, webhook_notifications={"on_start": [{"id": hook}], "on_success": [{"id": hook}]})
        launched = client.group.launch(group)
        ends = []

        def wait():
            ends.append(client.run.watch(launched, poll_ms=DAY, timeout_ms=-1).result())

        watcher = threading.Thread(target=wait, daemon=True)
        watcher.start()
        until(lambda: bodies)
        # The event of the start is told to a watch whose first look may be on its way.
        until(lambda: told(client, bodies[0]) is not None)
        gate.touch()
        until(lambda: len(bodies) == 2)
        assert bodies[1]["event_type"] == "jobs.on_success"
        answer = told(client, bodies[1])
        assert answer is not None and answer.run_id == launched.run_id and answer.watchers == 1
        watcher.join(60)
        assert ends and ends[0].verdict == "succeeded"


def told(client, body):
    """The answer to a webhook; None while nobody watches its run."""
    assert_valid("run.notify-request/1", {"event": body})
    try:
        answer = client.run.notify(body)
    except brickwork.BrickworkError as error:
        assert error.code == brickwork.Status.NOT_FOUND
        return None
    assert_valid("run.notify-response/1", answer.raw)
    return answer


@pytest.mark.parametrize("watched", ["sync", "async", "called back"])
def test_progress_with_logs_is_as_its_schema_says_and_holds_the_last_line(executing, tmp_path, watched):
    cluster = {"spark_version": "16.4.x-scala2.12", "num_workers": 1,
               "cluster_log_conf": {"dbfs": {"destination": "dbfs:/logs"}}}
    group, gate = gated(tmp_path, task={"job_cluster_key": "main"},
                        job_clusters=[{"job_cluster_key": "main", "new_cluster": cluster}])
    documents = []

    def hear(state):
        documents.append(state.raw)
        if "begun" in lines_of(documents):
            gate.touch()

    with executing.client() as client:
        launched = client.group.launch(group)
        if watched == "called back":
            client.run.watch(launched, poll_ms=50, logs=True).follow(hear)
        elif watched == "async":
            asyncio.run(hear_all(executing, launched, hear))
        else:
            for state in client.run.watch(launched, poll_ms=50, logs=True):
                hear(state)
    for document in documents:
        assert_valid("run.watch-progress/1", document)
    assert [line for line in lines_of(documents) if line in ("begun", "over")] == ["begun", "over"]
    assert {tuple(entry["tasks"]) for document in documents for entry in document.get("logs", ())} == {("only",)}


async def hear_all(executing, launched, hear):
    async with executing.async_client() as client:
        async for state in client.run.watch(launched, poll_ms=50, logs=True):
            hear(state)


def lines_of(documents):
    return [line for document in documents for entry in document.get("logs", ())
            if entry.get("stream") == "stdout" for line in entry.get("lines", ())]
