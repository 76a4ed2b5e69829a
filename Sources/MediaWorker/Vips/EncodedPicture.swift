import CVips

/// A file in memory that libvips made; freed with its owner.
struct EncodedPicture: ~Copyable {
    private let start: UnsafeMutableRawPointer
    let byteCount: Int

    init(owning start: UnsafeMutableRawPointer, count: Int) {
        self.start = start
        byteCount = count
    }

    deinit { g_free(start) }

    /// Valid as long as this value.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: byteCount) }
}
