import CVips
import Media

/// A file in memory that libvips made; freed with its owner.
struct EncodedPicture: ~Copyable {
    private let start: UnsafeMutableRawPointer
    let byteCount: Int
    let format: VariantFormat

    init(owning start: UnsafeMutableRawPointer, count: Int, format: VariantFormat) {
        self.start = start
        byteCount = count
        self.format = format
    }

    deinit { g_free(start) }

    /// Valid as long as this value.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: byteCount) }
}
