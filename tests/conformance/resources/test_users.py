"""Users, service principals, groups and tokens, and who the workspace takes a client for."""

import base64
import sqlite3
import subprocess
import urllib.parse

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.service import iam
from http_client import Plain
from local_workspace import BIN
from refusals import refused


def test_point_9_who_am_i_and_where(workspace, ann):
    status, headers, me = Plain(workspace, workspace.tokens["ann"]).ask("GET", "/api/2.0/preview/scim/v2/Me")
    assert status == 200 and me["userName"] == "ann@example.com" and [group["display"] for group in me["groups"]] == ["data"]
    config = Plain(workspace, "").ask("GET", "/.well-known/databricks-config")[2]
    assert headers["X-Databricks-Org-Id"] == config["workspace_id"] and headers["x-request-id"]
    assert ann.current_user.me().emails[0].value == "ann@example.com"
    assert ann.get_workspace_id() == int(config["workspace_id"])


def test_the_owner_of_the_token_file_is_an_admin(admin):
    me = admin.current_user.me()
    assert "admins" in [group.display for group in me.groups] and me.active


@pytest.mark.parametrize("user", ["ann@example.com", "ANN@example.com", "token"])
def test_user_and_password_are_taken_where_the_option_says_so(workspace, user):
    pair = base64.b64encode(f"{user}:{workspace.tokens['ann']}".encode()).decode()
    plain = Plain(workspace, "")
    status, _, me = plain.ask("GET", "/api/2.0/preview/scim/v2/Me", headers={"Authorization": f"Basic {pair}"})
    assert status == 200 and me["userName"] == "ann@example.com"


def test_the_sdk_logs_in_with_user_and_password(workspace):
    client = WorkspaceClient(host=workspace.url, username="ann@example.com", password=workspace.tokens["ann"], auth_type="basic")
    assert client.current_user.me().user_name == "ann@example.com" and client.get_workspace_id()


@pytest.mark.parametrize("header", [
    "Basic " + base64.b64encode(b"bob@example.com:dapi00").decode(), "Basic !", "Basic", "Bearer", "Bearer ", "Digest x"])
def test_a_wrong_login_is_401(workspace, header):
    status, _, error = Plain(workspace, "").ask("GET", "/api/2.0/preview/scim/v2/Me", headers={"Authorization": header})
    assert (status, error["error_code"]) == (401, "UNAUTHENTICATED")


def test_the_name_must_go_with_the_token(workspace):
    pair = base64.b64encode(f"bob@example.com:{workspace.tokens['ann']}".encode()).decode()
    assert Plain(workspace, "").ask("GET", "/api/2.0/token/list", headers={"Authorization": f"Basic {pair}"})[0] == 401


def test_without_the_option_there_is_no_basic_login(start_workspace):
    local = start_workspace("--ephemeral")
    pair = base64.b64encode(f"token:{local.token}".encode()).decode()
    assert Plain(local, "").ask("GET", "/api/2.0/token/list", headers={"Authorization": f"Basic {pair}"})[0] == 401


def test_a_user_has_several_tokens_and_each_can_be_revoked(workspace, ann, bob):
    made = ann.tokens.create(comment="laptop", lifetime_seconds=3600)
    other = WorkspaceClient(host=workspace.url, token=made.token_value, auth_type="pat")
    assert other.current_user.me().user_name == "ann@example.com"
    infos = {info.token_id: info for info in ann.tokens.list()}
    assert infos[made.token_info.token_id].comment == "laptop"
    assert made.token_info.expiry_time - made.token_info.creation_time == 3_600_000
    assert made.token_info.token_id not in [info.token_id for info in bob.tokens.list()]
    refused("RESOURCE_DOES_NOT_EXIST", bob.tokens.delete, made.token_info.token_id)
    ann.tokens.delete(made.token_info.token_id)
    status, _, _ = Plain(workspace, made.token_value).ask("GET", "/api/2.0/token/list")
    assert status == 401
    assert ann.current_user.me().user_name == "ann@example.com"


def test_tokens_are_hashed_at_rest(workspace, ann):
    made = ann.tokens.create(comment="hashed")
    secrets = [workspace.token, workspace.tokens["ann"], made.token_value]
    for file in workspace.state.glob("*.sqlite*"):
        data = file.read_bytes()
        assert not [secret for secret in secrets if secret.encode() in data or secret[4:].encode() in data], file
    rows = sqlite3.connect(workspace.state / "state.sqlite").execute("select digest from tokens").fetchall()
    assert len(rows) >= 4 and all(len(digest) == 32 for digest, in rows)


def test_admins_see_and_revoke_the_tokens_of_others(admin, ann, workspace):
    made = ann.tokens.create(comment="seen")
    owned = {info.token_id: info for info in admin.token_management.list(created_by_username="ann@example.com")}
    assert owned[made.token_info.token_id].comment == "seen"
    assert admin.token_management.get(made.token_info.token_id).token_info.created_by_username == "ann@example.com"
    refused("PERMISSION_DENIED", lambda: list(ann.token_management.list()))
    admin.token_management.delete(made.token_info.token_id)
    assert Plain(workspace, made.token_value).ask("GET", "/api/2.0/token/list")[0] == 401


