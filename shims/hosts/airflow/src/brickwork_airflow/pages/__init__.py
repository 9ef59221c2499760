"""Repair for people: links on task instances, a page with the plan, and a command.

Everything here ends in one act, clearing task instances of Airflow: a member that starts again repairs itself. So the
API server needs neither a Databricks login nor the shared library, and every way to clear is the same path.
"""
