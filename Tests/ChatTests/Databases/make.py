#!/usr/bin/env python3
"""Makes a database of a release, with attachments in every state, by driving its programs over HTTP.

usage: make.py PROGRAMS OUTPUT.sqlite      (PROGRAMS: folder with snug-server and snug-media-worker; takes 6 minutes)

The server is stopped, killed and started again, with a worker that works or hangs, until there are attachments in
every state. The last server is killed while it renders. Each attachment is named after its final state.
"""

import atexit
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

PICTURES = pathlib.Path(__file__).resolve().parents[2] / "Fixtures" / "files"
STEP_SECONDS = 60
# Time before the first retry.
RETRY_SECONDS = 300


class Storage:
    """A storage folder, and a worker that waits before it starts while the file `blocked` is there."""

    def __init__(self, programs, folder):
        self.programs = programs
        self.path = folder / "storage"
        self.blocked = folder / "blocked"
        self.worker = folder / "worker"
        self.worker.write_text(
            f"#!/bin/sh\nwhile [ -e '{self.blocked}' ]; do sleep 0.05; done\n"
            f"exec '{programs / 'snug-media-worker'}' \"$@\"\n"
        )
        self.worker.chmod(0o700)

    def is_true(self, condition):
        database = sqlite3.connect(f"file:{self.path / 'snug.sqlite'}?mode=ro", uri=True, timeout=5)
        with contextlib.closing(database):
            return database.execute(f"SELECT 1 WHERE {condition}").fetchone() is not None

    def wait_until(self, condition):
        """Waits until this SQL expression is true."""
        end = time.monotonic() + STEP_SECONDS
        while not self.is_true(condition):
            if time.monotonic() > end:
                raise TimeoutError(condition)
            time.sleep(0.05)

    def wait_for(self, name, condition):
        """Waits until this SQL expression is true of an attachment."""
        self.wait_until(f"EXISTS (SELECT 1 FROM attachments WHERE filename = '{name}' AND {condition})")

    def wait_running(self, *names, crashes=0):
        """Waits until attachments are being rendered; `crashes` servers were killed at each of them before."""
        for name in names:
            self.wait_for(name, f"deaths = {crashes} AND attempts = {crashes + 1}")

    def original(self, attachment):
        return next((self.path / "media" / "originals").glob(f"**/{attachment['id']}"))


class Server:
    """One life of the server."""

    def __init__(self, storage, is_blocked=False):
        self.storage = storage
        storage.blocked.touch() if is_blocked else storage.blocked.unlink(missing_ok=True)
        environment = {
            "PATH": os.environ["PATH"], "SNUG_STORAGE": str(storage.path), "SNUG_PORT": "0",
            "SNUG_MEDIA_WORKER": str(storage.worker), "SNUG_RATE_SIGNUPS": "off", "SNUG_RATE_UPLOADS": "off",
        }
        self.process = subprocess.Popen(
            [storage.programs / "snug-server"], env=environment, stdout=subprocess.PIPE, text=True
        )
        atexit.register(self.process.kill)
        for line in self.process.stdout:
            if "listens on http://" in line:
                self.address = "http://" + line.split("listens on http://")[1].split()[0].rstrip("/")
                return
        raise RuntimeError("The server did not start.")

    def call(self, method, path, token=None, body=None, data=None, headers=None):
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        request = urllib.request.Request(self.address + "/api/v1" + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=STEP_SECONDS) as response:
                content = response.read()
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path} answered {error.code}: {error.read()}") from error
        return json.loads(content) if content else None

    def upload(self, token, name, picture, wait=0):
        """Uploads bytes, or a picture by its name; waits at most `wait` seconds until it is rendered."""
        headers = {
            "Content-Type": "application/octet-stream", "Prefer": f"wait={wait}",
            "Content-Disposition": "attachment; filename*=UTF-8''" + urllib.parse.quote(name, safe=""),
        }
        content = picture if isinstance(picture, bytes) else PICTURES.joinpath(picture).read_bytes()
        return self.call("POST", "/attachments", token, data=content, headers=headers)

    def begin_upload(self, token, name):
        """Sends half of a file, and leaves the connection open."""
        address = urllib.parse.urlparse(self.address)
        connection = socket.create_connection((address.hostname, address.port))
        connection.sendall(
            f"POST /api/v1/attachments HTTP/1.1\r\nHost: snug\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Disposition: attachment; filename={name}\r\nContent-Length: 2000\r\n\r\n".encode() + bytes(1000)
        )
        self.connection = connection

    def delete(self, token, attachment):
        self.call("DELETE", f"/attachments/{attachment['id']}", token)

    def stop(self):
        self.process.terminate()
        self.process.wait(STEP_SECONDS)

    def kill(self):
        workers = children(self.process.pid)
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(STEP_SECONDS)
        for worker in workers:
            try:
                os.kill(worker, signal.SIGKILL)
            except ProcessLookupError:
                pass


def children(process):
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(path.read_text().rsplit(")", 1)[1].split()[1]) == process:
                found.append(int(path.parent.name))
        except OSError:
            pass
    return found


