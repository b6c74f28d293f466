"""Runs docker-compose 1.29.2 again and again, in copies of one process: most of
the second that it takes is spent on reading its own code.

Standard input: a JSON object on a line, {"dir", "env", "words", "stdin", "out",
"err"}; the last three are files. Standard output: the exit code, on a line.
"""
import json
import os
import signal
import sys
import traceback

import compose
from compose.cli.main import main

assert compose.__version__ == "1.29.2", compose.__version__


def become(case):
    signal.alarm(60)
    for number, name, flags in (0, "stdin", os.O_RDONLY), (1, "out", os.O_WRONLY), (2, "err", os.O_WRONLY):
        os.dup2(os.open(case[name], flags), number)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")
    os.chdir(case["dir"])
    os.environ.clear()
    os.environ.update(case["env"])
    sys.argv = ["docker-compose"] + case["words"]
    code = 0
    try:
        main()
    except SystemExit as end:
        code = end.code or 0
        if not isinstance(code, int):  # what is to be said before the end
            print(code, file=sys.stderr)
            code = 1
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


for line in sys.stdin:
    child = os.fork()
    if child == 0:
        become(json.loads(line))
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
