"""summary.py LOG STATUS PIDS REPORT
Reads the event log of a run of the sample and tells what happened. Fails if something is missing: LOG is the log, STATUS
the exit status of the program, PIDS the processes of the sample that still run, REPORT the page that shows the run.
"""

import json
import sys

STOP_LIMIT_MS = 2000

log_path, status, left, report_path = sys.argv[1], int(sys.argv[2]), sys.argv[3].split(), sys.argv[4]
with open(log_path) as log:
    events = [json.loads(line) for line in log]
failures = 0


def find(event, process=None, **details):
    """All events of that name, in their order."""
    wanted = dict(details, event=event) if process is None else dict(details, event=event, process=process)
    return [e for e in events if all(e.get(key) == value for key, value in wanted.items())]


def tell(holds, text, *needed):
    """`needed` are the events that the statement stands on: `event` or `event process`."""
    global failures
    failures += not holds
    print(("   ok  " if holds else "FAILED ") + text)
    for name in needed:
        if not holds and not find(*name.split()):
            print(f"       there is no event `{name}` in the log")


print("== what the event log tells")

started = [e["process"] for e in find("started")]
tell(sorted(started) == ["flaky", "parent", "prepare", "stubborn", "ticker", "web"], f"started: {', '.join(started)}",
     "started prepare", "started web", "started ticker", "started flaky", "started stubborn", "started parent")

steps = [find("ready", "prepare"), find("started", "web"), find("ready", "web"), find("started", "ticker")]
tell(all(steps) and [events.index(s[0]) for s in steps] == sorted(events.index(s[0]) for s in steps),
     "prepare was done before web started, and web was ready before ticker started",
     "ready prepare", "started web", "ready web", "started ticker")

delays = [e["delay_ms"] for e in find("restart-scheduled", "flaky")]
tell(len(delays) >= 3 and all(b == 2 * a for a, b in zip(delays, delays[1:])),
     f"flaky crashed {len(find('exited', 'flaky', status=3))} times; the delays before its restarts grew: "
     + ", ".join(f"{delay} ms" for delay in delays), "restart-scheduled flaky")

changed, exited, restarted = find("file-changed", "web"), find("exited", "web"), find("restarted", "web")
in_order = (len(changed) == len(restarted) == 1 and exited and
            events.index(changed[0]) < events.index(exited[0]) < events.index(restarted[0]))
tell(in_order and restarted[0]["because"] == "change",
     "greeting.txt changed: web was stopped, had exited, and then was started again",
     "file-changed web", "exited web", "restarted web")

ticker_gone, web_told = find("stopped", "ticker"), find("signalled", "web")
tell(bool(ticker_gone) and bool(web_told) and events.index(ticker_gone[0]) < events.index(web_told[-1]),
     "ticker had ended before web, which it needs, was told to stop", "stopped ticker", "signalled web")

waits = find("waiting", "stubborn")
tell(bool(waits), "the stop told whom it waited for: stubborn, after "
     + ", ".join(f"{e['waited_ms'] / 1000:.1f} s" for e in waits), "waiting stubborn")

told, killed = find("signalled", "stubborn"), find("killed", "stubborn")
waited = killed[0]["ms"] - told[0]["ms"] if told and killed else 0
# Both moments are cut to whole milliseconds.
tell(waited >= STOP_LIMIT_MS - 1, f"stubborn ignored SIGTERM and was killed {waited / 1000:.1f} s later",
     "signalled stubborn", "killed stubborn")

orphans, ended = find("orphan-found", "parent"), find("orphan-ended", "parent")
tell(bool(orphans) and orphans[0]["pid"] in [e["pid"] for e in ended],
     "parent's grandchild, in a session of its own, was found and ended", "orphan-found parent", "orphan-ended parent")

finished = find("finished")
tell(len(finished) == 1 and status == finished[0]["status"] == 0, f"the exit status is {status}: stopped as asked",
     "finished")
with open(report_path) as page:
    embedded = page.read().split('id="report">')[1].split("</script>")[0]
tell(json.loads(embedded)["events"] == events, "the report shows the same events")

tell(not left, "no process of the sample is left" if not left else f"still running: {', '.join(left)}")

sys.exit(1 if failures else 0)
