trap 'echo "goodbye after $ticks ticks"; exit 0' TERM
ticks=0
while :; do
  ticks=$((ticks + 1))
  echo "tick $ticks"
  sleep 0.5
done
