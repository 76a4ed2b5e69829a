#pragma once

/// What a test writes into the file that SNUG_FAULTS names, which a program under test maps into its memory.
///
/// Preloaded into a program (ld.so(8), LD_PRELOAD), this library counts its calls that change files, and lets one of
/// them fail, or all from that one on.
struct faults {
    /// Calls that still succeed before one fails; below zero none is waited for.
    int countdown;
    /// What they fail with (errno); 0 lets every call through. Below zero, the program gets this signal instead.
    int error;
    /// Whether all later calls fail too, as on a full disk.
    int lasts;
    /// Calls that have failed.
    int hits;
};
