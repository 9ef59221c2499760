#!/usr/bin/env python3
"""What a task group of Airflow costs until it is the JSON of a job: this library, through its ABI, and the stock provider.

1,000 notebook tasks with three upstreams each in three nested levels, the same group on both sides, with the same result.
Processor time of the fastest of several rounds, which other programs on the machine disturb least. The provider logs three lines for each task by default; that is switched off here, and would make it slower.
"""

import ctypes
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/abi"), str(ROOT / "tests/hosts/airflow")]
ROUNDS = 15


def task(number):
    return {"id": f"load_table_{number}", "operator": "notebook", "arguments": {
        "notebook_path": "/Shared/etl/regions/load_table", "source": "WORKSPACE", "job_cluster_key": "main",
        "notebook_params": {"region": str(number), "year": "2026", "target": f"main.energy.region_{number}"},
        "notebook_packages": [{"pypi": {"package": "pandas"}}], "max_retries": 2}}


def group():
    """Ten regions of ten countries of ten tasks."""
    paths = [[f"region_{n // 100}", f"country_{n // 10}", f"load_table_{n}"] for n in range(1000)]
    regions = [{"group": f"region_{i}", "nodes": [
        {"group": f"country_{j}", "nodes": [task(n) for n in range(10 * j, 10 * j + 10)]}
        for j in range(10 * i, 10 * i + 10)]} for i in range(10)]
    cluster = {"spark_version": "16.4.x-scala2.12", "node_type_id": "Standard_D3_v2", "num_workers": 1}
    return {"dag_id": "bench", "id": "etl", "nodes": regions,
            "edges": [[paths[n - back], paths[n]] for n in range(1000) for back in (1, 2, 3) if n >= back],
            "arguments": {"notebook_params": {"run": "nightly"}, "notebook_packages": [{"pypi": {"package": "pyarrow"}}],
                          "job_clusters": [{"job_cluster_key": "main", "new_cluster": cluster}]}}


def fastest(work):
    times = []
    for _ in range(ROUNDS):
        begin = time.thread_time()
        work()
        times.append(time.thread_time() - begin)
    return min(times)


def main():
    from groups import document
    from provider import PYTHON, run_stock

    if not PYTHON.exists():
        print("airflow_1000_tasks: Airflow is not installed; tests/hosts/airflow/setup does it")
        return
    from built import Bytes, Host, Spec, borrowed
    from comparison import first_difference, sets_of_upstreams

    spec, host = group(), Host()
    request = {"group": document(spec)}
    text = json.dumps(request)
    keep, body = borrowed(text)
    operation = Spec(ctypes.sizeof(Spec), host.verbs["group.compile"], 0, -1, body)
    call, free = host._slot("call", ctypes.c_int32), host._slot("bytes_free", None)

    def compile_group():
        answer = Bytes()
        assert call(host.client, ctypes.byref(operation), ctypes.byref(answer), None) == 0
        free(ctypes.byref(answer))

    with tempfile.TemporaryDirectory() as home:
        ours = fastest(compile_group)
        theirs = run_stock(home, "--time", request=spec)
        ours = min(ours, fastest(compile_group))
        settings = run_stock(home, request=[spec])[0]["settings"]
    with_dumps = fastest(lambda: json.dumps(request))
    difference = first_difference(sets_of_upstreams(host.call("group.compile", request)["settings"]), sets_of_upstreams(settings))
    assert difference is None, difference
    print(f"airflow_1000_tasks ratio={theirs['seconds'] / ours:.1f} (the provider {1e3 * theirs['seconds']:.1f} ms for "
          f"{theirs['bytes']:,} bytes, here {1e3 * ours:.1f} ms)")
    print(f"airflow_1000_tasks_with_json_dumps_of_the_document ratio={theirs['seconds'] / (ours + with_dumps):.1f} "
          f"(here {1e3 * (ours + with_dumps):.1f} ms)")


if __name__ == "__main__":
    main()
