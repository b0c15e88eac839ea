trap '' TERM
echo "I take no orders"
while :; do sleep 1; done
