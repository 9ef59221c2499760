"""Who may do what with jobs, runs and workspace objects."""

import base64

import pytest
from databricks.sdk.service import iam, jobs
from databricks.sdk.service.workspace import ImportFormat, Language
from http_client import Plain
from refusals import refused

TASK = jobs.Task(task_key="a", condition_task=jobs.ConditionTask(op=jobs.ConditionTaskOp.EQUAL_TO, left="1", right="1"))
SUBMITTED = jobs.SubmitTask(task_key="a", condition_task=TASK.condition_task)
ANN, BOB = "ann@example.com", "bob@example.com"
PATH = "/api/2.0/permissions/"


def acl(level, user=None, group=None):
    return iam.AccessControlRequest(user_name=user, group_name=group, permission_level=iam.PermissionLevel(level))


def levels(permissions):
    """{principal: [(level, inherited from)]}"""
    return {entry.user_name or entry.group_name: [
        (each.permission_level.value, each.inherited_from_object[0] if each.inherited else None)
        for each in entry.all_permissions] for entry in permissions.access_control_list}


@pytest.fixture
def job(ann):
    """A job of Ann's."""
    job_id = ann.jobs.create(name="hers", tasks=[TASK]).job_id
    yield job_id
    if any(each.job_id == job_id for each in ann.jobs.list()):
        ann.jobs.delete(job_id)


def test_point_4_permission_comes_before_existence(workspace, ann, bob, admin, job):
    read = f"User {BOB} does not have View or Admin or Manage Run or Owner permissions on job "
    write = f"User {BOB} does not have Admin or Owner permissions on job "
    for there in (job, 5):
        assert refused("PERMISSION_DENIED", bob.jobs.get, there) == f"{read}{there}"
        assert refused("PERMISSION_DENIED", bob.jobs.delete, there) == f"{write}{there}"
        assert refused("PERMISSION_DENIED", bob.jobs.update, there, new_settings=jobs.JobSettings()) == f"{write}{there}"
        refused("PERMISSION_DENIED", bob.jobs.run_now, there)
        refused("PERMISSION_DENIED", bob.permissions.get, "jobs", str(there))
    status, _, error = Plain(workspace, workspace.tokens["bob"]).ask("GET", f"/api/2.2/jobs/get?job_id={job}")
    assert (status, error["error_code"]) == (403, "PERMISSION_DENIED")
    text = refused("PERMISSION_DENIED", bob.permissions.set, "jobs", str(job), access_control_list=[])
    assert text == (f"{BOB} does not have Manage permissions on Job with ID: ElasticJobId({job}). "
                    "Please contact the owner or an administrator for access")
    assert "does not exist" in refused("INVALID_PARAMETER_VALUE", admin.jobs.get, 5)
    assert admin.jobs.get(job).creator_user_name == ANN
    refused("RESOURCE_DOES_NOT_EXIST", admin.permissions.get, "jobs", "5")


def test_a_job_belongs_to_its_creator_and_admins_inherit(ann, job):
    found = ann.permissions.get("jobs", str(job))
    assert (found.object_id, found.object_type) == (f"/jobs/{job}", "job")
    assert levels(found) == {ANN: [("IS_OWNER", None)], "admins": [("CAN_MANAGE", "/jobs/")]}
    names = [each.permission_level.value for each in ann.permissions.get_permission_levels("jobs", str(job)).permission_levels]
    assert names == ["CAN_VIEW", "CAN_MANAGE_RUN", "IS_OWNER", "CAN_MANAGE"]


def test_each_level_of_a_job_allows_what_it_says(ann, bob, job):
    ann.permissions.update("jobs", str(job), access_control_list=[acl("CAN_VIEW", BOB)])
    assert bob.jobs.get(job).settings.name == "hers" and job in [each.job_id for each in bob.jobs.list()]
    refused("PERMISSION_DENIED", bob.jobs.run_now, job)
    run = ann.jobs.run_now(job).result()
    assert bob.jobs.get_run(run.run_id).state.result_state.value == "SUCCESS"
    assert run.run_id in [each.run_id for each in bob.jobs.list_runs(job_id=job)]
    refused("PERMISSION_DENIED", bob.jobs.cancel_run, run.run_id)
    ann.permissions.update("jobs", str(job), access_control_list=[acl("CAN_MANAGE_RUN", BOB)])
    assert bob.jobs.run_now(job).result().creator_user_name == BOB
    refused("PERMISSION_DENIED", bob.jobs.delete, job)
    ann.permissions.update("jobs", str(job), access_control_list=[acl("CAN_MANAGE", BOB)])
    bob.jobs.update(job, new_settings=jobs.JobSettings(name="ours"))
    assert ann.jobs.get(job).settings.name == "ours"
    ann.permissions.set("jobs", str(job), access_control_list=[acl("IS_OWNER", ANN)])
    refused("PERMISSION_DENIED", bob.jobs.get, job)
    assert job not in [each.job_id for each in bob.jobs.list()]


