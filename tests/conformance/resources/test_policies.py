"""Cluster policies, instance pools and instance profiles: kept as records, and honoured or refused by clusters and jobs."""

import json

import pytest
from databricks.sdk.errors.sdk import OperationFailed
from databricks.sdk.service import compute, iam, jobs
from refusals import refused

VERSION = "16.4.x-scala2.12"
ARN = "arn:aws:iam::123456789012:instance-profile/reader"


@pytest.fixture
def policy(admin):
    made = []

    def make(definition, **more):
        made.append(admin.cluster_policies.create(name=f"policy {len(made)}", definition=json.dumps(definition), **more))
        return made[-1].policy_id

    yield make
    for each in made:
        admin.cluster_policies.delete(each.policy_id)


@pytest.fixture
def pool(admin):
    made = admin.instance_pools.create("warm", "local", min_idle_instances=2, max_capacity=4).instance_pool_id
    yield made
    if made in [each.instance_pool_id for each in admin.instance_pools.list()]:
        admin.instance_pools.delete(made)


def grant(client, kind, object_id, level):
    client.permissions.update(kind, object_id, access_control_list=[
        iam.AccessControlRequest(user_name="ann@example.com", permission_level=iam.PermissionLevel(level))])


def test_a_policy_is_made_edited_listed_and_deleted(admin, ann):
    made = admin.cluster_policies.create(name="small", definition='{"num_workers": {"type": "range", "maxValue": 2}}',
                                         description="for trying", max_clusters_per_user=3)
    kept = admin.cluster_policies.get(made.policy_id)
    assert (kept.name, kept.description, kept.max_clusters_per_user, kept.is_default) == ("small", "for trying", 3, False)
    assert kept.creator_user_name == "brickwork@localhost" and json.loads(kept.definition)["num_workers"]["maxValue"] == 2
    refused("RESOURCE_ALREADY_EXISTS", admin.cluster_policies.create, name="small", definition="{}")
    refused("PERMISSION_DENIED", ann.cluster_policies.create, name="anns", definition="{}")
    refused("PERMISSION_DENIED", ann.cluster_policies.get, made.policy_id)
    assert list(ann.cluster_policies.list()) == []
    grant(admin, "cluster-policies", made.policy_id, "CAN_USE")
    assert [each.name for each in ann.cluster_policies.list()] == ["small"]
    admin.cluster_policies.edit(made.policy_id, name="smaller", definition="{}")
    edited = ann.cluster_policies.get(made.policy_id)
    assert (edited.name, edited.definition, edited.description) == ("smaller", "{}", None)
    admin.cluster_policies.delete(made.policy_id)
    refused("RESOURCE_DOES_NOT_EXIST", admin.cluster_policies.get, made.policy_id)


def test_everything_that_is_wrong_with_a_definition_is_told_at_once(admin):
    wrong = {"a": {"type": "fixed"}, "b": {"type": "allowlist"}, "c": {"type": "regex", "pattern": "("},
             "d": {"type": "range"}, "e": {"type": "odd"}, "f": 1}
    told = refused("INVALID_PARAMETER_VALUE", admin.cluster_policies.create, name="wrong", definition=json.dumps(wrong))
    assert all(f" {name}: " in told for name in wrong)
    for definition in ("[", "[]", '"x"'):
        refused("INVALID_PARAMETER_VALUE", admin.cluster_policies.create, name="wrong", definition=definition)


def test_a_policy_comes_from_a_family(admin):
    families = {each.policy_family_id: each for each in admin.policy_families.list(max_results=2)}
    assert {"personal-vm", "shared-compute", "power-user", "job-cluster"} <= set(families)
    assert admin.policy_families.get("job-cluster").name == families["job-cluster"].name
    made = admin.cluster_policies.create(
        name="family", policy_family_id="personal-vm",
        policy_family_definition_overrides='{"autotermination_minutes": {"type": "fixed", "value": 20}}')
    rules = json.loads(admin.cluster_policies.get(made.policy_id).definition)
    assert rules["autotermination_minutes"]["value"] == 20 and rules["num_workers"]["value"] == 0
    refused("INVALID_PARAMETER_VALUE", admin.cluster_policies.create, name="both", policy_family_id="personal-vm",
            definition="{}")
    admin.cluster_policies.delete(made.policy_id)


