/// The kinds of metadata that are stripped from originals; stable names for clients.
package enum RemovedMetadata: String, Codable, Sendable, CaseIterable, Comparable {
    /// Comments of the file format.
    case comment
    /// Camera model and serial number, settings, and times.
    case exif
    /// The position where the picture was taken, in EXIF or XMP.
    case gps
    /// Captions, names and places in the blocks of Photoshop.
    case iptc
    /// Notes of the camera's maker in EXIF.
    case makerNote = "maker_note"
    /// Other data that decoders ignore.
    case other
    /// Text chunks with title, author and so on.
    case text
    /// A small copy, which may show parts that were cropped later.
    case thumbnail
    /// The time of the last change.
    case time
    /// Bytes after the end of the picture, such as a video of a phone or an archive.
    case trailer
    case xmp

    package static func < (one: RemovedMetadata, other: RemovedMetadata) -> Bool { one.rawValue < other.rawValue }
}
