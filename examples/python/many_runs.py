"""Many runs, one loop, no thread: many_runs.py [COUNT], with DATABRICKS_HOST and DATABRICKS_TOKEN set.

Each run is a group of two conditions, which need no cluster. All of them are watched at once, for the requests of one.
"""

import asyncio
import sys

import brickwork

SAME = {"op": "EQUAL_TO", "left": "{{job.parameters.number}}", "right": "{{job.parameters.number}}"}
GROUP = {
    "name": "many runs",
    "parameters": [{"name": "number", "default": "0"}],
    "tasks": [
        {"task_key": "first", "condition_task": SAME},
        {"task_key": "second", "depends_on": ["first"], "condition_task": SAME},
    ],
}


async def one(client: brickwork.AsyncClient, number: int) -> bool:
    launched = await client.group.launch(GROUP, parameters={"number": number})
    async for state in client.run.watch(launched):
        print(f"{number}: {state.verdict}, {sum(task.verdict == 'succeeded' for task in state.tasks)} of 2 tasks")
    return state.verdict == "succeeded"


async def main(count: int) -> None:
    async with brickwork.AsyncClient(poll_ms=200) as client:
        done = await asyncio.gather(*(one(client, number) for number in range(count)))
        print(f"{sum(done)} of {count} runs succeeded")


asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10))
