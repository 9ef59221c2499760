"""Starts runs to look at, and waits for their end."""

import time

# Breaks out of an element, an attribute and a title, if it can.
HOSTILE = "</title><script>window.owned = 1</script>\"'><img src=x onerror='window.owned = 1'>&amp;"


class Runs:
    def __init__(self, plain):
        self.plain = plain

    def start(self, tasks, **settings):
        status, _, job = self.plain.ask("POST", "/api/2.2/jobs/create", {"name": "shown", "tasks": tasks, **settings})
        assert status == 200, job
        run_id = self.plain.ask("POST", "/api/2.2/jobs/run-now", {"job_id": job["job_id"]})[2]["run_id"]
        return job["job_id"], run_id

    def get(self, run_id):
        return self.plain.ask("GET", f"/api/2.2/jobs/runs/get?run_id={run_id}&include_history=true")[2]

    def finished(self, run_id):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            run = self.get(run_id)
            if "result_state" in run["state"]:
                return run
            time.sleep(0.05)
        raise AssertionError("the run did not end")
