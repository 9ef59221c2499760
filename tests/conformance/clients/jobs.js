// Drives the Jobs API through Databricks' own SDK for Node and prints what it saw as one JSON line.
const {WorkspaceClient} = require("@databricks/sdk-experimental");

const same = {op: "EQUAL_TO", left: "1", right: "1"};
const never = {op: "GREATER_THAN", left: "x", right: "1"};

async function main() {
  const client = new WorkspaceClient({host: process.argv[2], token: process.argv[3], authType: "pat"});
  const saw = {};
  const me = await client.currentUser.me();
  saw.user = me.userName;
  const {job_id} = await client.jobs.create({
    name: "from node",
    tasks: [{task_key: "a", condition_task: same},
            {task_key: "b", condition_task: never, depends_on: [{task_key: "a"}]}],
  });
  saw.id_is_exact = Number.isSafeInteger(job_id);
  saw.name = (await client.jobs.get({job_id})).settings.name;
  saw.listed = [];
  for await (const job of client.jobs.list({name: "FROM NODE", limit: 1})) saw.listed.push(job.job_id === job_id);

  const failing = await client.jobs.runNow({job_id});
  try {
    await failing.wait();
    saw.waiter = "no error";
  } catch (error) {
    saw.waiter = String(error.message || error);
  }
  const failed = await client.jobs.getRun({run_id: failing.run_id});
  saw.failed = [failed.state.life_cycle_state, failed.state.result_state];
  const before = Object.fromEntries(failed.tasks.map((task) => [task.task_key, task.run_id]));

  await client.jobs.update({job_id, new_settings: {tasks: [
    {task_key: "b", condition_task: same, depends_on: [{task_key: "a"}]}]}});
  await client.jobs.repairRun({run_id: failing.run_id, rerun_all_failed_tasks: true});
  let run;
  do run = await client.jobs.getRun({run_id: failing.run_id, include_history: true});
  while (!run.state.result_state);
  saw.repaired = [run.state.result_state, run.repair_history.length];
  saw.kept = run.tasks.some((task) => task.run_id === before.a);

  const submitted = await client.jobs.submit({run_name: "by node", tasks: [{task_key: "a", condition_task: same}]});
  saw.submitted = (await submitted.wait()).state.result_state;
  try {
    await client.jobs.get({job_id: 5});
  } catch (error) {
    saw.missing = [error.statusCode, error.errorCode, error.message];
  }
  await client.dbfs.mkdirs({path: "/node"});
  await client.dbfs.put({path: "/node/a.txt", contents: Buffer.from("hello").toString("base64"), overwrite: true});
  const read = await client.dbfs.read({path: "/node/a.txt"});
  saw.dbfs = Buffer.from(read.data, "base64").toString();
  await client.secrets.createScope({scope: "node"});
  await client.secrets.putSecret({scope: "node", key: "k", string_value: "v"});
  saw.secrets = [];
  for await (const secret of client.secrets.listSecrets({scope: "node"})) saw.secrets.push(secret.key);
  await client.jobs.delete({job_id});
  console.log(JSON.stringify(saw));
}

main().catch((error) => { console.error(error); process.exit(1); });
