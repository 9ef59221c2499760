"""dbutils.notebook.entry_point...getContext(): job id, run id, path and tags, which many notebooks read."""

import json


class Option:
    """Scala's Option, as py4j hands it to Python."""

    def __init__(self, value):
        self._value = value

    def get(self):
        if self._value is None:
            raise ValueError("None.get")
        return self._value

    def isDefined(self):
        return self._value is not None

    def isEmpty(self):
        return self._value is None

    def getOrElse(self, default):
        if self._value is not None:
            return self._value
        return default() if callable(default) else default

    def toString(self):
        return "None" if self._value is None else f"Some({self._value})"

    __str__ = toString


class Tags(dict):
    def apply(self, name):
        return self[name]

    def get(self, name, default=None):  # noqa: D102: Scala's Map.get gives an Option
        return Option(dict.get(self, name, default))


class Context:
    def __init__(self, task, path):
        spec = task.spec
        self._path = path
        self._token = spec.get("token", "")
        self._url = spec.get("url", "")
        self._tags = {
            "jobId": str(spec.get("job_id", "")), "runId": str(spec.get("task_run_id", "")),
            "multitaskParentRunId": str(spec.get("run_id", "")), "taskKey": spec.get("task_key", ""),
            "jobName": spec.get("job_name", ""), "jobRunId": str(spec.get("run_id", "")),
            "user": spec.get("user_name", ""), "clusterId": spec.get("cluster_id", ""),
            "orgId": str(spec.get("workspace_id", "")), "notebook_path": path,
            "browserHostName": self._url.split("//", 1)[-1], "jobTaskType": "notebook", "jobType": "NORMAL",
        }

    def toJson(self):
        return json.dumps({
            "rootRunId": None, "currentRunId": {"id": self._number("runId")}, "jobGroup": self._tags["runId"],
            "tags": self._tags,
            "extraContext": {"notebook_path": self._path, "api_url": self._url, "notebook_id": ""}})

    safeToJson = toJson

    def _number(self, tag):
        return int(self._tags[tag]) if self._tags[tag] else None

    def tags(self):
        return Tags(self._tags)

    def notebookPath(self):
        return Option(self._path or None)

    def jobId(self):
        return Option(self._tags["jobId"] or None)

    def currentRunId(self):
        return Option(self._number("runId"))

    def jobGroup(self):
        return Option(self._tags["runId"] or None)

    def clusterId(self):
        return Option(self._tags["clusterId"] or None)

    def userName(self):
        return Option(self._tags["user"] or None)

    def apiUrl(self):
        return Option(self._url or None)

    def apiToken(self):
        return Option(self._token or None)

    def workspaceId(self):
        return Option(self._tags["orgId"] or None)

    def browserHostName(self):
        return Option(self._tags["browserHostName"] or None)


class EntryPoint:
    """getDbutils().notebook().getContext(), whichever of the steps a notebook takes."""

    def __init__(self, task, path):
        self._task = task
        self._path = path

    def getDbutils(self):
        return self

    def notebook(self):
        return self

    def getContext(self):
        return Context(self._task, self._path())
