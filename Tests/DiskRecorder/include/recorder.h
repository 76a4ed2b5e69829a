#pragma once
#include <stdint.h>

// Records every change that a process makes to the files of one file system, in the order in which it happened.
//
// The library is preloaded into a server (LD_PRELOAD). It appends to the file named by DISK_RECORD; that file has to
// exist, and changes to other file systems than its own are not recorded.

enum record_kind {
    // A file was created. Without a path it has no name yet (O_TMPFILE).
    RECORD_CREATE = 1,
    // Bytes were written at an offset.
    RECORD_WRITE = 2,
    // The file was cut or extended; the offset is its new length.
    RECORD_TRUNCATE = 3,
    // A file was synced. With bytes, they are its complete contents.
    RECORD_SYNC = 4,
    // A folder was synced.
    RECORD_SYNC_FOLDER = 5,
    // A file got the name in `path`.
    RECORD_LINK = 6,
    // `path` became `other`.
    RECORD_RENAME = 7,
    // The name of a file or folder was removed.
    RECORD_REMOVE = 8,
    // A folder was created.
    RECORD_MAKE_FOLDER = 9,
};

// The head of a record, followed by the path, the other path and the bytes. In the byte order of the machine.
struct record {
    uint32_t kind;
    uint32_t path_length;
    uint32_t other_length;
    uint32_t byte_count;
    uint64_t inode;
    uint64_t offset;
};
