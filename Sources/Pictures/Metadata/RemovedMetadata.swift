/// What is taken out of an original before it is kept: names that clients see and that never change.
package enum RemovedMetadata: String, Codable, Sendable, CaseIterable, Comparable {
    /// Words in the file that no format of metadata governs.
    case comment
    /// What the camera wrote: its name and serial number, settings, and times.
    case exif
    /// Where the picture was taken, be it in EXIF or XMP.
    case gps
    /// Captions, names and places as newsrooms write them, in Photoshop's blocks.
    case iptc
    /// What the camera's maker writes for itself, in EXIF.
    case makerNote = "maker_note"
    /// Anything else that decoders ignore.
    case other
    /// Titles, authors and the like, in chunks for text.
    case text
    /// A small copy, which may show what was cut away since.
    case thumbnail
    /// When the file was last changed.
    case time
    /// Bytes behind the picture's end: a phone's video, an archive.
    case trailer
    case xmp

    package static func < (one: RemovedMetadata, other: RemovedMetadata) -> Bool { one.rawValue < other.rawValue }
}
