"""A package index and web server of a few files, on a socket of this machine."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def serving(files, *, html=False, cut_after=None, wait=None):
    """The base address of a server that has ``files`` (name to bytes) under ``/files/``, and an index of them under
    ``/simple/``; with ``cut_after`` it hangs up after so many bytes of a file, with ``wait`` it pauses there until
    the event is set. Beside it the list of paths that were asked for.
    """
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            if self.path.startswith("/simple/"):
                links = [f"../../files/{name}" for name in files]
                if html or "json" not in self.headers.get("accept", ""):
                    page = "".join(f'<a href="{link}">{link}</a>' for link in links)
                    self.answer("text/html", page.encode())
                else:
                    listed = [
                        {"filename": link.rpartition("/")[2], "url": link, "hashes": {}} for link in links
                    ]
                    page = {"meta": {"api-version": "1.0"}, "name": "x", "files": listed}
                    self.answer("application/vnd.pypi.simple.v1+json", json.dumps(page).encode())
                return
            body = files.get(self.path.rpartition("/")[2])
            if body is None:
                self.send_error(404)
                return
            self.answer("application/octet-stream", body, cut_after)

        def answer(self, kind, body, cut=None):
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:cut])
            self.wfile.flush()
            if cut is not None and wait is not None:
                wait.wait(30)
                self.wfile.write(body[cut:])

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
