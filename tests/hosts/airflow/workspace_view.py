"""What a workspace saw of a DAG run: its runs, their tasks, and the requests that came."""


class View:
    """Asks brickwork-local directly, past Airflow."""

    def __init__(self, connect):
        self.connect = connect

    def ask(self, method, path, body=None):
        status, _, answer = self.connect().ask(method, path, body)  # a kept connection would be closed while Airflow works
        assert status == 200, answer
        return answer

    def runs(self, job_name):
        """Ids of all runs of the job, oldest first."""
        found, token = [], ""
        while True:
            answer = self.ask("GET", f"/api/2.2/jobs/runs/list?limit=24{token}")
            found += [each["run_id"] for each in answer.get("runs", []) if each["run_name"] == job_name]
            if not answer.get("next_page_token"):
                return found[::-1]
            token = f"&page_token={answer['next_page_token']}"

    def only_run(self, job_name):
        runs = self.runs(job_name)
        assert len(runs) == 1, f"{job_name} was started {len(runs)} times"
        return self.ask("GET", f"/api/2.2/jobs/runs/get?run_id={runs[0]}&include_history=true")

    @staticmethod
    def repairs(run):
        return [each for each in run.get("repair_history", []) if each["type"] == "REPAIR"]

    @staticmethod
    def attempts(run):
        """task_key → run id of its newest attempt."""
        newest = {}
        for task in sorted(run["tasks"], key=lambda each: each["attempt_number"]):
            newest[task["task_key"]] = task["run_id"]
        return newest

    def requests(self):
        """Counts by method and path since the last `forget`."""
        return self.ask("GET", "/api/brickwork/requests")

    def forget(self):
        self.connect().ask("DELETE", "/api/brickwork/requests")
