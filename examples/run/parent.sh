setsid sh -c 'echo "grandchild $$ has left the family"; exec sleep 1000' &
wait
