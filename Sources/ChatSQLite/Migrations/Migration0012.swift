import GRDB

/// Moves renderings to a table of their own. An attachment keeps its upload and what clients see of its file.
enum Migration0012 {
    static func apply(_ db: Database) throws {
        for statement in [renderings, oldRenderings, rebuiltAttachments, attachmentIndexes, storedBytes, cancelling] {
            try db.execute(sql: statement)
        }
    }

    /// `owner_id` and `sha256` duplicate the attachment's, which never change, so that the queue and the failures of
    /// the same content need only one index each. `next_attempt_at` is kept while the retry runs.
    private static let renderings = """
        CREATE TABLE renderings (
            attachment_id BLOB PRIMARY KEY REFERENCES attachments (id) ON DELETE CASCADE,
            owner_id BLOB NOT NULL,
            sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
            state TEXT NOT NULL
                CHECK (state IN ('waiting', 'running', 'scheduled', 'finished', 'failed', 'cancelled')),
            cost INTEGER NOT NULL CHECK (cost >= 0),
            queue_priority INTEGER NOT NULL,
            retry_count INTEGER NOT NULL DEFAULT 0 CHECK (retry_count >= 0),
            crash_count INTEGER NOT NULL DEFAULT 0 CHECK (crash_count >= 0),
            next_attempt_at INTEGER CHECK (next_attempt_at IS NULL OR state IN ('running', 'scheduled')),
            failure_code TEXT CHECK (failure_code IS NULL OR state NOT IN ('waiting', 'finished')),
            failure_detail TEXT,
            content_failed_at INTEGER CHECK (content_failed_at IS NULL OR state = 'failed'),
            CHECK (failure_code IS NOT NULL OR state NOT IN ('scheduled', 'failed')),
            CHECK (next_attempt_at IS NOT NULL OR state <> 'scheduled'),
            CHECK ((next_attempt_at IS NULL) = (failure_code IS NULL) OR state <> 'running')
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX renderings_waiting ON renderings (crash_count, queue_priority) WHERE state = 'waiting';
        CREATE INDEX renderings_queued ON renderings (owner_id, cost)
            WHERE state IN ('waiting', 'running') AND next_attempt_at IS NULL;
        CREATE INDEX renderings_running ON renderings (crash_count) WHERE state = 'running';
        CREATE INDEX renderings_retries ON renderings (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
        CREATE INDEX renderings_crashed ON renderings (sha256) WHERE crash_count > 0;
        CREATE INDEX renderings_known_failures ON renderings (sha256, content_failed_at)
            WHERE content_failed_at IS NOT NULL;
        """

    /// A running rendering has one more attempt than deaths.
    private static let oldRenderings = """
        INSERT INTO renderings (attachment_id, owner_id, sha256, state, cost, queue_priority, retry_count, crash_count,
            next_attempt_at, failure_code, failure_detail, content_failed_at)
        SELECT id, owner_id, sha256,
            CASE
                WHEN state = 'ready' THEN 'finished'
                WHEN state = 'failed' AND retry_at IS NULL THEN 'failed'
                WHEN deleted_at IS NOT NULL THEN 'cancelled'
                WHEN attempts > deaths THEN 'running'
                WHEN state = 'failed' THEN 'scheduled'
                ELSE 'waiting'
            END,
            render_cost, turn_at, retries, deaths, CASE WHEN deleted_at IS NULL THEN retry_at END,
            failure_code, failure_detail, rejected_at
        FROM attachments WHERE state IN ('processing', 'failed') OR (state = 'ready' AND kind = 'image');
        """

