import Foundation

struct Photograph: Sendable {
    let name: String
    let mediaType: String
    let file: URL
    let bytes: [UInt8]
}

/// The pictures that are posted: between 3.5 and 5 MB, each different.
enum Photographs {
    private static let maker = URL(filePath: "Scripts/make-photograph")
    private static let folder = URL(filePath: ".build/photographs")

    /// Makes those that no earlier run has kept.
    static func prepare(_ count: Int, of kind: PictureKind) async throws -> [Photograph] {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var photographs: [Photograph] = []
        for seed in 1...count {
            let file = folder.appending(path: "\(kind.rawValue)-\(seed).\(kind.fileExtension)")
            if !ControlFile.exists(file.path) { try await make(file, of: kind, seed: seed) }
            let bytes = [UInt8](try Data(contentsOf: file))
            let name = file.lastPathComponent
            photographs.append(Photograph(name: name, mediaType: kind.mediaType, file: file, bytes: bytes))
        }
        return photographs
    }

    private static func make(_ file: URL, of kind: PictureKind, seed: Int) async throws {
        let unfinished = folder.appending(path: "unfinished")
        try await Command.run([maker.path, unfinished.path, "\(seed)", kind.rawValue])
        try FileManager.default.moveItem(at: unfinished, to: file)
    }
}
