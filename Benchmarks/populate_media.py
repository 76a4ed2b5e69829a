#!/usr/bin/env python3
"""Fills a Snug storage with attachments and their files, for measuring the janitor.

The storage must have been created by the server, which must not be running. Each attachment has an original and, if it is
a picture, a thumbnail; the files have a few bytes, because the janitor never reads them. The expired sessions and
idempotency keys belong to one person, who cannot sign in.
"""
import argparse
import hashlib
import os
import sqlite3
import time

DAY = 24 * 3600 * 1000
CONTENT = b"0123456789abcdef"
HASH = hashlib.sha256(CONTENT).digest()


def random_id():
    """A UUID of version 4 (RFC 9562 section 5.4)."""
    raw = bytearray(os.urandom(16))
    raw[6] = 0x40 | raw[6] & 0x0F
    raw[8] = 0x80 | raw[8] & 0x3F
    return bytes(raw)


def text(raw):
    digits = raw.hex()
    return "-".join([digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]])


def write(storage, area, raw, suffix, modified_at):
    path = os.path.join(storage, "media", area, f"{raw[15]:02x}", text(raw) + suffix)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    os.write(descriptor, CONTENT)
    os.close(descriptor)
    os.utime(path, (modified_at, modified_at))


def add_person(db, now):
    raw = random_id()
    db.execute(
        "INSERT INTO users (id, username, display_name, password_hash, created_at) VALUES (?, ?, 'Bench', '-', ?)",
        (raw, f"bench-{raw.hex()[:8]}", now),
    )
    db.execute("INSERT INTO stored_bytes (user_id, byte_count) VALUES (?, ?)", (raw, 1 << 40))
    return raw


def add_attachment(db, storage, owner, now, is_picture, is_deleted):
    raw, created_at = random_id(), now - 30 * DAY
    db.execute(
        "INSERT INTO attachments (id, owner_id, state, kind, filename, media_type, byte_count, sha256, created_at,"
        " attached_at, deleted_at, room_id, message_id, ordinal)"
        " VALUES (?, ?, 'received', ?, 'bench', 'image/jpeg', ?, ?, ?, ?, ?, ?, ?, 0)",
        (
            raw, owner, "image" if is_picture else "file", len(CONTENT), HASH, created_at, created_at,
            now - DAY if is_deleted else None, random_id(), random_id(),
        ),
    )
    write(storage, "originals", raw, "", created_at / 1000)
    if not is_picture:
        return
    db.execute(
        "INSERT INTO renderings (attachment_id, owner_id, sha256, state, cost, queue_priority)"
        " VALUES (?, ?, ?, 'finished', 0, 0)",
        (raw, owner, HASH),
    )
    db.execute(
        "INSERT INTO variants (attachment_id, size, file_size, width, height, format, byte_count)"
        " VALUES (?, 150, 150, 150, 100, 'jpg', ?)",
        (raw, len(CONTENT)),
    )
    write(storage, "variants", raw, ".150.jpg", created_at / 1000)


def add_leftovers(db, storage, owner, now, wanted):
    """Files without a row, expired sessions, and old idempotency keys."""
    for _ in range(wanted.strays):
        write(storage, "originals", random_id(), "", (now - 30 * DAY) / 1000)
    for _ in range(wanted.sessions):
        db.execute(
            "INSERT INTO sessions (id, user_id, token_hash, created_at, last_used_at, expires_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (random_id(), owner, os.urandom(32), now - 60 * DAY, now - 60 * DAY, now - 30 * DAY),
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("storage")
    parser.add_argument("--attachments", type=int, default=0)
    parser.add_argument("--pictures", type=float, default=1.0, help="share of the attachments that have a thumbnail")
    parser.add_argument("--deleted", type=float, default=0.0, help="share of the attachments that are deleted")
    parser.add_argument("--strays", type=int, default=0, help="files without a row")
    parser.add_argument("--sessions", type=int, default=0, help="expired sessions")
    wanted = parser.parse_args()
    now = int(time.time() * 1000)
    db = sqlite3.connect(os.path.join(wanted.storage, "snug.sqlite"), isolation_level=None)
    db.execute("BEGIN")
    owner = add_person(db, now)
    for number in range(wanted.attachments):
        # Spread evenly over the whole.
        is_picture, is_deleted = (
            int((number + 1) * share) > int(number * share) for share in (wanted.pictures, wanted.deleted)
        )
        add_attachment(db, wanted.storage, owner, now, is_picture, is_deleted)
    add_leftovers(db, wanted.storage, owner, now, wanted)
    db.execute("COMMIT")
    db.close()


main()
