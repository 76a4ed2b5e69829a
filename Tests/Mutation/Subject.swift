import Fixtures
import Media
import Pictures

/// A parser of untrusted bytes, with rules that hold for any input.
package enum Subject: String, CaseIterable, Sendable {
    /// Every header reader on every file, without libmagic.
    case headers
    /// As for uploads, with libmagic.
    case inspector
    case pngChunks
    /// Making GIFs transparent.
    case gifTransparency
    /// Splitting animated PNGs.
    case apng
    case stripper
    /// The same for a JPEG with a gain map.
    case gainMap
    /// Adding the profile that corresponds to the colour chunks of a PNG.
    case colour
    /// Detecting wrong bytes in the coded data of JPEGs and GIFs.
    case codes
    case exif
    case multipart
    case disposition

    /// A rule that does not hold.
    package struct Violation: Error, CustomStringConvertible {
        package let description: String
    }

    /// Valid input, to be damaged.
    package var corpus: [[UInt8]] {
        get throws {
            switch self {
            case .headers, .inspector, .exif, .stripper: try Fixture.pictures()
            case .gainMap: [try Fixture.ultraHDR()]
            case .pngChunks, .apng, .colour: try Fixture.pictures { $0 == .png }
            case .gifTransparency: try Fixture.pictures { $0 == .gif }
            case .codes: try Fixture.pictures { $0 == .jpeg || $0 == .gif }
            case .multipart:
                [SampleForm.text, SampleForm.compact, SampleForm.bareLines, SampleForm.mixedLines].map {
                    Array($0.utf8)
                }
            case .disposition: SampleForm.dispositions.map { Array($0.utf8) }
            }
        }
    }

    /// A check that may be called repeatedly.
    package func makeCheck() throws -> (_ bytes: [UInt8]) throws -> Void {
        switch self {
        case .headers: return checkHeaders
        case .inspector:
            let inspector = try Inspector(formats: Set(FileKind.allCases))
            return { try checkInspection($0, inspector) }
        case .pngChunks: return checkPNGChunks
        case .gifTransparency: return checkGIFTransparency
        case .apng: return checkAPNG
        case .stripper, .gainMap: return checkStripper
        case .colour: return checkColour
        case .codes: return { _ = (JPEGDamage.isFound(in: $0), GIFRepair($0).readable) }
        case .exif: return checkEXIF
        case .multipart: return checkMultipart
        case .disposition: return checkDisposition
        }
    }
}

/// - Throws: ``Subject/Violation`` unless `condition` holds.
func expect(_ condition: Bool, _ description: @autoclosure () -> String) throws(Subject.Violation) {
    guard condition else { throw Subject.Violation(description: description()) }
}

extension Fixture {
    /// A small Ultra HDR picture without most of its pixels, so that damage affects the segments for the gain map.
    fileprivate static func ultraHDR() throws -> [UInt8] {
        let bytes = try bytes("ultra-hdr.jpg")
        let second = bytes.indices.last { bytes[$0...].starts(with: [0xFF, 0xD8, 0xFF]) } ?? bytes.count
        return Array(bytes[..<4_000]) + bytes[(second - 200)...]
    }

    /// The bytes of all fixtures with the signature of a picture.
    fileprivate static func pictures(where isWanted: (FileKind) -> Bool = { _ in true }) throws -> [[UInt8]] {
        try names.map(bytes).filter { FileKind(signature: $0).map(isWanted) ?? false }
    }
}
