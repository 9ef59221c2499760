"""One launch key is one run, whatever dies and whenever: launchers are killed at each edge of each request and at random.

BRICKWORK_LAUNCH_KILLS says how often at random (40; 1000 takes some minutes), beside every edge of every kind of launch;
the moments come from BRICKWORK_SEED (1). Each launch is repeated as a scheduler would, until it answers.
"""

import collections
import json
import os
import random
import subprocess
import time
from pathlib import Path

import pytest
from edge_proxy import MOMENTS, EdgeProxy, killer
from test_kills import CONFORMANCE, Client, local_workspace

BIN = Path(os.environ.get("BRICKWORK_BIN", CONFORMANCE.parents[1] / "build/release/bin"))
KILLS = int(os.environ.get("BRICKWORK_LAUNCH_KILLS", "40"))
SEED = int(os.environ.get("BRICKWORK_SEED", "1"))
REQUESTS = {"new": 4, "changed": 3, "unchanged": 2}  # of a launch whose job is not there, differs, or is there


class Launchers:
    """Hosts as processes of their own, and what they answered."""

    def __init__(self, workspace, proxy, directory, clock=None):
        self.workspace, self.proxy, self.directory = workspace, proxy, directory
        self.environment = {"DATABRICKS_HOST": proxy.url, "DATABRICKS_TOKEN": workspace.token, "HOME": str(directory),
                            "PATH": "/usr/bin:/bin", **({"LD_PRELOAD": str(clock)} if clock else {})}
        self.runs = collections.defaultdict(set)  # key -> run ids that were answered
        self.kills = self.number = 0
        self.versions = collections.Counter()

    def group(self, name, version):
        path = self.directory / f"{name}-{version}.json"
        if not path.exists():
            condition = {"op": "EQUAL_TO", "left": str(version), "right": "1"}
            path.write_text(json.dumps({"name": name, "tasks": [{"task_key": "a", "condition_task": condition}]}))
        return path

    def start(self, path, key):
        return subprocess.Popen([BIN / "brickwork", "run", path, "--key", key, "--detach", "--json"],
                                env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def finish(self, process, key):
        """Its answer, when it lived to give one."""
        out, err = process.communicate(timeout=60)
        if process.returncode == 0:
            answer = json.loads(out)
            self.runs[key].add(int((answer.get("handle") or answer)["run_id_str"]))
        elif process.returncode == -9:
            self.kills += 1
        else:
            raise AssertionError(f"{key}: exit {process.returncode}: {err}")
        return process.returncode

    def round_of(self, kind):
        """The group and the key of a launch that finds its job as `kind` says."""
        self.number += 1
        if kind == "new":
            return self.group(f"new {self.number}", 1), f"key {self.number}"
        if kind == "changed":
            self.versions["g"] += 1
        return self.group("shared", self.versions["g"]), f"key {self.number}"

    def settle(self, path, key):
        self.proxy.disarm()
        for _ in range(2):
            assert self.finish(self.start(path, key), key) == 0


def listed(workspace, path, member):
    client, items, token = Client(workspace), [], ""
    while True:
        page = client.done("GET", f"{path}{token}")
        items += page.get(member, [])
        if not page.get("next_page_token"):
            return items
        token = f"&page_token={page['next_page_token']}"


def job_names(workspace):
    return [job["settings"]["name"] for job in listed(workspace, "/api/2.2/jobs/list?limit=100", "jobs")]


def check(launchers, what):
    there = {run["run_id"] for run in listed(launchers.workspace, "/api/2.2/jobs/runs/list?limit=24", "runs")}
    answered = set().union(*launchers.runs.values())
    duplicates = sum(len(ids) - 1 for ids in launchers.runs.values()) + len(there - answered)
    lost = len(answered - there) + (launchers.number - len(launchers.runs))
    print(f"{what}: {launchers.kills} kills, {launchers.number} keys, {len(there)} runs, {duplicates} duplicate, {lost} lost")
    assert (duplicates, lost) == (0, 0)
    assert len(there) == launchers.number


@pytest.fixture
def launchers(tmp_path):
    workspace = local_workspace()("--ephemeral", "--execute=instant", "--faults", "-")
    proxy = EdgeProxy(workspace.url)
    yield Launchers(workspace, proxy, tmp_path)
    proxy.stop()
    workspace.stop()


def kill_at_an_edge(launchers, kind, index, moment):
    path, key = launchers.round_of(kind)
    process = launchers.start(path, key)
    # It cannot have sent anything yet that counts: a request that comes before this line only moves the edge by one.
    launchers.proxy.arm(killer(process), index, moment)
    launchers.finish(process, key)
    launchers.settle(path, key)


def test_sigkill_at_every_edge_of_every_request(launchers):
    for kind, requests in REQUESTS.items():
        for index in range(requests):
            for moment in MOMENTS:
                kill_at_an_edge(launchers, kind, index, moment)
    assert launchers.proxy.fired == 3 * sum(REQUESTS.values()), "an edge was never reached"
    check(launchers, "every edge")
    names = job_names(launchers.workspace)
    assert len(names) == len(set(names)), "a job is there twice"


def test_sigkill_at_random_moments(launchers):
    chance = random.Random(SEED)
    started = time.monotonic()
    launchers.settle(*launchers.round_of("new"))
    typical = (time.monotonic() - started) / 2
    while launchers.kills < KILLS:
        path, key = launchers.round_of(chance.choice(list(REQUESTS)))
        for _ in range(chance.choice((1, 1, 2, 3))):  # a host that dies again while it comes back
            process = launchers.start(path, key)
            time.sleep(chance.uniform(0, typical))  # the moment of the kill; nothing waits for anything here
            killer(process)()
            launchers.finish(process, key)
        launchers.settle(path, key)
    check(launchers, "random moments")
    names = job_names(launchers.workspace)
    assert len(names) == len(set(names)), "a job is there twice"


def test_answers_that_are_lost_after_their_effect(launchers):
    chance = random.Random(SEED)
    for _ in range(max(20, KILLS // 4)):
        path, key = launchers.round_of(chance.choice(list(REQUESTS)))
        lost = {chance.randrange(4), chance.randrange(4)}
        launchers.proxy.disarm()
        launchers.proxy.cut = lambda: launchers.proxy.count - 1 in lost
        assert launchers.finish(launchers.start(path, key), key) == 0  # it survives this by itself
        launchers.proxy.cut = lambda: False
        launchers.settle(path, key)
    check(launchers, "answers lost")


def test_two_launchers_at_the_same_moment_one_of_which_dies(launchers):
    chance = random.Random(SEED)
    for _ in range(max(20, KILLS // 4)):
        path, key = launchers.round_of(chance.choice(list(REQUESTS)))
        one, two = launchers.start(path, key), launchers.start(path, key)
        launchers.proxy.arm(killer(one), chance.randrange(6), chance.choice(MOMENTS))
        for process in (one, two):
            launchers.finish(process, key)
        launchers.settle(path, key)
    check(launchers, "two at once")


def test_a_host_whose_clock_jumps(launchers, tmp_path):
    clock = tmp_path / "jumping_clock.so"
    source = os.path.join(os.path.dirname(__file__), "jumping_clock.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", clock, source], check=True)
    launchers.environment["LD_PRELOAD"] = str(clock)
    chance = random.Random(SEED)
    for _ in range(max(10, KILLS // 10)):
        kill_at_an_edge(launchers, chance.choice(list(REQUESTS)), chance.randrange(3), chance.choice(MOMENTS))
    check(launchers, "jumping clock")
