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
  console.log(JSON.stringify(saw));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
