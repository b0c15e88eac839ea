for tick in 1 2; do
  echo "tick $tick"
  sleep 0.1
done
echo "crashing" >&2
exit 3
