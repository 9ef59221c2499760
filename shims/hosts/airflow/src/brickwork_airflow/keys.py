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
STARTED = "databricks_run_id"
"""Of the same operators, whatever do_xcom_push says: the run that this try has started."""
OUTPUT = "databricks_output"
"""What the notebook returned by dbutils.notebook.exit, where it was asked for."""

TOLD = "databricks_told."
"""And the task_key: id of the attempt whose success the triggerer told Airflow, without a worker. Stands on launch."""

# Entries of the state store of a task (Airflow 3.3). They survive a clear and a retry.
REPORTED = "databricks_reported"
"""What this task told Airflow last. A member: {"run_id", "attempt", "verdict"}; it asks for a repair when it starts
again and that attempt is still the newest. What starts runs: {"run_id", "generation", "base"}; the generation is a part
of the launch key, so that what dies before it told anything finds its run again."""
