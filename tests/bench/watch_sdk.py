"""The SDK for Python, a thread for each wait: watch_sdk.py URL runs|tasks COUNT INTERVAL_MS SECONDS. See watch_bench.py."""

import json
import os
import resource
import sys
import threading
import time

from databricks.sdk import WorkspaceClient
from databricks.sdk.config import Config
from databricks.sdk.service.jobs import RunLifeCycleState

FINAL = (RunLifeCycleState.TERMINATED, RunLifeCycleState.SKIPPED, RunLifeCycleState.INTERNAL_ERROR)
url, what, count, interval, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]) / 1000, int(sys.argv[5])
first = 5_000_000 if what == "tasks" else 3_000_000
client = WorkspaceClient(config=Config(host=url, token="bench", auth_type="pat", max_connections_per_pool=100))
print("ready", flush=True)
sys.stdin.readline()
stop = time.time() + seconds if seconds else None
noticed = {}
most_threads = 0


def wait(number):
    while stop is None or time.time() < stop:
        if client.jobs.get_run(first + number).state.life_cycle_state in FINAL:
            noticed[str(number)] = int(time.time() * 1000)
            return
        time.sleep(interval)


threads = [threading.Thread(target=wait, args=(number,), daemon=True) for number in range(count)]
for thread in threads:
    thread.start()
most_threads = threading.active_count()
for thread in threads:
    thread.join()
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"noticed_ms": noticed, "cpu_s": used.ru_utime + used.ru_stime, "rss_mib": used.ru_maxrss / 1024,
                  "threads": most_threads}), flush=True)
os._exit(0)
