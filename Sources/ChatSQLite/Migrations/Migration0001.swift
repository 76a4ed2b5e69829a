import GRDB

/// People, rooms, messages, attachments and the event log.
enum Migration0001 {
    static func apply(_ db: Database) throws {
        for statement in [meta, people, rooms, messages, attachments, events] {
            try db.execute(sql: statement)
        }
    }

    private static let meta = """
        CREATE TABLE meta (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            epoch TEXT NOT NULL CHECK (length(epoch) >= 8)
        ) STRICT;
        INSERT INTO meta (id, epoch) VALUES (1, lower(hex(randomblob(8))));
        """

    private static let people = """
        CREATE TABLE users (
            id BLOB PRIMARY KEY CHECK (length(id) = 16),
            username TEXT NOT NULL UNIQUE,
            display_name TEXT NOT NULL,
            password_hash TEXT NOT NULL,
            is_admin INTEGER NOT NULL DEFAULT 0 CHECK (is_admin IN (0, 1)),
            avatar_id BLOB REFERENCES attachments (id) ON DELETE SET NULL,
            created_at INTEGER NOT NULL,
            last_seen_at INTEGER
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX users_by_avatar ON users (avatar_id) WHERE avatar_id IS NOT NULL;

        CREATE TABLE sessions (
            id BLOB PRIMARY KEY CHECK (length(id) = 16),
            user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
            created_at INTEGER NOT NULL,
            last_used_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX sessions_by_user ON sessions (user_id, last_used_at);

        CREATE TABLE renames (
            user_id BLOB PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
            requested_at INTEGER NOT NULL,
            done_up_to INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX renames_by_time ON renames (requested_at);
        """

    private static let rooms = """
        CREATE TABLE rooms (
            id BLOB PRIMARY KEY CHECK (length(id) = 16),
            kind TEXT NOT NULL CHECK (kind IN ('public', 'private', 'direct')),
            name TEXT CHECK ((name IS NULL) = (kind = 'direct')),
            topic TEXT,
            direct_key BLOB UNIQUE CHECK ((direct_key IS NULL) = (kind <> 'direct')),
            last_seq INTEGER NOT NULL DEFAULT 0,
            member_count INTEGER NOT NULL DEFAULT 0 CHECK (member_count >= 0),
            created_at INTEGER NOT NULL,
            last_activity_at INTEGER NOT NULL,
            deleted_at INTEGER
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX rooms_public ON rooms (name COLLATE NOCASE) WHERE kind = 'public' AND deleted_at IS NULL;
        CREATE INDEX rooms_deleted ON rooms (deleted_at) WHERE deleted_at IS NOT NULL;

        CREATE TABLE members (
            room_id BLOB NOT NULL REFERENCES rooms (id),
            user_id BLOB NOT NULL REFERENCES users (id),
            role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
            joined_at INTEGER NOT NULL,
            delivered_seq INTEGER NOT NULL DEFAULT 0,
            read_seq INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (room_id, user_id)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX members_by_user ON members (user_id, room_id);
        """

    private static let messages = """
        CREATE TABLE messages (
            position INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
            room_id BLOB NOT NULL REFERENCES rooms (id),
            seq INTEGER NOT NULL,
            sender_id BLOB NOT NULL REFERENCES users (id),
            sender_name TEXT NOT NULL,
            sender_avatar_id BLOB,
            sender_avatar_format TEXT CHECK (sender_avatar_format IN ('jpg', 'webp')),
            body TEXT NOT NULL,
            attachment_count INTEGER NOT NULL DEFAULT 0,
            reply_to BLOB,
            client_message_id BLOB,
            created_at INTEGER NOT NULL,
            edited_at INTEGER,
            deleted_at INTEGER,
            UNIQUE (room_id, seq)
        ) STRICT;

        CREATE UNIQUE INDEX messages_by_client_id ON messages (sender_id, client_message_id)
            WHERE client_message_id IS NOT NULL;
        """

    private static let attachments = """
        CREATE TABLE attachments (
            id BLOB PRIMARY KEY CHECK (length(id) = 16),
            owner_id BLOB NOT NULL REFERENCES users (id),
            state TEXT NOT NULL CHECK (state IN ('receiving', 'processing', 'ready', 'failed')),
            kind TEXT NOT NULL DEFAULT 'file' CHECK (kind IN ('image', 'file')),
            filename TEXT NOT NULL DEFAULT '',
            media_type TEXT NOT NULL DEFAULT '',
            byte_count INTEGER NOT NULL DEFAULT 0,
            sha256 BLOB CHECK (state = 'receiving' OR length(sha256) = 32),
            width INTEGER,
            height INTEGER,
            is_animated INTEGER NOT NULL DEFAULT 0,
            failure_code TEXT CHECK ((failure_code IS NOT NULL) = (state = 'failed')),
            failure_detail TEXT,
            attempts INTEGER NOT NULL DEFAULT 0,
            created_at INTEGER NOT NULL,
            attached_at INTEGER,
            deleted_at INTEGER,
            room_id BLOB,
            message_id BLOB,
            ordinal INTEGER
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX attachments_queue ON attachments (attempts, created_at)
            WHERE state = 'processing' AND deleted_at IS NULL;
        CREATE INDEX attachments_by_message ON attachments (message_id, ordinal) WHERE message_id IS NOT NULL;
        CREATE INDEX attachments_by_room ON attachments (room_id) WHERE room_id IS NOT NULL;
        CREATE INDEX attachments_receiving ON attachments (created_at)
            WHERE state = 'receiving' AND deleted_at IS NULL;
        CREATE INDEX attachments_unattached ON attachments (created_at)
            WHERE attached_at IS NULL AND deleted_at IS NULL;
        CREATE INDEX attachments_deleted ON attachments (deleted_at) WHERE deleted_at IS NOT NULL;

        CREATE TABLE variants (
            attachment_id BLOB NOT NULL REFERENCES attachments (id) ON DELETE CASCADE,
            size INTEGER NOT NULL CHECK (size IN (150, 800, 1920)),
            file_size INTEGER NOT NULL CHECK (file_size IN (150, 800, 1920) AND file_size <= size),
            width INTEGER NOT NULL CHECK (width > 0),
            height INTEGER NOT NULL CHECK (height > 0),
            format TEXT NOT NULL CHECK (format IN ('jpg', 'webp')),
            byte_count INTEGER NOT NULL CHECK (byte_count > 0),
            PRIMARY KEY (attachment_id, size)
        ) STRICT, WITHOUT ROWID;
        """

    private static let events = """
        CREATE TABLE events (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            room_id BLOB NOT NULL,
            seq INTEGER NOT NULL,
            kind TEXT NOT NULL,
            payload TEXT NOT NULL,
            at INTEGER NOT NULL,
            UNIQUE (room_id, seq)
        ) STRICT;
        """
}
