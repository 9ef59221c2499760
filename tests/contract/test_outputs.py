"""What a run left behind, through the command line: its trace, its lineage, the outputs of attempts and iterations."""

import json
from pathlib import Path


def test_a_trace_is_a_document_and_lineage_a_line_for_each_event(workspace, group):
    handle = workspace.document("run", group({"one": "good"}, checks={"two": "bad"}), status=1)["handle"]
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    spans = workspace.document("trace", handle["run_id_str"], "--traceparent", parent)["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert {"one", "checks__two", "attempt 1"} <= {span["name"] for span in spans}
    assert {span["traceId"] for span in spans} == {parent.split("-")[1]}
    lines = workspace("trace", handle["run_id_str"], "--openlineage").stdout.splitlines()
    assert [json.loads(line)["eventType"] for line in lines].count("START") == 3
    assert workspace("trace", handle["run_id_str"], "--traceparent", "00-1-2-3").returncode == 2


def test_outputs_of_all_attempts_and_of_iterations(workspace, group, tmp_path):
    path = group({"loop": "good"})
    document = json.loads(Path(path).read_text())
    document["tasks"][0] = {"task_key": "loop", "for_each_task": {"inputs": "[1, 2]", "task": {
        "task_key": "each", "condition_task": {"op": "EQUAL_TO", "left": "{{input}}", "right": "1"}}}}
    Path(path).write_text(json.dumps(document))
    run = workspace.document("run", path)["handle"]["run_id_str"]
    assert "children" not in workspace.document("output", run)["outputs"][0]
    children = workspace.document("output", run, "--children", "--all-attempts")["outputs"][0]["children"]
    assert [child["iteration"] for child in children] == [0, 1]
    assert {child["state"] for child in children} == {"succeeded"}
    assert "each[1]" in workspace("output", run, "--children").stdout
    assert workspace.document("output", run, "--failed")["outputs"] == []
