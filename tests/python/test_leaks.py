"""Memory and descriptors stay flat."""

import asyncio
import gc
import os

import brickwork
from brickwork import BrickworkError


def resident_kib():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def grown_kib(step, calls, warm):
    for _ in range(warm):
        step()
    gc.collect()
    before = resident_kib()
    for _ in range(calls):
        step()
    gc.collect()
    return resident_kib() - before


def test_ten_thousand_pure_calls_keep_the_memory():
    assert grown_kib(lambda: brickwork.group.lint({"name": "g", "tasks": [{"task_key": "a"}]}), 10_000, 1000) < 1024


def test_ten_thousand_operations_keep_the_memory(silent):
    """Started, failed, raised: an operation, its events, its error and its exception each."""
    with brickwork.Client(silent, token="t") as client:
        def step():
            try:
                client.rest("relative")
            except BrickworkError:
                return
        assert grown_kib(step, 10_000, 1000) < 1024


def test_operations_in_a_loop_keep_the_memory(silent):
    async def body():
        async with brickwork.AsyncClient(silent, token="t") as client:
            async def step():
                await asyncio.gather(*(client.rest("relative") for _ in range(100)), return_exceptions=True)
            for _ in range(10):
                await step()
            gc.collect()
            before = resident_kib()
            for _ in range(100):
                await step()
            gc.collect()
            return resident_kib() - before
    assert asyncio.run(body()) < 1024


def test_clients_come_and_go(silent):
    def step():
        client = brickwork.Client(silent, token="t")
        client.run.watch(1)._running()
        client.close()
    for _ in range(20):
        step()
    fds = len(os.listdir("/proc/self/fd"))
    assert grown_kib(step, 200, 20) < 4096
    assert len(os.listdir("/proc/self/fd")) <= fds
