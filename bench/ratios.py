#!/usr/bin/env python3
"""Runs the benchmarks and prints each of ours beside the limit for it: a yardstick of the same run, or a number.

Usage: ratios.py PROGRAM [--processes N] [--one-core] [ROW...]

Each row is the median of N fresh processes (5), in each of which ours and the limit run one after the other; ROW: only those
whose names begin with it. Between two runs on a machine that does other work too, the ratios are what can be compared, and
differences below a fifth are noise; those of threads that wake each other tell nothing there.
"""

import argparse
import json
import re
import statistics
import subprocess

ONE = "set_and_wait_by_one_thread<two_compare_exchanges>"
WAKE = "wake_by_a_futex"
TIMERS, WHEEL = "a_million_timers", "a_million_timers_of_a_plain_wheel"

# Row, what it is; ours, the limit: a benchmark and what is read of it, or a number; the ratio that is the goal.
# A benchmark is named without what Google Benchmark adds for its settings, but for arguments.
ROWS = [
    ("P1", "set and wait by one thread", "set_and_wait_by_one_thread<our_event>", ONE, 1.2),
    ("P2a", "round trip of two threads, the limit spins", "round_trip<our_event>", "round_trip<spun_word>", 1.15),
    ("P2b", "round trip of two threads that sleep", "round_trip<our_event>", "round_trip<futex_word>", 1.05),
    ("P3a", "set one of 64, wait for any", "set_and_wait_any_of_64", "set_and_find_in_a_mask_of_64", 1.4),
    ("P3a", "look at 64, the limit in ns", "try_wait_any_of_many/64", 64 * 1.3, 1.0),
    ("P3b", "round trip through one of 64", "round_trip_by_one_of_64_events", "round_trip<futex_word>", 1.05),
    ("P4a", "post from outside", "post_from_outside<our_pool>", "post_from_outside<called_inline>", 4.1),
    ("P4b", "recursive fork", "recursive_fork<our_pool>", "recursive_fork<called_inline>", 1.5),
    ("P4c", "post to an idle pool", "post_to_an_idle_pool<our_pool>:p50", f"{WAKE}:p50", 1.1),
    ("P4c", "cores busy meanwhile", "post_to_an_idle_pool<our_pool>:cores", f"{WAKE}:cores", 1.2),
    ("P5a", "arm one of 10,000", "arm<our_waits>/10000", "arm<plain_waits>/10000", 1.1),
    ("P5a", "arm one of 1,000,000", "arm<our_waits>/1000000", "arm<plain_waits>/10000", 1.1),
    ("P5b", "signal to callback, each", "signal_to_callbacks<our_waits>/10000", "signal_to_callbacks<plain_waits>/10000", 1.3),
    ("P5c", "bytes of a pending wait", "bytes_of_a_pending_wait<our_waits>/100000:bytes",
     "bytes_of_a_pending_wait<plain_waits>/100000:bytes", 3.9),
    ("P5d", "signal to callback, idle", "signal_to_a_callback_when_idle:p50", f"{WAKE}:p50", 1.1),
    ("P6", "arm one of a million timers", f"{TIMERS}:arm", f"{WHEEL}:arm", 3.75),
    ("P6", "cancel one", f"{TIMERS}:cancel", f"{WHEEL}:cancel", 1.8),
    ("P6", "bytes of one", f"{TIMERS}:bytes", f"{WHEEL}:bytes", 4.0),
    ("P6", "lateness, the limit in s", f"{TIMERS}:p50", 60e-6, 1.0),
    ("P6", "of one in a hundred", f"{TIMERS}:p99", 1e-3, 1.0),
    ("P6", "processor time of one that fires", f"{TIMERS}:cpu", 600e-9, 1.0),
    ("P9", "stop of an idle wait", "stop_of_an_idle_wait/armed:0", ONE, 3.0),
    ("P9", "stop of an armed wait", "stop_of_an_idle_wait/armed:1", ONE, 3.0),
    ("P9", "stop of a group, each", "stop_of_a_group", ONE, 3.0),
    ("P9", "return of a stop after its callback", "stop_after_the_end_of_a_callback:p50", f"{WAKE}:p50", 1.1),
]


def benchmark_of(what):
    """The name of the benchmark, and the counter that is read of it, if one is."""
    found = re.fullmatch(r"(.*?)(?<!armed)(?::(\w+))?", what)
    return found[1], found[2]


def run(program, names, one_core):
    """What one process measures: a number for each benchmark and each of its counters."""
    alternatives = "|".join(re.escape(name) for name in sorted(names))
    command = ["taskset", "-c", "0"] if one_core else []
    command += [program, f"--benchmark_filter=^({alternatives})(/(iterations|manual_time|real_time).*)?$",
                "--benchmark_min_time=0.2", "--benchmark_format=json"]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    values = {}
    for each in json.loads(output)["benchmarks"]:
        name = re.sub(r"/(iterations:\d+|manual_time|real_time)", "", each["name"])
        values[name] = each["real_time"]
        values |= {f"{name}:{key}": value for key, value in each.items() if isinstance(value, (int, float))}
    return values


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--processes", type=int, default=5)
    parser.add_argument("--one-core", action="store_true")
    parser.add_argument("row", nargs="*")
    options = parser.parse_args()
    rows = [row for row in ROWS if not options.row or any(row[0].startswith(name) for name in options.row)]
    names = {benchmark_of(each)[0] for row in rows for each in row[2:4] if isinstance(each, str)}
    runs = [run(options.program, names, options.one_core) for _ in range(options.processes)]

    def median(what):
        return statistics.median(values[what] for values in runs) if isinstance(what, str) else what

    print(f"{'':5}{'':42}{'ours':>11} {'limit':>11} {'ratio':>8} {'goal':>6}")
    for row, text, ours, limit, goal in rows:
        if isinstance(limit, str):
            ratio = statistics.median(values[ours] / values[limit] for values in runs)
        else:
            ratio = median(ours) / limit
        verdict = "" if ratio <= goal else "  within twice" if ratio <= 2 * goal else "  beyond"
        print(f"{row:5}{text:42}{median(ours):11.4g} {median(limit):11.4g} {ratio:8.2f} {goal:6.2f}{verdict}")


if __name__ == "__main__":
    main()
