"""Pipelines are refused by their name, as an API and as tasks."""

from databricks.sdk.errors.sdk import OperationFailed
from databricks.sdk.service import jobs
from refusals import refused


def test_pipelines_are_refused_by_name(admin):
    told = refused("FEATURE_DISABLED", admin.pipelines.create, name="p")
    assert "Delta Live Tables" in told
    refused("FEATURE_DISABLED", lambda: list(admin.pipelines.list_pipelines()))
    refused("FEATURE_DISABLED", admin.pipelines.get, "p")
    refused("FEATURE_DISABLED", admin.pipelines.start_update, "p")


def test_a_pipeline_task_ends_by_name(admin):
    run = admin.jobs.submit(run_name="p", tasks=[jobs.SubmitTask("p", pipeline_task=jobs.PipelineTask("p"))])
    try:
        run.result()
    except OperationFailed:
        pass
    task = admin.jobs.get_run(run.run_id).tasks[0]
    assert task.status.termination_details.code.value == "FEATURE_DISABLED"
    assert "pipeline_task" in admin.jobs.get_run_output(task.run_id).error