def test_a_cluster_gets_fixed_values_and_asks_for_default_ones(admin, policy):
    policy_id = policy({
        "spark_version": {"type": "fixed", "value": VERSION}, "custom_tags.team": {"type": "fixed", "value": "data"},
        "autotermination_minutes": {"type": "range", "maxValue": 60, "defaultValue": 30, "isOptional": True},
        "cluster_log_conf.type": {"type": "fixed", "value": "DBFS"},
        "cluster_log_conf.path": {"type": "fixed", "value": "dbfs:/logs"}, "cluster_type": {"type": "allowlist", "values": ["all-purpose"]}})
    made = admin.api_client.do("POST", "/api/2.1/clusters/create", body={"num_workers": 0, "policy_id": policy_id})
    plain = admin.clusters.get(made["cluster_id"])
    assert (plain.spark_version, plain.custom_tags, plain.autotermination_minutes) == (VERSION, {"team": "data"}, None)
    assert plain.cluster_log_conf.dbfs.destination == "dbfs:/logs" and plain.policy_id == policy_id
    filled = admin.clusters.create(VERSION, num_workers=0, policy_id=policy_id, apply_policy_default_values=True).result()
    assert filled.autotermination_minutes == 30
    told = refused("INVALID_PARAMETER_VALUE", admin.clusters.create, VERSION, num_workers=0, policy_id=policy_id,
                   autotermination_minutes=90, custom_tags={"team": "other"})
    assert "autotermination_minutes, the value must be at most 60" in told
    assert 'custom_tags.team, the value must be data (is "other")' in told
    told = refused("INVALID_PARAMETER_VALUE", admin.clusters.edit, filled.cluster_id, VERSION, num_workers=0,
                   policy_id=policy_id, autotermination_minutes=61)
    assert "Cluster validation error" in told
    refused("INVALID_PARAMETER_VALUE", admin.clusters.create, VERSION, num_workers=0, policy_id="absent")
    for each in (plain, filled):
        admin.clusters.permanent_delete(each.cluster_id)


def test_a_policy_bounds_how_many_clusters_a_user_has_and_who_has_one(admin, ann, bob, policy):
    policy_id = policy({"num_workers": {"type": "forbidden"}, "autoscale.max_workers": {"type": "range", "maxValue": 3}},
                       max_clusters_per_user=1)
    grant(admin, "cluster-policies", policy_id, "CAN_USE")
    size = {"autoscale": compute.AutoScale(min_workers=1, max_workers=3)}
    first = ann.clusters.create(VERSION, policy_id=policy_id, **size).result()
    told = refused("INVALID_PARAMETER_VALUE", ann.clusters.create, VERSION, policy_id=policy_id, **size)
    assert "1 clusters at a time" in told
    refused("INVALID_PARAMETER_VALUE", ann.clusters.resize, first.cluster_id, num_workers=1)
    refused("PERMISSION_DENIED", bob.clusters.create, VERSION, policy_id=policy_id, **size)
    ann.clusters.permanent_delete(first.cluster_id)


def run_of(client, job):
    run_id = client.jobs.run_now(job.job_id).run_id
    try:
        return client.jobs.wait_get_run_job_terminated_or_skipped(run_id)
    except OperationFailed:
        return client.jobs.get_run(run_id)


def job_cluster(**more):
    spec = compute.ClusterSpec(spark_version=VERSION, num_workers=0, **more)
    task = jobs.Task("main", job_cluster_key="main", spark_python_task=jobs.SparkPythonTask("/Workspace/Shared/nothing.py"))
    return {"tasks": [task], "job_clusters": [jobs.JobCluster("main", spec)]}


def test_a_jobs_cluster_follows_its_policy(admin, policy):
    policy_id = policy({"custom_tags.team": {"type": "fixed", "value": "data"}, "cluster_type": {"type": "fixed", "value": "job"},
                        "spark_env_vars.LEVEL": {"type": "unlimited", "defaultValue": "low"}})
    told = refused("INVALID_PARAMETER_VALUE", admin.jobs.create, name="refused", **job_cluster(policy_id=policy_id))
    assert "spark_env_vars.LEVEL, the value must be present" in told
    job = admin.jobs.create(name="kept", **job_cluster(policy_id=policy_id, apply_policy_default_values=True))
    ended = run_of(admin, job)
    made = admin.clusters.get(ended.tasks[0].cluster_instance.cluster_id)
    assert (made.custom_tags, made.spark_env_vars) == ({"team": "data"}, {"LEVEL": "low"})
    # What was allowed when the job was written may be forbidden when it runs.
    admin.cluster_policies.edit(policy_id, name="stricter", definition='{"num_workers": {"type": "range", "minValue": 5}}')
    ended = run_of(admin, job)
    assert ended.status.termination_details.code.value == "CLUSTER_ERROR"
    assert "the value must be at least 5" in admin.jobs.get_run_output(ended.tasks[0].run_id).error
    admin.jobs.delete(job.job_id)


