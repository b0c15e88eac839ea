#!/usr/bin/env python3
"""Runs a test program; when it runs past its limit, prints the stacks of all its threads and fails.

usage: launch.py [--limit=SECONDS] [--fixed-addresses] PROGRAM [ARGUMENT...]

The program runs in a process group of its own, so that whatever it started ends with it. Its exit status, or the signal
that ended it, becomes that of the launcher. SIGTERM, SIGINT and SIGHUP are passed on to it.
QUIESCE_TEST_LIMIT in the environment goes before --limit.
"""

# Other modules are imported where they are used: every test would pay for the import, and few need it.
import os
import signal
import sys
import time

PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def call_libc(name, *arguments):
    import ctypes

    function = getattr(ctypes.CDLL(None), name)
    function(*(ctypes.c_ulong(argument) for argument in arguments))


def unblock_signals():
    """For children: a debugger that inherits a blocked SIGCHLD now and then waits for ever for the program to stop."""
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def start(command, fixed_addresses):
    pid = os.fork()
    if pid != 0:
        # Both sides do this: whichever comes second finds it done, and nobody sees the group missing.
        try:
            os.setpgid(pid, pid)
        except OSError:
            pass
        return pid
    try:
        os.setpgid(0, 0)
        if fixed_addresses:
            # Refused in some containers; then the program runs with random addresses, as it would have anyway.
            call_libc("personality", 0x0040000)
        if os.geteuid() != 0 and os.path.exists("/proc/sys/kernel/yama/ptrace_scope"):
            # The debugger is our child and not the program's parent, which Yama does not allow unless told.
            pr_set_ptracer, any_process = 0x59616D61, 2**64 - 1
            call_libc("prctl", pr_set_ptracer, any_process, 0, 0, 0)
        unblock_signals()
        # Python ignores these two, and an ignored signal stays ignored in the program that exec starts.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        os.execvp(command[0], command)
    except OSError as error:
        print(f"launch.py: {command[0]}: {error.strerror}", file=sys.stderr, flush=True)
    os._exit(127)


def kill_group(pid):
    """True if a process was left in the group."""
    try:
        os.killpg(pid, signal.SIGKILL)
        return True
    except ProcessLookupError:
        return False


def print_stacks(pid):
    import subprocess

    command = ["gdb", "-nx", "-p", str(pid), "--batch"]
    for setting in ("debuginfod enabled off", "pagination off", "width 0"):
        command += ["-iex", f"set {setting}"]
    command += ["-ex", "thread apply all bt"]
    try:
        # A limit of its own: a debugger that hangs must not turn the report into silence.
        subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, timeout=8, check=False,
                       preexec_fn=unblock_signals)
    except FileNotFoundError:
        print("launch.py: there is no gdb here to print the stacks", flush=True)
    except subprocess.TimeoutExpired:
        print("launch.py: gdb did not end within 8 s", flush=True)


def end_like(status):
    if os.WIFEXITED(status):
        return os.WEXITSTATUS(status)
    # Ending by the same signal lets ctest say which it was. The program has left its core file already.
    import resource

    number = os.WTERMSIG(status)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])
    os.kill(os.getpid(), number)
    return 128 + number


def main(arguments):
    limit = 50.0
    fixed_addresses = False
    while arguments and arguments[0].startswith("--"):
        option = arguments.pop(0)
        if option.startswith("--limit="):
            limit = float(option.removeprefix("--limit="))
        elif option == "--fixed-addresses":
            fixed_addresses = True
        else:
            sys.exit(f"launch.py: unknown option '{option}'")
    if not arguments:
        sys.exit("launch.py: no program is named")
    chosen = os.environ.get("QUIESCE_TEST_LIMIT")
    if chosen:
        try:
            limit = float(chosen)
        except ValueError:
            sys.exit(f"launch.py: QUIESCE_TEST_LIMIT: '{chosen}' is no number of seconds")

    # Blocked and then waited for, so that none is lost between a look at the program and the next wait.
    awaited = {signal.SIGCHLD, *PASSED_ON}
    signal.pthread_sigmask(signal.SIG_BLOCK, awaited)
    pid = start(arguments, fixed_addresses)
    deadline = time.monotonic() + limit
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended == pid:
            break
        got = signal.sigtimedwait(awaited, max(0.0, deadline - time.monotonic()))
        if got is None:
            print_stacks(pid)
            kill_group(pid)
            os.waitpid(pid, 0)
            print(f"test ran past its {limit:g} s limit", flush=True)
            return 1
        if got.si_signo in PASSED_ON:
            os.killpg(pid, got.si_signo)
    if kill_group(pid):
        print("launch.py: killed what the test had left running", file=sys.stderr, flush=True)
    return end_like(status)


sys.exit(main(sys.argv[1:]))
