import GRDB

/// What clients see of a picture besides its variants, retries of failed pictures, an order of rendering that is fair
/// to everybody who uploads, and the total size of each person's uploads.
enum Migration0004 {
    static func apply(_ db: Database) throws {
        for statement in [faces, failures, turns, uploadedBytes, storedBytes] {
            try db.execute(sql: statement)
        }
    }

    private static let faces = """
        ALTER TABLE attachments ADD COLUMN removed_metadata TEXT NOT NULL DEFAULT '';
        ALTER TABLE attachments ADD COLUMN placeholder BLOB CHECK (length(placeholder) BETWEEN 5 AND 64);
        ALTER TABLE attachments ADD COLUMN animation_width INTEGER CHECK (animation_width > 0);
        ALTER TABLE attachments ADD COLUMN animation_height INTEGER CHECK (animation_height > 0);
        ALTER TABLE attachments ADD COLUMN animation_byte_count INTEGER CHECK (
            animation_byte_count > 0
            AND (animation_width IS NULL) = (animation_byte_count IS NULL)
            AND (animation_height IS NULL) = (animation_byte_count IS NULL));
        """

    /// `attempts` equals `deaths`, plus one while an attempt runs.
    private static let failures = """
        UPDATE attachments SET attempts = 0 WHERE attempts > 0;

        ALTER TABLE attachments ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0 CHECK (deaths BETWEEN 0 AND attempts);
        ALTER TABLE attachments ADD COLUMN retries INTEGER NOT NULL DEFAULT 0 CHECK (retries >= 0);
        ALTER TABLE attachments ADD COLUMN retry_at INTEGER CHECK (retry_at IS NULL OR state = 'failed');
        ALTER TABLE attachments ADD COLUMN rejected_at INTEGER CHECK (rejected_at IS NULL OR state = 'failed');

        CREATE INDEX attachments_begun ON attachments (attempts) WHERE attempts > deaths;
        CREATE INDEX attachments_retries ON attachments (retry_at) WHERE retry_at IS NOT NULL AND deleted_at IS NULL;
        CREATE INDEX attachments_deadly ON attachments (sha256) WHERE deaths > 0;
        CREATE INDEX attachments_rejected ON attachments (sha256, rejected_at) WHERE rejected_at IS NOT NULL;
        """

    private static let turns = """
        ALTER TABLE attachments ADD COLUMN render_cost INTEGER NOT NULL DEFAULT 0 CHECK (render_cost >= 0);
        ALTER TABLE attachments ADD COLUMN turn_at INTEGER NOT NULL DEFAULT 0;

        UPDATE attachments SET turn_at = created_at WHERE state = 'processing';

        DROP INDEX attachments_queue;
        CREATE INDEX attachments_queue ON attachments (attempts, turn_at)
            WHERE state = 'processing' AND deleted_at IS NULL;
        CREATE INDEX attachments_waiting ON attachments (owner_id, render_cost)
            WHERE state = 'processing' AND deleted_at IS NULL;
        """

    /// What each person has uploaded, in spans of ten minutes: a sum over a day reads at most 145 rows, and does not
    /// shrink when an upload is deleted.
    private static let uploadedBytes = """
        CREATE TABLE uploaded_bytes (
            user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            span_start INTEGER NOT NULL,
            byte_count INTEGER NOT NULL CHECK (byte_count > 0),
            PRIMARY KEY (user_id, span_start)
        ) STRICT, WITHOUT ROWID;

        INSERT INTO uploaded_bytes (user_id, span_start, byte_count)
        SELECT owner_id, created_at / 600000 * 600000 AS start, sum(byte_count) FROM attachments
        WHERE byte_count > 0 AND created_at > (CAST(strftime('%s', 'now') AS INTEGER) - 86400) * 1000
        GROUP BY owner_id, start;
        """

    /// The stored bytes of each person. Triggers maintain them, because an upload can be removed in five ways, each of
    /// which must subtract its bytes.
    private static let storedBytes = """
        CREATE TABLE stored_bytes (
            user_id BLOB PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
            byte_count INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        INSERT INTO stored_bytes (user_id, byte_count)
        SELECT owner_id, sum(byte_count) FROM attachments
        WHERE state <> 'receiving' AND deleted_at IS NULL
        GROUP BY owner_id;

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
}
