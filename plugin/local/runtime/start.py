"""What the executor starts: `python start.py prepared|task|driver|sql|libraries`, with the control channel on file descriptor 3."""

import os
import sys


def main():
    # The runtime's own modules are found last, so that they never stand before a module of the user's.
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here] + [here]
    role = sys.argv[1]
    if role == "task":
        from brickwork_runtime.task import run_task as run
    elif role == "prepared":
        from brickwork_runtime.prepared import run_prepared as run
    elif role == "driver":
        from brickwork_runtime.spark_driver import run_driver as run
    elif role == "sql":
        from brickwork_runtime.sql_server import run_sql as run
    elif role == "libraries":
        from brickwork_runtime.libraries import run_libraries as run
    else:
        raise SystemExit(f"unknown role {role}")
    run()


if __name__ == "__main__":
    main()
