#!/usr/bin/env python3
"""What it costs to watch: this library, the SDK for Python (a thread for each wait) and the SDK for Go (a goroutine for
each), with one interval, at one workspace whose runs end by the clock. The workspace counts the requests.

    watch_bench.py [runs|started|tasks|limited|idle|parked|absent]...    BRICKWORK_BENCH_SECONDS (60), BRICKWORK_BENCH_RUNS (1000)

runs: so many runs, ending evenly over the time. started: the same, and ours has started them itself, without launch keys
(before the clock begins). tasks: the tasks of one run. limited: as runs, but runs/get and runs/list answer 429 beyond
100 a second each. parked: ours alone, 100,000 runs of which none ends. absent: ours alone, 50,000 runs that are not there.
idle: nothing ends. Every line is one client in one run; ratios are against ours.
"""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "build/release/bench"
SECONDS = int(os.environ.get("BRICKWORK_BENCH_SECONDS", "60"))
RUNS = int(os.environ.get("BRICKWORK_BENCH_RUNS", "1000"))
INTERVAL_MS = 5_000
GO_SDK = "github.com/databricks/databricks-sdk-go@v0.175.0"
PARKED, ABSENT = 100_000, 50_000
CASES = {"runs": ("runs", True, 0), "started": ("started", True, 0), "tasks": ("tasks", True, 0), "limited": ("runs", True, 100), "idle": ("runs", False, 0)}


def clients():
    found = {"brickwork": [PROGRAMS / "watch_client"], "SDK for Python": [sys.executable, Path(__file__).parent / "watch_sdk.py"]}
    sys.path.insert(0, str(ROOT / "tests/support"))
    from environments import call, go_environment
    try:
        module = go_environment("bench-watch", [Path(__file__).parent / "go/watch.go"], GO_SDK)
        call(["go", "build", "-o", "watch", "watch.go"], cwd=module)
        found["SDK for Go"] = [module / "watch"]
    except Exception as error:  # a machine without Go still measures the others
        print(f"the SDK for Go is left out: {str(error).splitlines()[0] if str(error) else error!r}")
    return found


def ask(url, path, method="GET"):
    with urllib.request.urlopen(urllib.request.Request(url + path, method=method)) as answer:
        return json.load(answer)


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


def measure(command, what, ends, limit, runs=RUNS, watched=None, seconds=SECONDS):
    server = subprocess.Popen([PROGRAMS / "timed_workspace", str(runs), str(SECONDS if ends else 0), str(limit)],
                              stdout=subprocess.PIPE, text=True)
    try:
        url = server.stdout.readline().strip()
        environment = {**os.environ, "DATABRICKS_CONFIG_FILE": "/nonexistent"}
        client = subprocess.Popen([*command, url, what, str(watched or runs), str(INTERVAL_MS), "0" if ends else str(seconds)],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        while (said := client.stdout.readline()) and said != "ready\n":  # loaded: the clock begins now
            pass
        began_ms = ask(url, "/start", "POST")["began_ms"]
        try:
            told, _ = client.communicate("go\n", timeout=SECONDS * 20 + 120)
        finally:
            client.kill()
        if client.wait() != 0:
            raise RuntimeError(f"ended with {client.returncode}")
        result = json.loads(told.splitlines()[-1])
        counts = ask(url, "/counts")
    finally:
        server.kill()
        server.wait()
    noticed = result.pop("noticed_ms")
    result["ended"] = len(noticed)
    result["ended_after_s"] = (max(noticed.values()) - began_ms) / 1000 if noticed else 0
    result["lags"] = [at - began_ms - SECONDS * 1000 * (int(number) + 1) / runs for number, at in noticed.items()] if ends else []
    result["refused"] = counts.pop("429", 0)
    result["refused_later"] = counts.pop("429 after the first second", 0)
    result["requests"] = sum(counts.values())
    return result


def line(name, result, ours):
    text = f"  {name:15} {result['requests']:7} requests ({result['requests'] / ours['requests']:7.1f} x)"
    if result["lags"]:
        text += f"  lag p50 {percentile(result['lags'], 0.5):6.0f} ms, p99 {percentile(result['lags'], 0.99):6.0f} ms, last {max(result['lags']):6.0f} ms"
    text += f"  {result['cpu_s']:6.2f} s of CPU  {result['rss_mib']:6.0f} MiB  {result['threads']:5} threads"
    if result["refused"]:
        text += f"  {result['refused']} x 429, {result['refused_later']} of them after the first second"
    if "idle_cpu" in result:
        text += f"  {result['idle_cpu']:.2%} of a core once it waits"
    return text


def alone(name):
    """What only one client can do: so many watches that none of the others would end."""
    absent = name == "absent"
    watched, seconds = (ABSENT, 1_200) if absent else (PARKED, 240)
    result = measure([PROGRAMS / "watch_client"], "runs", False, 0, runs=0 if absent else watched, watched=watched, seconds=seconds)
    print(f"watch {name}: {watched} runs", flush=True)
    text = line("brickwork", result, result)
    print(text + (f"  {result['ended']} ended after {result['ended_after_s']:.0f} s" if absent else ""), flush=True)


def main(names):
    programs = clients()
    for name in names or [*CASES, "parked"]:
        if name not in CASES:
            alone(name)
            continue
        what, ends, limit = CASES[name]
        print(f"watch {name}: {RUNS} {what} for {SECONDS} s, every {INTERVAL_MS} ms"
              + (f", at most {limit} runs/get and runs/list a second" if limit else ""), flush=True)
        ours = None
        for client, command in programs.items():
            try:
                result = measure(command, what, ends, limit)
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                print(f"  {client:15} gave up: {error}", flush=True)
                continue
            ours = ours or result
            print(line(client, result, ours), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