def test_users_are_made_listed_changed_and_deleted(admin):
    users = admin.users
    made = users.create(user_name="eve@example.com", display_name="Eve", name=iam.Name(family_name="E", given_name="v"))
    assert users.get(made.id).display_name == "Eve"
    assert [user.id for user in users.list(filter='userName eq "EVE@example.com"')] == [made.id]
    assert [user.user_name for user in users.list(attributes="userName", filter='userName sw "eve"')] == ["eve@example.com"]
    operation = iam.Patch(op=iam.PatchOp.REPLACE, path="name.familyName", value="Other")
    users.patch(made.id, operations=[operation], schemas=[iam.PatchSchema.URN_IETF_PARAMS_SCIM_API_MESSAGES_2_0_PATCH_OP])
    changed = users.get(made.id)
    assert (changed.name.family_name, changed.name.given_name) == ("Other", "v")
    users.update(made.id, user_name="eve@example.com", display_name="Eve again")
    assert users.get(made.id).name is None and users.get(made.id).display_name == "Eve again"
    users.delete(made.id)
    status, _, error = Plain_of(admin).ask("GET", f"/api/2.0/preview/scim/v2/Users/{made.id}")
    assert status == 404 and error["status"] == "404" and "not found" in error["detail"]


def Plain_of(client):
    class Address:
        url, token = client.config.host, client.config.token
    return Plain(Address)


def test_a_name_is_given_once(admin):
    made = admin.users.create(user_name="once@example.com")
    status, _, error = Plain_of(admin).ask("POST", "/api/2.0/preview/scim/v2/Users", {"userName": "ONCE@example.com"})
    assert status == 409 and error["scimType"] == "uniqueness" and "already exists" in error["detail"]
    admin.users.delete(made.id)


def test_a_deactivated_user_is_locked_out_and_back_in(workspace, admin, bob):
    bob_id = next(iter(admin.users.list(filter='userName eq "bob@example.com"'))).id
    off, on = (iam.Patch(op=iam.PatchOp.REPLACE, path="active", value=value) for value in ("false", "true"))  # the SDK leaves out False
    schema = [iam.PatchSchema.URN_IETF_PARAMS_SCIM_API_MESSAGES_2_0_PATCH_OP]
    assert bob.current_user.me().active
    admin.users.patch(bob_id, operations=[off], schemas=schema)
    assert Plain(workspace, workspace.tokens["bob"]).ask("GET", "/api/2.0/token/list")[0] == 401
    admin.users.patch(bob_id, operations=[on], schemas=schema)
    assert bob.current_user.me().active


def test_groups_hold_users_and_groups(admin, ann):
    me = ann.current_user.me()
    inner = admin.groups.create(display_name="inner", members=[iam.ComplexValue(value=me.id)])
    outer = admin.groups.create(display_name="outer", members=[iam.ComplexValue(value=inner.id)])
    assert [member.display for member in admin.groups.get(inner.id).members] == ["Ann"]
    schema = [iam.PatchSchema.URN_IETF_PARAMS_SCIM_API_MESSAGES_2_0_PATCH_OP]
    admin.groups.patch(inner.id, schemas=schema,
                       operations=[iam.Patch(op=iam.PatchOp.REMOVE, path=f'members[value eq "{me.id}"]')])
    assert not admin.groups.get(inner.id).members
    admin.groups.patch(inner.id, schemas=schema, operations=[
        iam.Patch(op=iam.PatchOp.ADD, value={"members": [{"value": me.id}]})])
    assert [member.value for member in admin.groups.get(inner.id).members] == [me.id]
    assert {group.display for group in ann.current_user.me().groups} == {"data", "inner"}
    for group in (outer, inner):
        admin.groups.delete(group.id)


def test_who_is_no_admin_changes_nobody(ann, admin):
    refusals = [ann.users.create, ann.groups.create]
    for call in refusals:
        assert "Only workspace admins" in refused("SCIM_403", call, display_name="x")
    my_id = ann.current_user.me().id
    refused("SCIM_403", ann.users.delete, my_id)
    admins = next(iter(admin.groups.list(filter='displayName eq "admins"')))
    refused("SCIM_403", admin.groups.delete, admins.id)


def test_a_service_principal_gets_its_token_from_an_admin(workspace, admin):
    principal = admin.service_principals.create(display_name="robot")
    made = admin.token_management.create_obo_token(application_id=principal.application_id, lifetime_seconds=60)
    robot = WorkspaceClient(host=workspace.url, token=made.token_value, auth_type="pat")
    assert robot.current_user.me().display_name == "robot"
    admin.service_principals.delete(principal.id)
    assert Plain(workspace, made.token_value).ask("GET", "/api/2.0/token/list")[0] == 401


