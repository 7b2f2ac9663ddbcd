"""Runs many commands of `lockstep` for the price of one start: each in a fork of a process that loaded it.

Reads a list of `[arguments, variables]` as JSON and writes one of `[exit code, what was said]`.
"""

import json
import os
import subprocess
import sys
import tempfile

PATIENCE = 60


def run(folder, commands, env):
    """What each command said, in the same order, with its exit code."""
    done = subprocess.run(
        [sys.executable, "-m", __name__],
        input=json.dumps(commands),
        env={name: value for name, value in os.environ.items() if not name.startswith("LOCKSTEP_")}
        | {"LOCKSTEP_DATA_DIR": str(folder / "data"), "PYTHONPATH": os.pathsep.join(sys.path)}
        | env,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _forked(arguments, variables):
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if child == 0:
            _become(arguments, variables, said.fileno())
        _, status = os.waitpid(child, 0)
        said.seek(0)
        return os.waitstatus_to_exitcode(status), said.read().decode()


def _become(arguments, variables, said):
    """Never returns: whatever happens, the fork must not go on as its parent."""
    code = 70
    try:
        os.dup2(said, 1)
        os.dup2(said, 2)
        os.environ.update(variables)
        sys.argv = ["lockstep", *arguments]
        try:
            main()
            code = 0
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else int(error.code is not None)
        except BaseException:  # noqa: BLE001 - told as the interpreter tells it
            sys.excepthook(*sys.exc_info())
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    import handlers.app
    import handlers.serving  # noqa: F401 - what commands load when they need it
    from handlers.cli import main

    json.dump([_forked(*each) for each in json.load(sys.stdin)], sys.stdout)
