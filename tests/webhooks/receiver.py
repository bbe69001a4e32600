"""A receiver that verifies with PyPI's standardwebhooks. Usage: receiver.py PORT; the secret stands in SECRET."""

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            event = Webhook(os.environ["SECRET"]).verify(body, {k.lower(): v for k, v in self.headers.items()})
        except Exception as error:
            print("refused", type(error).__name__, flush=True)
            self.send_response(400)
        else:
            print("verified", event["id"], event["type"], flush=True)
            self.send_response(204)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
