"""Names under which the parts leave things for each other, in XCom and in the state store of a task."""

from __future__ import annotations

# XComs of the launch task.
RETURN_VALUE = "return_value"
"""{"conn_id", "job_id", "run_id"}: what the stock provider's launch returns."""
HANDLE = "databricks_handle"
"""handle/1 of the run: host, run id, run page, launch key, path and task_key of each task. No secret."""
MEMBERS = "databricks_members"
"""{task_id: path in the handle} of every task of the group but launch; of a mapped one {task_id: path of its group}."""

# XComs of launch, members and operators outside of groups.
RUN_LINK = "databricks_run_link"
"""Address of the page of the run, or of the member's own task run once that is known."""
RUN_ID = "run_id"
RUN_PAGE_URL = "run_page_url"
"""Of operators outside of groups, as the stock provider pushes them."""
OUTPUT = "databricks_output"
"""What the notebook returned by dbutils.notebook.exit, where it was asked for."""

# Entries of the state store of a task (Airflow 3.3). They survive a clear and a retry.
REPORTED = "databricks_reported"
"""{"run_id", "attempt"}: the attempt whose end this task told Airflow last. A task that starts again and finds it
still the newest asks for a repair."""
GENERATION = "databricks_generation"
"""Number of ends that a task which starts runs has told. It is a part of the launch key: what dies before it told
anything finds its run again, what is cleared or retried afterwards starts a new one."""
