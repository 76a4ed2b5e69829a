#!/usr/bin/env python3
"""Measures how long the first start of this version takes on a database of an earlier one, by what the database holds.

usage: Benchmarks/migrations.py [PROGRAMS] [--rows 1000000]

Tests/ChatTests/Databases/0011.sqlite is filled with that many rows of one table, opened by snug-server of PROGRAMS
(default .build/release), and compared with the start on the same file afterwards, which has nothing left to migrate.
"""

import argparse
import os
import pathlib
import re
import resource
import shutil
import sqlite3
import subprocess
import tempfile
import time

OLD = pathlib.Path("Tests/ChatTests/Databases/0011.sqlite")


def columns(db, table):
    return [row[1] for row in db.execute(f"PRAGMA table_info({table})")]


def multiply(db, table, template, count, changes):
    """Copies one row `count` times with other values in some columns."""
    names = columns(db, table)
    chosen = ", ".join(changes.get(name, name) for name in names)
    db.execute(
        f"WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})"
        f" INSERT INTO {table} ({', '.join(names)})"
        f" SELECT {chosen} FROM numbers, (SELECT * FROM {table} WHERE {template} LIMIT 1)"
    )


def add_messages(db, count):
    if not db.execute("SELECT 1 FROM messages LIMIT 1").fetchone():
        user, room = (db.execute(f"SELECT id FROM {table} LIMIT 1").fetchone()[0] for table in ("users", "rooms"))
        db.execute(
            "INSERT INTO messages (id, room_id, seq, sender_id, sender_name, body, created_at)"
            " VALUES (randomblob(16), ?, 999, ?, 'ann', 'The kettle is on; come and sit down by the window.', 1)",
            (room, user),
        )
    changes = {"position": "NULL", "id": "randomblob(16)", "seq": "1000 + n", "client_message_id": "NULL"}
    multiply(db, "messages", "1", count, changes)
    db.execute("UPDATE rooms SET last_seq = ?", (2000 + count,))


def add_pictures(db, count):
    changes = {"id": "randomblob(16)", "sha256": "randomblob(32)", "message_id": "NULL", "room_id": "NULL"}
    multiply(db, "attachments", "state = 'ready' AND kind = 'image' AND deleted_at IS NULL", count, changes)


def add_memberships(db, count):
    user, room = (db.execute(f"SELECT id FROM {table} LIMIT 1").fetchone()[0] for table in ("users", "rooms"))
    db.execute(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)"
        " INSERT INTO past_memberships (user_id, room_id, joined_seq, left_seq, left_position)"
        " SELECT ?, ?, n, n + 1, n FROM numbers",
        (count, user, room),
    )


def seconds_to_start(programs, storage):
    """Until it listens, and of processor time, which other work on the machine affects less."""
    environment = {"PATH": os.environ["PATH"], "SNUG_STORAGE": str(storage), "SNUG_PORT": "0"}
    started, used = time.monotonic(), processor_time()
    with subprocess.Popen(
        [f"{programs}/snug-server"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        for line in server.stdout:
            if " listens on " in line:
                seconds = time.monotonic() - started
                server.terminate()
                server.communicate()
                return seconds, processor_time() - used
            if re.match("Error", line):
                raise SystemExit(line)
    raise SystemExit("the server did not start")


def processor_time():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("programs", nargs="?", default=".build/release")
    parser.add_argument("--rows", type=int, default=1_000_000)
    wanted = parser.parse_args()
    things = {"messages": add_messages, "pictures": add_pictures, "past memberships": add_memberships}
    for name, add in things.items():
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
            storage = pathlib.Path(folder, "storage")
            (storage / "media").mkdir(parents=True)
            (storage / "media/.snug-media").touch()
            path = storage / "snug.sqlite"
            shutil.copy(OLD, path)
            db = sqlite3.connect(path, isolation_level=None)
            db.execute("BEGIN")
            add(db, wanted.rows)
            db.execute("COMMIT")
            db.close()
            before = path.stat().st_size
            first = seconds_to_start(wanted.programs, storage)
            after = path.stat().st_size
            again = seconds_to_start(wanted.programs, storage)
            print(
                f"{wanted.rows:,} {name}: {first[0] - again[0]:.1f} s to migrate, {first[1] - again[1]:.1f} s of it"
                f" processor time; {again[0]:.1f} s to start; {before / 1e6:.0f} MB before, {after / 1e6:.0f} MB after",
                flush=True,
            )


main()