def test_a_group_gives_its_members_what_it_has(admin, ann, bob):
    job_id = bob.jobs.create(name="for data", tasks=[TASK]).job_id
    refused("PERMISSION_DENIED", ann.jobs.get, job_id)
    bob.permissions.update("jobs", str(job_id), access_control_list=[acl("CAN_VIEW", group="data")])
    assert ann.jobs.get(job_id).settings.name == "for data"
    text = refused("INVALID_PARAMETER_VALUE", bob.permissions.update, "jobs", str(job_id),
                   access_control_list=[acl("IS_OWNER", group="data")])
    assert text == "Groups cannot be owners."
    admin.jobs.delete(job_id)


def test_a_job_has_exactly_one_owner(ann, admin, job):
    one = "The job must have exactly one owner."
    wrong = [[acl("CAN_MANAGE", BOB)], [acl("IS_OWNER", ANN), acl("IS_OWNER", BOB)], []]
    for entries in wrong:
        assert refused("INVALID_PARAMETER_VALUE", ann.permissions.set, "jobs", str(job), access_control_list=entries) == one
    assert refused("INVALID_PARAMETER_VALUE", ann.permissions.update, "jobs", str(job),
                   access_control_list=[acl("IS_OWNER", BOB)]) == one
    admin.permissions.set("jobs", str(job), access_control_list=[acl("IS_OWNER", BOB), acl("CAN_MANAGE", ANN)])
    assert levels(ann.permissions.get("jobs", str(job)))[BOB] == [("IS_OWNER", None)]


@pytest.mark.parametrize("entry, code, words", [
    (acl("CAN_VIEW", "nobody@example.com"), "RESOURCE_DOES_NOT_EXIST", "Principal: UserName(nobody@example.com) does not exist"),
    (acl("CAN_VIEW", group="none"), "RESOURCE_DOES_NOT_EXIST", "Principal: GroupName(none) does not exist"),
    (acl("CAN_ATTACH_TO", BOB), "INVALID_PARAMETER_VALUE", "is not a permission level of jobs"),
    (iam.AccessControlRequest(permission_level=iam.PermissionLevel.CAN_VIEW), "INVALID_PARAMETER_VALUE", "not defined"),
])
def test_what_cannot_be_granted_is_refused_and_changes_nothing(ann, job, entry, code, words):
    before = levels(ann.permissions.get("jobs", str(job)))
    assert words in refused(code, ann.permissions.update, "jobs", str(job), access_control_list=[entry])
    assert levels(ann.permissions.get("jobs", str(job))) == before


def test_an_access_control_list_comes_with_the_job(ann, bob, admin):
    entry = jobs.JobAccessControlRequest(user_name=BOB, permission_level=jobs.JobPermissionLevel.CAN_VIEW)
    job_id = ann.jobs.create(name="shown", tasks=[TASK], access_control_list=[entry]).job_id
    assert levels(admin.permissions.get("jobs", str(job_id))) == {
        ANN: [("IS_OWNER", None)], BOB: [("CAN_VIEW", None)], "admins": [("CAN_MANAGE", "/jobs/")]}
    assert bob.jobs.get(job_id).settings.name == "shown"
    settings = ann.jobs.get(job_id).as_dict()["settings"]
    assert "access_control_list" not in settings
    wrong = jobs.JobAccessControlRequest(user_name="none", permission_level=jobs.JobPermissionLevel.CAN_VIEW)
    before = len(list(ann.jobs.list()))
    refused("RESOURCE_DOES_NOT_EXIST", ann.jobs.create, name="not made", tasks=[TASK], access_control_list=[wrong])
    assert len(list(ann.jobs.list())) == before
    ann.jobs.delete(job_id)


def test_reset_takes_an_access_control_list_too(workspace, ann, bob, job):
    plain = Plain(workspace, workspace.tokens["ann"])
    settings = {**ann.jobs.get(job).as_dict()["settings"],
                "access_control_list": [{"user_name": BOB, "permission_level": "CAN_VIEW"}]}
    assert plain.ask("POST", "/api/2.1/jobs/reset", {"job_id": job, "new_settings": settings})[0] == 200
    assert "access_control_list" not in bob.jobs.get(job).as_dict()["settings"]
    assert levels(ann.permissions.get("jobs", str(job)))[ANN] == [("IS_OWNER", None)]


def test_a_submitted_run_belongs_to_who_submitted_it(ann, bob, admin):
    entry = jobs.JobAccessControlRequest(user_name=BOB, permission_level=jobs.JobPermissionLevel.CAN_VIEW)
    hidden = ann.jobs.submit(run_name="hidden", tasks=[SUBMITTED]).result()
    shown = ann.jobs.submit(run_name="shown", tasks=[SUBMITTED], access_control_list=[entry]).result()
    refused("PERMISSION_DENIED", bob.jobs.get_run, hidden.run_id)
    assert bob.jobs.get_run(shown.run_id).run_name == "shown"
    assert [run.run_name for run in bob.jobs.list_runs(run_type=jobs.RunType.SUBMIT_RUN)] == ["shown"]
    refused("PERMISSION_DENIED", bob.jobs.delete_run, shown.run_id)
    assert {run.run_name for run in admin.jobs.list_runs(run_type=jobs.RunType.SUBMIT_RUN)} >= {"hidden", "shown"}


