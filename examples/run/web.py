"""Serves one greeting, on a port that the system chooses, and leaves the number of the port in the file `port`. Then it says
that it is ready."""

import http.server
import os
import socket

with open("greeting.txt", "rb") as file:
    GREETING = file.read()


class Greeter(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(GREETING)))
        self.end_headers()
        self.wfile.write(GREETING)


server = http.server.HTTPServer(("127.0.0.1", 0), Greeter)
with open("port.new", "w") as file:
    file.write(str(server.server_port))
os.rename("port.new", "port")
if "NOTIFY_SOCKET" in os.environ:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.connect(os.environ["NOTIFY_SOCKET"].replace("@", "\0", 1))
        supervisor.send(b"READY=1")
print(f"serving {GREETING.decode().strip()!r} on http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
