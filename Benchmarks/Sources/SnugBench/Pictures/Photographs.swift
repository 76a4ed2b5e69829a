import Foundation
import NIOCore

struct Photograph: Sendable {
    let name: String
    let file: URL
    let bytes: ByteBuffer
}

/// The pictures that are posted: of 12 megapixels, between 4 and 5 MB, each different.
enum Photographs {
    /// Makes those that an earlier run has not left in `folder`.
    static func prepare(_ count: Int, maker: URL, folder: URL) async throws -> [Photograph] {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var photographs: [Photograph] = []
        for seed in 1...count {
            let file = folder.appending(path: "photograph-\(seed).jpg")
            if !ControlFile.exists(file.path) { try await make(file, seed: seed, maker: maker) }
            let bytes = ByteBuffer(data: try Data(contentsOf: file))
            photographs.append(Photograph(name: file.lastPathComponent, file: file, bytes: bytes))
        }
        return photographs
    }

    private static func make(_ file: URL, seed: Int, maker: URL) async throws {
        let unfinished = file.deletingLastPathComponent().appending(path: "unfinished.jpg")
        try await Command.run([maker.path, unfinished.path, "\(seed)"])
        try FileManager.default.moveItem(at: unfinished, to: file)
    }
}

extension ByteBuffer {
    init(data: Data) {
        self.init(bytes: data)
    }
}
