"""Clusters as jobs use them."""

import base64

import pytest
from databricks.sdk.service import compute, jobs
from databricks.sdk.service.workspace import ImportFormat, Language
from refusals import refused

VERSION = "16.4.x-scala2.12"


@pytest.fixture(scope="module")
def notebook(ann):
    path = "/Shared/used"
    ann.workspace.import_(path, content=base64.b64encode(b"dbutils.notebook.exit('done')").decode(),
                          format=ImportFormat.SOURCE, language=Language.PYTHON, overwrite=True)
    return path


def task(notebook, **where):
    return jobs.Task(task_key="t", notebook_task=jobs.NotebookTask(notebook), **where)


def types(client, cluster_id):
    return [event.type.value for event in client.clusters.events(cluster_id, order=compute.GetEventsOrder.ASC)]


def test_point_29_a_job_clusters_record(ann, admin, notebook):
    cluster = jobs.JobCluster("main", compute.ClusterSpec(spark_version=VERSION, num_workers=0))
    job_id = ann.jobs.create(name="with a cluster", job_clusters=[cluster],
                             tasks=[task(notebook, job_cluster_key="main"),
                                    jobs.Task(task_key="after", depends_on=[jobs.TaskDependency("t")], job_cluster_key="main",
                                              notebook_task=jobs.NotebookTask(notebook))]).job_id
    run = ann.jobs.run_now(job_id).result()
    ids = {each.cluster_instance.cluster_id for each in run.tasks}
    assert len(ids) == 1
    found = admin.clusters.get(ids.pop())
    assert (found.cluster_source.value, found.cluster_name) == ("JOB", f"job-{job_id}-run-{run.run_id}-main")
    assert found.state.value == "TERMINATED" and found.termination_reason.code.value == "JOB_FINISHED"
    assert types(admin, found.cluster_id) == ["CREATING", "RUNNING", "TERMINATING"]
    for call in (admin.clusters.edit, ):
        refused("INVALID_STATE", call, found.cluster_id, VERSION, num_workers=0)
    refused("INVALID_STATE", admin.clusters.start, found.cluster_id)
    refused("INVALID_STATE", admin.clusters.pin, found.cluster_id)
    wrong = ann.jobs.submit(run_name="x", tasks=[jobs.SubmitTask(task_key="t", notebook_task=jobs.NotebookTask(notebook),
                                                                existing_cluster_id=found.cluster_id)])
    with pytest.raises(Exception):
        wrong.result()
    failed = ann.jobs.get_run(wrong.run_id)
    assert failed.status.termination_details.code.value == "CLUSTER_ERROR"


def test_point_30_a_task_starts_the_terminated_cluster_that_it_names(ann, notebook):
    cluster = ann.clusters.create(spark_version=VERSION, num_workers=0).result().cluster_id
    ann.clusters.delete(cluster).result()
    job_id = ann.jobs.create(name="starts", tasks=[task(notebook, existing_cluster_id=cluster)]).job_id
    run = ann.jobs.run_now(job_id).result()
    assert run.state.result_state.value == "SUCCESS" and ann.clusters.get(cluster).state.value == "RUNNING"
    assert types(ann, cluster) == ["CREATING", "RUNNING", "TERMINATING", "STARTING", "RUNNING"]
    ann.clusters.permanent_delete(cluster)


def test_point_30_a_start_that_fails_is_a_cluster_error(ann, notebook):
    ann.workspace.import_("/Shared/fails.sh", content=base64.b64encode(b"exit 3\n").decode(), format=ImportFormat.RAW,
                          overwrite=True)
    script = compute.InitScriptInfo(workspace=compute.WorkspaceStorageInfo(destination="/Shared/fails.sh"))
    cluster = ann.clusters.create(spark_version=VERSION, num_workers=0, init_scripts=[script]).cluster_id
    waiter = ann.jobs.submit(run_name="x", tasks=[jobs.SubmitTask(
        task_key="t", notebook_task=jobs.NotebookTask(notebook), existing_cluster_id=cluster)])
    with pytest.raises(Exception):
        waiter.result()
    run = ann.jobs.get_run(waiter.run_id)
    assert run.status.termination_details.code.value == "CLUSTER_ERROR"
    assert ann.clusters.get(cluster).state.value == "TERMINATED"
    ann.clusters.permanent_delete(cluster)


def test_a_job_may_name_only_secrets_of_whom_it_runs_as(ann, bob, notebook):
    bob.secrets.create_scope("bobs")
    bob.secrets.put_secret("bobs", "k", string_value="v")
    spec = compute.ClusterSpec(spark_version=VERSION, num_workers=0, spark_env_vars={"X": "{{secrets/bobs/k}}"})
    waiter = ann.jobs.submit(run_name="x", tasks=[jobs.SubmitTask(
        task_key="t", notebook_task=jobs.NotebookTask(notebook), new_cluster=spec)])
    with pytest.raises(Exception):
        waiter.result()
    task_run = ann.jobs.get_run(waiter.run_id).tasks[0]
    assert "does not have READ permission on scope bobs" in ann.jobs.get_run_output(task_run.run_id).error
    bob.secrets.delete_scope("bobs")