def test_runs_of_a_deleted_job_stay_readable(ann, bob):
    job_id = ann.jobs.create(name="gone", tasks=[TASK]).job_id
    run = ann.jobs.run_now(job_id).result()
    ann.jobs.delete(job_id)
    assert ann.jobs.get_run(run.run_id).run_id == run.run_id
    refused("PERMISSION_DENIED", bob.jobs.get_run, run.run_id)


def test_only_admins_let_jobs_run_as_others(ann, admin):
    text = refused("PERMISSION_DENIED", ann.jobs.create, name="x", tasks=[TASK], run_as=jobs.JobRunAs(user_name=BOB))
    assert f"run as {BOB}" in text
    job_id = admin.jobs.create(name="x", tasks=[TASK], run_as=jobs.JobRunAs(user_name=BOB)).job_id
    assert admin.jobs.get(job_id).run_as_user_name == BOB
    admin.jobs.delete(job_id)


def test_all_queued_runs_are_for_admins_to_cancel(ann):
    refused("PERMISSION_DENIED", ann.jobs.cancel_all_runs, all_queued_runs=True)


def test_a_kind_without_permissions_here_is_named(workspace):
    plain = Plain(workspace)
    status, _, error = plain.ask("GET", PATH + "warehouses/5")
    assert (status, error["error_code"]) == (400, "FEATURE_DISABLED") and "warehouses" in error["message"]
    assert plain.ask("GET", PATH + "nonsense/5")[2]["error_code"] == "INVALID_PARAMETER_VALUE"


# ---- workspace objects

def put(client, path, text="x = 1", overwrite=False):
    client.workspace.import_(path, content=base64.b64encode(text.encode()).decode(), format=ImportFormat.SOURCE,
                             language=Language.PYTHON, overwrite=overwrite)


def test_a_home_folder_is_its_users_own(ann, bob, admin):
    put(ann, f"/Users/{ANN}/mine")
    for call in (bob.workspace.get_status, bob.workspace.export, bob.workspace.delete):
        text = refused("PERMISSION_DENIED", call, f"/Users/{ANN}/mine")
        assert text.startswith(f"{BOB} does not have") and "contact the owner" in text
    refused("PERMISSION_DENIED", bob.workspace.get_status, f"/Users/{ANN}/not-there")
    refused("RESOURCE_DOES_NOT_EXIST", ann.workspace.get_status, f"/Users/{ANN}/not-there")
    assert [entry.path for entry in bob.workspace.list("/Users")] == [f"/Users/{BOB}"]
    assert {f"/Users/{ANN}", f"/Users/{BOB}"} <= {entry.path for entry in admin.workspace.list("/Users")}
    assert admin.workspace.get_status(f"/Users/{ANN}/mine").language == Language.PYTHON


def test_permissions_come_down_from_folders(ann, bob):
    folder = f"/Users/{ANN}/shared"
    ann.workspace.mkdirs(folder + "/deep")
    put(ann, folder + "/deep/notebook")
    folder_id = str(ann.workspace.get_status(folder).object_id)
    notebook_id = str(ann.workspace.get_status(folder + "/deep/notebook").object_id)
    ann.permissions.update("directories", folder_id, access_control_list=[acl("CAN_READ", BOB)])
    found = levels(ann.permissions.get("notebooks", notebook_id))
    assert found[BOB] == [("CAN_READ", f"/directories/{folder_id}")]
    assert found[ANN][0][0] == "CAN_MANAGE" and found["admins"][0][0] == "CAN_MANAGE"
    assert bob.workspace.get_status(folder + "/deep/notebook").path == folder + "/deep/notebook"
    refused("PERMISSION_DENIED", put, bob, folder + "/deep/notebook", overwrite=True)
    ann.permissions.update("notebooks", notebook_id, access_control_list=[acl("CAN_EDIT", BOB)])
    assert levels(ann.permissions.get("notebooks", notebook_id))[BOB] == [
        ("CAN_EDIT", None), ("CAN_READ", f"/directories/{folder_id}")]
    put(bob, folder + "/deep/notebook", "y = 2", overwrite=True)
    refused("PERMISSION_DENIED", put, bob, folder + "/deep/another")
    refused("PERMISSION_DENIED", bob.workspace.delete, folder + "/deep/notebook")
    ann.permissions.update("directories", folder_id, access_control_list=[acl("CAN_MANAGE", BOB)])
    put(bob, folder + "/deep/another")
    bob.workspace.delete(folder, recursive=True)


def test_shared_is_for_everybody(ann, bob):
    put(ann, "/Shared/both")
    put(bob, "/Shared/both", "z = 3", overwrite=True)
    bob.workspace.delete("/Shared/both")


def test_an_id_of_another_kind_is_no_object(ann, admin):
    folder_id = str(admin.workspace.get_status("/Shared").object_id)
    assert levels(admin.permissions.get("directories", folder_id))["users"] == [("CAN_MANAGE", None)]
    refused("RESOURCE_DOES_NOT_EXIST", admin.permissions.get, "notebooks", folder_id)
    refused("PERMISSION_DENIED", ann.permissions.get, "notebooks", folder_id)
