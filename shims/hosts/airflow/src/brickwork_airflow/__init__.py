"""Databricks in Airflow: a task group is one Databricks job, and clearing a failed task repairs it in the same run.

The modules have the names of the stock provider's, so that a DAG changes `airflow.providers.databricks` into
`brickwork_airflow` and nothing else. Importing any of them loads no shared library and opens no connection.
"""
