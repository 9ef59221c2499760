"""`airflow brickwork repair`: the same plan and the same clear from a shell."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import Namespace

    from airflow.cli.cli_config import CLICommand


def get_commands() -> list[CLICommand]:
    """What Airflow's command line asks a provider for."""
    from airflow.cli.cli_config import ARG_DAG_ID, ARG_YES, ActionCommand, Arg, GroupCommand, lazy_load_command

    arguments = (
        ARG_DAG_ID,
        Arg(("run_id",), help="The id of the DAG run"),  # type: ignore[no-untyped-call]
        Arg(("-t", "--task-id"), help="Repair this failed task alone, with what depends on it"),  # type: ignore[no-untyped-call]
        Arg(("-g", "--group-id"), help="Which workflow group, if the DAG has several"),  # type: ignore[no-untyped-call]
        Arg(("--map-index",), help="Of a mapped task", type=int, default=-1),  # type: ignore[no-untyped-call]
        Arg(("-n", "--dry-run"), help="Only show what would run again", action="store_true"),  # type: ignore[no-untyped-call]
        ARG_YES,
    )
    repair = ActionCommand(
        name="repair",
        help="Repair what failed of a Databricks workflow task group, in the same Databricks run",
        func=lazy_load_command("brickwork_airflow.pages.command.repair"),
        args=arguments,
    )
    return [GroupCommand(name="brickwork", help="Databricks runs of workflow task groups", subcommands=(repair,))]


def repair(args: Namespace) -> None:
    """Clears through the database, as `airflow tasks clear` does, and is kept in the audit log with it."""
    from airflow.utils.cli import action_cli

    action_cli(_repair)(args)  # type: ignore[no-untyped-call]


def _repair(args: Namespace) -> None:
    from airflow.models.taskinstance import TaskInstance, clear_task_instances
    from airflow.utils.session import create_session
    from sqlalchemy import select, tuple_

    from brickwork_airflow.pages.plan import NotRepairableError, dag_of_run, instances_of, plan_repair

    with create_session() as session:
        try:
            dag = dag_of_run(session, args.dag_id, args.run_id)
            plan = plan_repair(
                dag,
                instances_of(session, args.dag_id, args.run_id),
                args.run_id,
                args.task_id or _only_launch(dag, args.group_id),
                args.map_index if args.task_id else None,
            )
        except NotRepairableError as refused:
            raise SystemExit(f"{refused}") from None
        print(
            f"{plan.group_id} of {plan.dag_id}, run {plan.run_id}: "
            f"{len(plan.cleared)} to run again in the same Databricks run"
        )
        for each in plan.cleared:
            print(f"  {each.label}  {each.state}")
        if args.dry_run or not (args.yes or _agreed()):
            return
        places = [(each.task_id, each.map_index) for each in plan.cleared]
        rows = session.scalars(
            select(TaskInstance).where(
                TaskInstance.dag_id == plan.dag_id,
                TaskInstance.run_id == plan.run_id,
                tuple_(TaskInstance.task_id, TaskInstance.map_index).in_(places),
            )
        ).all()
        clear_task_instances(list(rows), session, prevent_running_task=True)
        print("cleared")


def _only_launch(dag: object, group_id: str | None) -> str:
    from brickwork_airflow.pages.plan import NotRepairableError, is_launch

    launches = [task for task in dag.task_dict.values() if is_launch(task)]  # type: ignore[attr-defined]
    found = [task for task in launches if group_id is None or task.task_group.group_id == group_id]
    if len(found) == 1:
        return str(found[0].task_id)
    groups = ", ".join(str(task.task_group.group_id) for task in launches) or "none"
    raise NotRepairableError(404, f"Name one workflow group with --group-id. This DAG has: {groups}.")


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise SystemExit("Nothing was cleared: nobody is there to ask, and --yes was not given.")
    return input("Repair? [y/N] ").strip().lower() in ("y", "yes")
