#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 wick contributors
# SPDX-License-Identifier: MIT
"""Prints the requests behind two pictures of the gallery: their time, response and service time.

  docs/gallery/stalls.py > stalls.log
  wick-latency stalls.log --time 1 --column 2 --unit s --window 1 --heat-map heat.svg
  awk '{ print $2 }' stalls.log > 'response time'; awk '{ print $3 }' stalls.log > 'service time'
  wick-latency --unit s --plot omission.svg 'response time' 'service time'

An HTTP server on the loopback interface holds a lock for 600 ms every 20 seconds. Six clients call it on
a schedule of 25 requests a second each. What a request waited because the one before it was late counts
as response time, not as service time.
"""
import http.client
import http.server
import random
import socket
import threading
import time

SECONDS, CLIENTS, INTERVAL = 120, 6, 0.04
lock = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 4096  # one segment a reply

    def do_GET(self):
        with lock:
            pass
        sum(i * i for i in range(random.choice((2000, 2000, 2000, 6000))))
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"x" * 100)

    def log_message(self, *_):
        pass


def stall(end):
    while time.time() < end:
        time.sleep(20)
        with lock:
            time.sleep(0.6)


def call(port, first, end, rows):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    due = first
    while due < end:
        time.sleep(max(0, due - time.time()))
        sent = time.time()
        connection.request("GET", "/")
        connection.getresponse().read()
        done = time.time()
        rows.append((due, done - due, done - sent))
        due += INTERVAL


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    begin = time.time()
    end = begin + SECONDS
    threading.Thread(target=stall, args=(end,), daemon=True).start()
    rows = []
    clients = [threading.Thread(target=call, args=(server.server_port, begin + i * INTERVAL / CLIENTS,
                                                   end, rows)) for i in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    for row in sorted(rows):
        print("%.6f %.9f %.9f" % row)


if __name__ == "__main__":
    main()