def test_a_pool_gives_its_node_type_and_counts_what_is_used(admin, pool):
    made = admin.clusters.create(VERSION, num_workers=2, instance_pool_id=pool).result()
    assert (made.node_type_id, made.driver_node_type_id, made.instance_pool_id) == ("local", "local", pool)
    stats = admin.instance_pools.get(pool).stats
    assert (stats.used_count, stats.idle_count, stats.pending_used_count) == (3, 1, 0)
    update = compute.UpdateClusterResource(cluster_name="renamed")
    assert admin.clusters.update(made.cluster_id, "cluster_name", cluster=update).result().node_type_id == "local"
    admin.clusters.permanent_delete(made.cluster_id)
    assert admin.instance_pools.get(pool).stats.used_count == 0
    told = refused("INVALID_PARAMETER_VALUE", admin.clusters.create, VERSION, num_workers=0, instance_pool_id=pool, node_type_id="local")
    assert "'node_type_id' cannot be supplied" in told
    admin.instance_pools.delete(pool)
    told = refused("INVALID_PARAMETER_VALUE", admin.clusters.create, VERSION, num_workers=0, instance_pool_id=pool)
    assert f"Can't find an instance pool with id: {pool}" in told
    refused("INVALID_PARAMETER_VALUE", admin.jobs.create, name="no pool", **job_cluster(instance_pool_id=pool))


def test_pools_are_edited_and_used_by_whom_it_is_granted(admin, ann, pool):
    refused("PERMISSION_DENIED", ann.instance_pools.get, pool)
    refused("PERMISSION_DENIED", ann.clusters.create, VERSION, num_workers=0, instance_pool_id=pool)
    grant(admin, "instance-pools", pool, "CAN_ATTACH_TO")
    made = ann.clusters.create(VERSION, num_workers=0, instance_pool_id=pool)
    ann.clusters.permanent_delete(made.cluster_id)
    refused("PERMISSION_DENIED", ann.instance_pools.edit, pool, "hers", "local")
    admin.instance_pools.edit(pool, "renamed", "local", max_capacity=9)
    found = ann.instance_pools.get(pool)
    assert (found.instance_pool_name, found.max_capacity, found.state.value) == ("renamed", 9, "ACTIVE")
    told = refused("INVALID_PARAMETER_VALUE", admin.instance_pools.create, "", "local", min_idle_instances=3, max_capacity=1)
    assert "instance_pool_name" in told and "max_capacity" in told


def test_a_cluster_has_an_instance_profile_that_is_registered(admin, ann):
    attributes = {"aws_attributes": compute.AwsAttributes(instance_profile_arn=ARN)}
    told = refused("INVALID_PARAMETER_VALUE", admin.clusters.create, VERSION, num_workers=0, **attributes)
    assert "instance-profiles/add" in told
    admin.instance_profiles.add(ARN, skip_validation=True)
    refused("RESOURCE_ALREADY_EXISTS", admin.instance_profiles.add, ARN)
    refused("INVALID_PARAMETER_VALUE", admin.instance_profiles.add, "arn:aws:iam::1:instance-profile/x")
    refused("PERMISSION_DENIED", ann.instance_profiles.add, ARN)
    admin.instance_profiles.edit(ARN, iam_role_arn="arn:aws:iam::123456789012:role/reader")
    assert [each.iam_role_arn for each in admin.instance_profiles.list()] == ["arn:aws:iam::123456789012:role/reader"]
    made = admin.clusters.create(VERSION, num_workers=0, **attributes)
    admin.clusters.permanent_delete(made.cluster_id)
    admin.instance_profiles.remove(ARN)
    refused("RESOURCE_DOES_NOT_EXIST", admin.instance_profiles.remove, ARN)
