#!/usr/bin/env python3
"""Checks that the tools synchronize by nothing but Quiesce.

usage: tools_free.py [ROOT]

The tools are what a user would write. One that needed a lock or a sleep of its own would show that the library lacks something.
"""

import pathlib
import re
import sys

from cpp_source import code_only, sources

FORBIDDEN = [
    (r"\bstd\s*::\s*(?:\w+_)?mutex\b", "a mutex"),
    (r"\bstd\s*::\s*(?:atomic\w*|memory_order\w*)", "an atomic"),
    (r"\bstd\s*::\s*(?:j?thread|this_thread|async)\b", "a thread"),
    (r"\bstd\s*::\s*condition_variable\w*", "a condition variable"),
    (r"\bstd\s*::\s*(?:counting_semaphore|binary_semaphore|latch|barrier|future|promise|call_once|once_flag)\b",
     "a primitive of the standard library"),
    (r"\bpthread_\w+", "a call of pthreads"),
    (r"\b(?:p?poll|p?select|epoll_\w+)\s*\(", "a wait for descriptors"),
    (r"\b(?:waitpid|wait3|wait4|waitid)\s*\(", "a wait for a process"),
    (r"\b(?:sleep_for|sleep_until|sleep|usleep|nanosleep|clock_nanosleep|pause|sigwait\w*|sigtimedwait|sigsuspend)\s*\(", "a sleep"),
    (r"(?i)\w*futex\w*", "a futex"),
    (r"\b__(?:atomic|sync)_\w+", "an atomic"),
    (r"\bvolatile\b", "volatile"),
    (r"#\s*include\s*<(?:mutex|shared_mutex|atomic|thread|condition_variable|semaphore|latch|barrier|future|stop_token|"
     r"pthread\.h|semaphore\.h|threads\.h|poll\.h|sys/poll\.h|sys/select\.h|sys/epoll\.h|stdatomic\.h)>",
     "a header for synchronization"),
]


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    errors = []
    for path in sources(root / "tools"):
        for number, line in enumerate(code_only(path.read_text()).split("\n"), 1):
            for pattern, what in FORBIDDEN:
                match = re.search(pattern, line)
                if match:
                    errors.append(f"{path.relative_to(root)}:{number}: {what}: '{match[0].strip()}'")
    print("\n".join(errors), end="\n" if errors else "")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
