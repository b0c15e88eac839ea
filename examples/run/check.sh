#!/usr/bin/env bash
# check.sh PROGRAM [REPORT.html]
# Lets the quiesce program supervise a copy of this sample for some seconds, saves a watched file as an editor would,
# stops everything, and then checks that all happened that should have, and that nobody is left running. The report of
# the run is kept if a file is named for it.
set -euo pipefail

if [[ $# -lt 1 || $# -gt 2 || ! -x $1 ]]; then
  echo "usage: check.sh PROGRAM [REPORT.html]    (the quiesce program)" >&2
  exit 2
fi
program=$(realpath "$1")
sample=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
folder=$(mktemp -d)
log=$folder/events.jsonl
report=$(realpath -m "${2:-$folder/report.html}")
seconds_to_wait=30

# Whoever was started by this run carries the folder in his environment, and can be told from everybody else by that.
mark=QUIESCE_SAMPLE=$folder
carriers() { grep -lzxF -- "$mark" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3 || true; }

supervisor=
clean_up() {
  local pid
  if [[ -n $supervisor ]]; then kill -KILL "$supervisor" 2>/dev/null || true; fi
  for pid in $(carriers); do kill -KILL "$pid" 2>/dev/null || true; done
  rm -rf "$folder"
}
trap clean_up EXIT

missing() {
  echo "check.sh: $1 is missing; $2" >&2
  exit 1
}

# wait_for WHAT COMMAND...   Until the command succeeds.
wait_for() {
  local what=$1 end=$((SECONDS + seconds_to_wait))
  shift
  until "$@"; do
    # The second look: it may have happened, and the program have ended, since the first one.
    [[ -n $(jobs -rp) ]] || "$@" || missing "$what" "the program has ended"
    [[ $SECONDS -lt $end ]] || missing "$what" "waited for it for $seconds_to_wait s"
    read -rt 0.05 <>"$folder/nothing" || true
  done
}

# happened N PATTERN   The log holds N events or more that match.
happened() { [[ $(grep -cE -- "$2" "$log" 2>/dev/null || true) -ge $1 ]]; }

# serves GREETING   The web server answers with it.
serves() {
  local answer
  [[ -s port ]] || return 1
  { exec 3<>"/dev/tcp/127.0.0.1/$(<port)"; } 2>/dev/null || return 1
  printf 'GET / HTTP/1.0\r\n\r\n' >&3
  answer=$(tail -n 1 <&3)
  exec 3>&-
  [[ $answer == "$1" ]]
}

cp "$sample"/{Procfile,quiesce.toml,*.sh,*.py,greeting.txt} "$folder"
cd "$folder"
mkfifo nothing

echo "== quiesce run"
env "$mark" "$program" run --event-log "$log" --report "$report" &
supervisor=$!

wait_for "the web server's answer" serves hello
wait_for "the third restart of flaky" happened 3 '"event":"restarted","process":"flaky"'
wait_for "the start of ticker" happened 1 '"event":"started","process":"ticker"'
wait_for "the grandchild of parent" happened 1 '"event":"started","process":"parent"'

echo "== saving greeting.txt as an editor does: a new file, renamed over the old one"
echo "good evening" >greeting.new
mv greeting.new greeting.txt
wait_for "the restart of web" happened 1 '"event":"restarted","process":"web"'
wait_for "the new greeting" serves "good evening"

echo "== asking it to stop, by SIGTERM"
kill -TERM "$supervisor"
wait_for "the end of the program" happened 1 '"event":"finished"'
status=0
wait "$supervisor" || status=$?
supervisor=

python3 "$sample/summary.py" "$log" "$status" "$(carriers | tr '\n' ' ')" "$report"
if [[ $# -eq 2 ]]; then echo "== the report of this run: $report"; fi