def be_used(storage):
    """Brings attachments into every state and kills the last server."""
    server = Server(storage)
    people = {}
    for name in ["ada", "bob"]:
        account = {"username": name, "password": f"password of {name}", "display_name": name.title()}
        people[name] = server.call("POST", "/users", body=account)["token"]
    ada, bob = people["ada"], people["bob"]
    room = server.call("POST", "/rooms", ada, {"kind": "private", "name": "Room"})["id"]

    # What ends in an ordinary life of the server.
    face = server.upload(ada, "finished-avatar.jpg", "textured.jpg", wait=20)
    server.call("PATCH", "/users/me", ada, {"avatar_attachment_id": face["id"]})
    sent = [
        server.upload(ada, "finished.webp", "moving.webp", wait=20),
        server.upload(ada, "finished-damaged.jpg", "no-end-marker.jpg", wait=20),
        server.upload(ada, "file.txt", "text.jpg"),
        server.upload(ada, "over-limit.png", "huge.png"),
    ]
    server.call("POST", f"/rooms/{room}/messages", ada, {"attachment_ids": [one["id"] for one in sent]})
    server.upload(bob, "failed-at-upload.jpg", "signature-only.jpg")
    # Cut off before half of its rows, which only the worker notices.
    cut = PICTURES.joinpath("textured.jpg").read_bytes()[:2500]
    server.upload(ada, "failed.jpg", cut, wait=20)
    server.upload(bob, "failed-copy.jpg", cut)
    server.delete(bob, server.upload(bob, "failed-deleted.jpg", cut[:2400], wait=20))
    server.delete(ada, server.upload(ada, "finished-deleted.png", "plain.png", wait=20))
    server.delete(ada, server.upload(ada, "file-deleted.txt", "text.jpg"))
    server.begin_upload(bob, "receiving-stale.jpg")
    storage.wait_until("EXISTS (SELECT 1 FROM attachments WHERE state = 'receiving')")
    server.kill()

    # One picture that is being rendered when two servers are killed; another one is deleted while it is rendered.
    server = Server(storage, is_blocked=True)
    server.upload(ada, "quarantined.jpg", "grey.jpg")
    deleted = server.upload(bob, "running-deleted.jpg", "orientation-2.jpg")
    storage.wait_running("quarantined.jpg", "running-deleted.jpg")
    server.delete(bob, deleted)
    server.kill()
    server = Server(storage, is_blocked=True)
    storage.wait_running("quarantined.jpg", crashes=1)
    server.kill()
    server = Server(storage, is_blocked=True)
    storage.wait_for("quarantined.jpg", "failure_code = 'quarantined'")
    server.upload(bob, "quarantined-copy.jpg", "grey.jpg")

    # Two pictures at which a server is killed. The next server renders the first, and the second fails.
    server.upload(ada, "finished-crashed.png", "one-bit.png")
    crashed = server.upload(bob, "waiting-crashed.jpg", cut[:2450])
    storage.wait_running("finished-crashed.png", "waiting-crashed.jpg")
    server.kill()
    server = Server(storage)
    storage.wait_until("(SELECT count(*) FROM attachments WHERE filename LIKE '%-crashed.%' AND state <> 'processing') = 2")
    server.stop()

    # Three pictures whose originals are missing.
    server = Server(storage, is_blocked=True)
    names = ["retry-later.jpg", "retry-running.jpg", "retry-deleted.jpg"]
    lost = [server.upload(ada, name, f"orientation-{number}.jpg") for number, name in enumerate(names, 3)]
    server.stop()
    away = {one["id"]: (storage.original(one), storage.path.with_name(one["id"])) for one in lost}
    for place, elsewhere in away.values():
        shutil.move(place, elsewhere)
    server = Server(storage)
    storage.wait_until("(SELECT count(*) FROM attachments WHERE retry_at IS NOT NULL) = 3")
    due = time.time() + RETRY_SECONDS
    server.delete(ada, lost[2])
    server.stop()
    place, elsewhere = away[lost[1]["id"]]
    shutil.move(elsewhere, place)

    # The last server starts when the retries are due. Its worker hangs.
    time.sleep(max(0, due + 2 - time.time()))
    server = Server(storage, is_blocked=True)
    storage.wait_running("retry-running.jpg")
    storage.wait_for("retry-later.jpg", "retries = 2")
    server.upload(bob, "running.jpg", "orientation-1.jpg")
    storage.wait_running("running.jpg")
    server.call("POST", f"/attachments/{crashed['id']}/retry", bob)
    waiting = [
        server.upload(ada, "waiting-ada-1.jpg", "photograph.jpg"),
        server.upload(ada, "waiting-ada-2.jpg", "photograph-progressive.jpg"),
        server.upload(ada, "waiting-ada-3.png", "photograph.png"),
    ]
    server.upload(bob, "waiting-bob-large.png", "stitched-1080x18000.png")
    server.upload(bob, "waiting-bob-small.gif", "still.gif")
    server.call("POST", f"/rooms/{room}/messages", ada, {"attachment_ids": [waiting[1]["id"]]})
    server.delete(bob, server.upload(bob, "waiting-deleted.png", "interlaced.png"))
    server.begin_upload(bob, "receiving.jpg")
    storage.wait_until("(SELECT count(*) FROM attachments WHERE state = 'receiving') = 2")
    server.kill()


def main():
    programs, output = map(pathlib.Path, sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        storage = Storage(programs.resolve(), pathlib.Path(folder))
        be_used(storage)
        # Moves the log into the file, so that one file is the whole database.
        database = sqlite3.connect(storage.path / "snug.sqlite")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        shutil.copy(storage.path / "snug.sqlite", output)


main()
