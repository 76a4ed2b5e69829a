import CKernel

/// Core dumps would write the memory of this process, with its keys and passwords, to a file.
package enum CoreDumps {
    /// Disables core dumps. The limit applies where the kernel writes the file; where it starts a program such as
    /// systemd-coredump, only the other flag does (core(5)).
    ///
    /// - Throws: ``FileFailure``.
    package static func forbid() throws(FileFailure) {
        guard snug_limit_core_size(0) == 0, snug_forbid_dumps() == 0 else { throw FileFailure("forbid core dumps") }
    }
}
