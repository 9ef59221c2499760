// Logs in as a service principal with Databricks' own SDK for Node, uses the services around jobs, and prints what it saw
// as one JSON line.
const {WorkspaceClient} = require("@databricks/sdk-experimental");

async function all(entries) {
  const found = [];
  for await (const entry of entries) found.push(entry);
  return found;
}

async function main() {
  const [, , host, clientId, clientSecret] = process.argv;
  const client = new WorkspaceClient({host, clientId, clientSecret, authType: "oauth-m2m"});
  const saw = {};
  saw.user = (await client.currentUser.me()).displayName;
  saw.catalogs = (await all(client.catalogs.list({}))).map((catalog) => catalog.name);
  const volume = await client.volumes.create({catalog_name: "main", schema_name: "default", name: "node", volume_type: "MANAGED"});
  saw.volume = volume.full_name;
  // This SDK's own upload sends an empty body, so the file that it reads came from elsewhere.
  const file_path = "/Volumes/main/default/python/a b.txt";
  const chunks = [];
  for await (const chunk of (await client.files.download({file_path})).contents) chunks.push(Buffer.from(chunk));
  saw.file = Buffer.concat(chunks).toString();
  saw.listed = (await all(client.files.listDirectoryContents({directory_path: "/Volumes/main/default/python"}))).map((entry) => entry.name);
  saw.warehouses = (await all(client.warehouses.list({}))).length;
  const token = await client.tokens.create({comment: "from node", lifetime_seconds: 60});
  saw.tokens = (await all(client.tokens.list())).map((info) => info.token_id === token.token_info.token_id);
  const [repoUrl] = process.argv.slice(5);
  const repo = await client.repos.create({url: repoUrl, provider: "gitHub", path: "/Repos/node/code"});
  // This SDK sends no body with a PATCH, so its repos.update says nothing.
  saw.repos = (await all(client.repos.list({path_prefix: "/Repos/node"}))).map((each) => [each.path, each.branch]);
  await client.repos.delete({repo_id: repo.id});
  const policy = await client.clusterPolicies.create({name: "node", definition: '{"num_workers": {"type": "range", "maxValue": 1}}'});
  const tooLarge = {spark_version: "16.4.x-scala2.12", num_workers: 2, policy_id: policy.policy_id};
  saw.refused = await client.clusters.create(tooLarge).then(() => "no", (error) => JSON.parse(error.response).error_code);
  saw.policies = (await all(client.clusterPolicies.list({}))).map((each) => each.name);
  const pool = await client.instancePools.create({instance_pool_name: "node", node_type_id: "local"});
  saw.pool = (await client.instancePools.get({instance_pool_id: pool.instance_pool_id})).state;
  const instance_profile_arn = "arn:aws:iam::123456789012:instance-profile/node";
  await client.instanceProfiles.add({instance_profile_arn});
  saw.profiles = (await all(client.instanceProfiles.list())).map((each) => each.instance_profile_arn);
  const script = await client.globalInitScripts.create({name: "node", script: Buffer.from("true").toString("base64")});
  saw.scripts = (await all(client.globalInitScripts.list())).map((each) => each.script_id === script.script_id);
  const credential = await client.gitCredentials.create({git_provider: "gitHub", git_username: "n", personal_access_token: "t"});
  saw.credentials = (await all(client.gitCredentials.list())).map((each) => each.credential_id === credential.credential_id);
  console.log(JSON.stringify(saw));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
