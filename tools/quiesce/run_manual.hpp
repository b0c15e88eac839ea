#pragma once

namespace quiesce_tool {

/// What `quiesce run --help` says below the options.
inline constexpr const char* run_manual = R"(PROCFILE
  One process per line, `name: command`. The command is run by `/bin/sh -c` in the directory of the
  Procfile, in a process group of its own, with nothing to read on its standard input. Blank lines and
  lines that begin with # are skipped. Names consist of letters, digits, - and _. Everything that is wrong
  is reported as PATH:LINE: REASON, and then nothing is started.

SETTINGS
  A file quiesce.toml beside the Procfile, or the one that --settings names, tells more about the processes:
  a table for each of them. A process that the Procfile does not list has its command here; without any
  other process, there need not be a Procfile. All keys:
    [web]
    command = "exec ./web"          as in the Procfile, if it is not there
    directory = "app"               where it runs; relative paths begin at the folder of this file
    environment = {PORT = "8080"}   added to the inherited one
    needs = ["db", "migrate"]       what has to be ready before it starts
    one_shot = true                 it is done, and ready, when it has exited with status 0
    ready = {port = 8080}           when it is ready; one of
      port = 8080                     it accepts a connection (host = "127.0.0.1", "::1", "localhost": both)
      http = "http://localhost:8080/health"   it answers with a status of 200 to 299, within 5 s
      command = "pg_isready"          the command exits with status 0; it may take the whole limit
      notify = true                   it sends READY=1 to the socket NOTIFY_SOCKET, as sd_notify does
      limit = "30s", every = "100ms"  how long to wait for it, and the pause between two attempts
    stop = {signal = "SIGINT", limit = "10s"}   how it is ended
    restart = "never"               in place of --restart
    watch = ["app.toml"]            as --watch
    reload = "SIGHUP"               is sent after a change, in place of a restart
  Every key that is not known and every wrong value is reported as PATH:LINE: REASON, with the value.

NEEDS
  A process starts when all that it needs have been ready once; without `ready`, one is when it has started.
  It is stopped before them, so that the stop limits along such a chain add up. Who listens on the port of
  `ready` before the process is started counts as it, and is told of. A process that is not ready within its
  limit, or exits before, has failed, and --restart decides. If what it needs is over without having been
  ready, it is not started, and that is told. A restart of what it needs does not concern it.

OUTPUT
  Standard output and standard error of all processes come out on standard output line by line, behind the
  name. A line of more than 64 KiB is cut into pieces; + stands for | before those that continue it. If
  nobody reads standard output, or its disk is full, the processes are slowed down until there is room, and
  a stop waits as long as some is made every two seconds; if it is closed, everything is stopped.

RESTARTS
  When a command has exited, whatever it has left behind is ended first, in its process group or in a
  session of its own: SIGTERM, the stop limit, SIGKILL. Then --restart decides. The delay before a start
  doubles with each exit, from --back-off-first to --back-off-max, and is forgotten after a run of
  --back-off-forget.
  A change of a watched path restarts the process in any case, after --debounce from the first change:
  later changes do not prolong it. A process that is watched is never over; it waits for the next change.
  Paths are relative to the folder in which the program was started. A symbolic link is watched as such, and
  a directory not deeper than its entries. One that is removed or renamed is looked for until it is back,
  and then watched anew; both are changes. When the system loses changes since too many come at once, all
  that is watched may have changed, and is told of as that. A process that changes what it is watched for is
  told of after some rounds, and from then on its restarts, or the signals of `reload`, are put off like
  restarts after a failure.

STOPPING
  On SIGINT (Ctrl-C), on SIGTERM, or when its terminal is closed, each process group is sent its stop signal,
  and SIGKILL at the stop limit. Whoever is needed by others is stopped after them.
  Whatever has left its group is found by its descent and ended in the same way once its parent is gone.
  Every second the program says whom it waits for. A second signal, half a second or more after the first,
  and SIGQUIT in any case, kill at once what is left. The program ends when nothing that it has started is
  left. (If it is itself ended by SIGKILL, it can end nobody.)
  A process that runs for another user, as by `sudo`, may refuse its signals. That is told, and what would
  follow its end waits until somebody has ended it. In a stop it is left running when the stop limit has
  passed.

RELOADING
  On SIGHUP, sent by somebody and not by a terminal that is closed, the Procfile and the settings are read
  again. Processes whose line or settings have changed are ended and started anew, new ones are started, those
  that are gone are ended, and the others are left alone. Who was not started for a failure of what it needs
  counts as changed when that has. If anything is wrong with the files, it is reported, and everything goes
  on as before. SIGHUP is ignored if it was so from the beginning, as with `nohup`.
  Once the terminal in which the program was started is closed, each SIGHUP stops everything, whoever sends
  it: what is to outlive its terminal and be reloaded has to be started with `setsid`.

REPORT
  --report writes a page for a browser, with a timeline of the run and all events. It is one file and needs
  nothing from anywhere. It is written when a process has failed, at most once a second, and at the end,
  also if it could not be written before. Of a symbolic link, what it points to is replaced.

EVENT LOG
  Each line is a JSON object with `ms`, the milliseconds since the start, `event`, and where they apply
  `process`, `pid` and more. The events: run-started, awaiting (what it needs), started,
  start-failed, not-started, ready, ready-failed, notify-refused (READY=1 from a stranger), port-taken,
  exited, restart-scheduled, restarted, resting, file-changed, changes-lost (nobody knows whether there was
  one), watch-lost, watched-again, told-of-change, change-loop, signal-scheduled (that of `reload`, put off),
  output-held-up (not taken), reload-requested, reloaded, reload-failed, stop-requested, kill-requested,
  stopping, signalled, waiting, killed, left-running, stopped, orphan-found, orphan-ended, finished.

EXIT STATUS
  It ends by itself when no process is left to wait for, or when a process has failed that is not to be
  started again (with --keep-going: when all are over). Its status is the first of these that applies:
  N        the status of the process that failed first and was not started again; 128 + S if it was ended by
           signal S; 126 if it could not be started; 124 if it was not ready in time. How a process ends that
           was told to end is no failure, nor is one for which a restart was due.
  1        a process that could not be ended is left running
  128 + S  signal S cut the stop short
  141      standard output was closed, or failed
  1        there was no room on the disk for the last of the output
  0        otherwise
  2        wrong options, a faulty Procfile or faulty settings: nothing was started
  1        the system refused something that is needed to begin)";

}  // namespace quiesce_tool
