#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An HTTP server on port 8000 that begins to answer, and then sleeps: what nginx waits for."""
import http.server
import os
import threading
import time


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(f"{os.environ['LAB_DIR']}/waits.txt", "a") as to:
            to.write(f"idle actor=HT tid={threading.get_native_id()} serves=GET\n")
        time.sleep(1000000)


http.server.HTTPServer(("127.0.0.1", 8000), Handler).serve_forever()