    /// Rebuilt (https://www.sqlite.org/lang_altertable.html#otheralter), because the check of `state` changes. Dropping
    /// the nine columns one by one would take as long, since each of them rewrites the table.
    private static let rebuiltAttachments = """
        CREATE TABLE rebuilt_attachments (
            id BLOB PRIMARY KEY CHECK (length(id) = 16),
            owner_id BLOB NOT NULL REFERENCES users (id),
            state TEXT NOT NULL CHECK (state IN ('receiving', 'received')),
            kind TEXT NOT NULL DEFAULT 'file' CHECK (kind IN ('image', 'file')),
            filename TEXT NOT NULL DEFAULT '',
            media_type TEXT NOT NULL DEFAULT '',
            byte_count INTEGER NOT NULL DEFAULT 0,
            sha256 BLOB CHECK (state = 'receiving' OR length(sha256) = 32),
            width INTEGER,
            height INTEGER,
            is_animated INTEGER NOT NULL DEFAULT 0,
            has_hdr INTEGER NOT NULL DEFAULT 0 CHECK (has_hdr IN (0, 1)),
            removed_metadata TEXT NOT NULL DEFAULT '',
            is_damaged INTEGER NOT NULL DEFAULT 0 CHECK (is_damaged IN (0, 1)),
            placeholder BLOB CHECK (length(placeholder) BETWEEN 5 AND 64),
            animation_width INTEGER CHECK (animation_width > 0),
            animation_height INTEGER CHECK (animation_height > 0),
            animation_byte_count INTEGER CHECK (
                animation_byte_count > 0
                AND (animation_width IS NULL) = (animation_byte_count IS NULL)
                AND (animation_height IS NULL) = (animation_byte_count IS NULL)),
            created_at INTEGER NOT NULL,
            attached_at INTEGER,
            deleted_at INTEGER,
            room_id BLOB,
            message_id BLOB,
            ordinal INTEGER
        ) STRICT, WITHOUT ROWID;

        INSERT INTO rebuilt_attachments (id, owner_id, state, kind, filename, media_type, byte_count, sha256, width, height,
            is_animated, has_hdr, removed_metadata, is_damaged, placeholder, animation_width, animation_height,
            animation_byte_count, created_at, attached_at, deleted_at, room_id, message_id, ordinal)
        SELECT id, owner_id, CASE state WHEN 'receiving' THEN 'receiving' ELSE 'received' END, kind, filename, media_type,
            byte_count, sha256, width, height, is_animated, has_hdr, removed_metadata, is_damaged, placeholder,
            animation_width, animation_height, animation_byte_count, created_at, attached_at, deleted_at, room_id,
            message_id, ordinal
        FROM attachments;

        DROP TABLE attachments;
        ALTER TABLE rebuilt_attachments RENAME TO attachments;
        """

    /// The previous indexes, except those of the queue and the failures.
    private static let attachmentIndexes = """
        CREATE INDEX attachments_by_message ON attachments (message_id, ordinal) WHERE message_id IS NOT NULL;
        CREATE INDEX attachments_by_room ON attachments (room_id) WHERE room_id IS NOT NULL;
        CREATE INDEX attachments_receiving ON attachments (created_at)
            WHERE state = 'receiving' AND deleted_at IS NULL;
        CREATE INDEX attachments_unattached ON attachments (created_at)
            WHERE attached_at IS NULL AND deleted_at IS NULL;
        CREATE INDEX attachments_deleted ON attachments (deleted_at) WHERE deleted_at IS NOT NULL;
        """

    /// The previous triggers, which were dropped with the old table.
    private static let storedBytes = """
        CREATE TRIGGER stored_bytes_added AFTER UPDATE OF state, deleted_at ON attachments
        WHEN NEW.state <> 'receiving' AND NEW.deleted_at IS NULL
            AND (OLD.state = 'receiving' OR OLD.deleted_at IS NOT NULL)
        BEGIN
            INSERT INTO stored_bytes (user_id, byte_count) VALUES (NEW.owner_id, NEW.byte_count)
            ON CONFLICT (user_id) DO UPDATE SET byte_count = byte_count + excluded.byte_count;
        END;

        CREATE TRIGGER stored_bytes_released AFTER UPDATE OF state, deleted_at ON attachments
        WHEN OLD.state <> 'receiving' AND OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL
        BEGIN
            UPDATE stored_bytes SET byte_count = byte_count - OLD.byte_count WHERE user_id = OLD.owner_id;
        END;

        CREATE TRIGGER stored_bytes_removed AFTER DELETE ON attachments
        WHEN OLD.state <> 'receiving' AND OLD.deleted_at IS NULL
        BEGIN
            UPDATE stored_bytes SET byte_count = byte_count - OLD.byte_count WHERE user_id = OLD.owner_id;
        END;
        """

    /// A trigger, because an attachment can be deleted in five ways, none of which may leave it in the queue.
    private static let cancelling = """
        CREATE TRIGGER renderings_cancelled AFTER UPDATE OF deleted_at ON attachments
        WHEN OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL
        BEGIN
            UPDATE renderings SET state = 'cancelled', next_attempt_at = NULL
            WHERE attachment_id = NEW.id AND state IN ('waiting', 'running', 'scheduled');
        END;
        """
}
