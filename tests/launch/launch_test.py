#!/usr/bin/env python3
"""usage: launch_test.py OVERRUN_PROGRAM LAUNCHER...   Checks what the launcher promises."""

import os
import signal
import subprocess
import sys
import time

program, launcher = sys.argv[1], sys.argv[2:]
failures = 0


def launch(*arguments, limit=None):
    environment = {name: value for name, value in os.environ.items() if name != "QUIESCE_TEST_LIMIT"}
    if limit is not None:
        environment["QUIESCE_TEST_LIMIT"] = str(limit)
    return subprocess.run([*launcher, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)


def check(what, holds, run):
    global failures
    print(("ok      " if holds else "FAILED  ") + what)
    if not holds:
        failures += 1
        print(f"status {run.returncode}, output:\n{run.stdout}")


def gone(path):
    """True once no process runs this program. A killed one may take a moment to end."""
    deadline = time.monotonic() + 10
    while running(path):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def running(path):
    found = []
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and os.readlink(f"/proc/{name}/exe") == os.path.realpath(path):
                found.append(int(name))
        except OSError:
            pass  # ended between the two looks, or not ours to read
    return found


run = launch(program, limit=1)
check("a program that runs past its limit fails with status 1", run.returncode == 1, run)
check("it says so", "test ran past its 1 s limit\n" in run.stdout, run)
check("the stack of the first thread is shown", "stuck_in_main" in run.stdout, run)
check("the stack of the second thread is shown", "stuck_in_second_thread" in run.stdout, run)
check("it is killed", gone(program), run)

run = launch("--limit=1", program)
check("the limit can be an argument", run.returncode == 1 and "test ran past its 1 s limit\n" in run.stdout, run)

run = launch(program, "exit")
check("the exit status passes through", run.returncode == 7, run)

run = launch(program, "killed")
check("the signal that ended the program passes through", run.returncode == -signal.SIGKILL, run)

run = launch(program, "leave-child")
check("what a program leaves running is killed", gone(program), run)
check("and the launcher says so", "killed what the test had left running" in run.stdout, run)

run = launch("/nonexistent/program")
check("a program that is not there is an error with its name",
      run.returncode == 127 and "/nonexistent/program" in run.stdout, run)

child = subprocess.Popen([*launcher, program, "sleep"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
child.stdout.readline()
child.terminate()
output = child.communicate()[0]
ended = subprocess.CompletedProcess(child.args, child.returncode, output)
check("SIGTERM is passed on", child.returncode == -signal.SIGTERM and gone(program), ended)

sys.exit(1 if failures else 0)
