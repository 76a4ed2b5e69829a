import Foundation
import Glibc

/// The picture that Alice posts.
struct Photograph: Sendable {
    let name: String
    let bytes: [UInt8]

    /// - Throws: ``Failure`` if the file cannot be read.
    init(path: String) throws {
        guard access(path, R_OK) == 0 else {
            throw Failure("\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        let url = URL(filePath: path)
        name = url.lastPathComponent
        do {
            bytes = Array(try Data(contentsOf: url))
        } catch {
            throw Failure("\(path) cannot be read: \(error.localizedDescription)")
        }
    }

    /// Makes a photograph of 12 megapixels with `Scripts/make-photograph`, which needs the tools of libvips.
    ///
    /// - Throws: ``Failure`` if that does not succeed within a minute.
    static func generate() async throws -> Photograph {
        print("  no photograph given (PHOTO=path); generating one of 12 megapixels")
        let manager = FileManager.default
        let folder = manager.temporaryDirectory.appending(path: "snug-demo-\(UUID().uuidString.lowercased())")
        defer { try? manager.removeItem(at: folder) }
        do {
            try manager.createDirectory(at: folder, withIntermediateDirectories: true)
            let file = folder.appending(path: "photograph.jpg").path
            try await make(file)
            return try Photograph(path: file)
        } catch {
            throw Failure("The photograph could not be generated: \(error). Provide one: make demo PHOTO=path")
        }
    }

    private static func make(_ file: String) async throws {
        let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let script = checkout.appending(path: "Scripts/make-photograph").path
        let status = try await run(["/usr/bin/timeout", "60", script, file, "\(Int.random(in: 0..<10_000))"])
        guard status == 0 else { throw Failure("\(script) ended with \(status)") }
    }

    private static func run(_ command: [String]) async throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
                do { try process.run() } catch { continuation.resume(throwing: error) }
            }
        } onCancel: {
            process.terminate()
        }
    }

    var mediaType: String {
        let types = ["png": "image/png", "gif": "image/gif", "webp": "image/webp"]
        return types[URL(filePath: name).pathExtension.lowercased()] ?? "image/jpeg"
    }
}