@pytest.mark.parametrize("body", [{"userName": 5}, {"userName": ""}, {}, [], {"Operations": 3}, "x"])
@pytest.mark.parametrize("path", ["Users", "Groups", "Users/5", "Groups/x", "ServicePrincipals/1"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "GET"])
def test_scim_answers_nonsense_in_its_own_words(workspace, method, path, body):
    status, _, error = Plain(workspace).ask(method, f"/api/2.0/preview/scim/v2/{path}", body)
    assert status in (200, 201, 400, 404)
    if status in (400, 404) and "error_code" not in error:
        assert error["status"] == str(status) and error["detail"]


@pytest.mark.parametrize("filter", [
    "userName within 5 miles", "userName", "userName eq", 'userName eq "ann', "(userName pr", "userName pr)", "and",
    "userName pr and", "not", "(" * 100 + "userName pr" + ")" * 100, "x" * 5000])
def test_a_filter_that_is_none_is_refused(workspace, filter):
    path = "/api/2.0/preview/scim/v2/Users?" + urllib.parse.urlencode({"filter": filter})
    status, _, error = Plain(workspace).ask("GET", path)
    assert status == 400 and error["scimType"] == "invalidFilter"


@pytest.fixture
def three_groups(admin, ann):
    members = [iam.ComplexValue(value=ann.current_user.me().id)]
    made = [admin.groups.create(display_name=name, members=members if name == "f-b" else None)
            for name in ("f-b", "f-c", "f-a")]
    yield {group.display_name: group.id for group in made}
    for group in made:
        admin.groups.delete(group.id)


@pytest.mark.parametrize("filter, names", [
    ("displayName sw 'f-'", "abc"), ('displayName eq "F-A"', "a"), ("displayName co f- and displayName ne 'f-b'", "ac"),
    ("displayName sw f- and (displayName ew a or displayName ew c)", "ac"), ("displayName gt f-a and displayName lt g", "bc"),
    ("displayName sw f- and not (members pr)", "ac"), ("displayname sw f- and members.display eq ann", "b"),
    ("displayName sw f- and members pr", "b"), ("displayName eq f-a or displayName eq f-b and displayName eq f-c", "a")])
def test_groups_are_found_by_filter(admin, three_groups, filter, names):
    assert sorted(group.display_name for group in admin.groups.list(filter=filter)) == ["f-" + name for name in names]


def test_lists_are_sorted_and_leave_out_what_nobody_asked_for(admin, three_groups):
    listed = list(admin.groups.list(filter="displayName sw f-", sort_by="displayName",
                                    sort_order=iam.ListSortOrder.DESCENDING, excluded_attributes="members, meta"))
    assert [group.display_name for group in listed] == ["f-c", "f-b", "f-a"]
    assert not any(group.members or group.meta for group in listed) and all(group.id for group in listed)
    status, _, error = Plain_of(admin).ask("GET", "/api/2.0/preview/scim/v2/Groups?sortOrder=sideways")
    assert (status, error["status"]) == (400, "400")
    status, _, page = Plain_of(admin).ask(
        "GET", "/api/2.0/preview/scim/v2/Groups?filter=displayName%20sw%20f-&startIndex=2&count=1&sortBy=displayName")
    assert (page["totalResults"], [group["displayName"] for group in page["Resources"]]) == (3, ["f-b"])


def test_a_user_shows_its_groups_and_they_follow_what_happens_to_them(admin, ann, three_groups):
    me = ann.current_user.me()

    def groups():
        return {group.display for group in admin.users.get(me.id).groups}

    assert groups() == {"data", "f-b"}
    admin.groups.update(three_groups["f-b"], display_name="f-new", members=[iam.ComplexValue(value=me.id)])
    assert groups() == {"data", "f-new"}
    admin.groups.update(three_groups["f-b"], display_name="f-b", members=[])
    # The SDK leaves out an empty list; what is not sent is not changed.
    Plain_of(admin).ask("PUT", f"/api/2.0/preview/scim/v2/Groups/{three_groups['f-b']}", {"displayName": "f-b", "members": []})
    assert groups() == {"data"}
    member = {"schemas": [iam.PatchSchema.URN_IETF_PARAMS_SCIM_API_MESSAGES_2_0_PATCH_OP.value],
              "Operations": [{"op": "add", "path": "members", "value": [{"value": me.id}]}]}
    assert Plain_of(admin).ask("PATCH", f"/api/2.0/preview/scim/v2/Groups/{three_groups['f-a']}", member)[0] == 200
    assert groups() == {"data", "f-a"}
    listed = {user.id: user for user in admin.users.list(attributes="id,groups", filter="groups.display eq f-a")}
    assert list(listed) == [me.id]


def test_every_mistake_in_a_file_of_users_is_named(tmp_path):
    file = tmp_path / "users.json"
    file.write_text('{"users": [{"user_name": 5}, {"user_name": "a", "tokens": ["dapi1"]}, {"display_name": "x"}]}')
    file.chmod(0o644)
    done = subprocess.run([BIN / "brickwork-local", "--ephemeral", "--users", file], capture_output=True, text=True,
                          timeout=30)
    assert done.returncode != 0 and done.stdout == ""
    for words in ("/users/0", "user_name", "/users/1", "chmod 600", "/users/2", "Missing required field"):
        assert words in done.stderr
