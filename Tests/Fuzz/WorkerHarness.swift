import Foundation
import Hashing
import Kernel
import Media
import Pictures
import Vocabulary

/// Receives, renders and removes damaged files.
struct WorkerHarness: Sendable {
    let spool: Spool
    let archive: any Archive
    let renderer: PictureRenderer
    let inspector: Inspector

    struct Broken: Error, CustomStringConvertible {
        let rule: String
        var description: String { rule }
    }

    enum Outcome: Hashable {
        case file
        case damaged
        case overLimit
        case failed(RenderFailure)
        case ready
        /// Ready and marked as damaged.
        case readyInPart
    }

    /// The result of rendering one file.
    struct Rendering {
        let outcome: Outcome
        let picture: RenderedPicture?
        /// Hashes of the static variants by the end of their names. Animations are left out: a truncated one is
        /// shorter.
        let stills: [String: Data]

        /// Whether this is the same picture as `whole`, of which `byteCount` bytes are left.
        ///
        /// The static variants are equal, unless a smaller source has changed their encoding; then the placeholders
        /// are.
        func shows(_ whole: Rendering, byteCount: Int) -> Bool {
            let heaviest = whole.picture?.variants.map(\.byteCount).max() ?? 0
            return heaviest <= byteCount ? stills == whole.stills : picture?.placeholder == whole.picture?.placeholder
        }
    }

    /// Receives and renders one file, and removes its files.
    ///
    /// - Parameter whole: the rendering of the file that this one was truncated from; if this one is ready and not
    ///   marked as damaged, it must show the same.
    /// - Throws: ``Broken`` when a rule is violated.
    func render(_ input: [UInt8], cutFrom whole: Rendering? = nil) async throws -> Rendering {
        let id = BlobID.random()
        try await receive(input, as: id)
        let (outcome, picture) = try await render(id)
        let rendering = Rendering(outcome: outcome, picture: picture, stills: try await stills(of: id))
        let isReady = outcome == .ready || outcome == .readyInPart
        if !isReady, !rendering.stills.isEmpty { throw Broken(rule: "\(outcome) leaves variants") }
        if outcome == .ready, let whole, !rendering.shows(whole, byteCount: input.count) {
            throw Broken(rule: "a part of a picture looks complete")
        }
        try await archive.remove([id])
        return rendering
    }

    private func receive(_ input: [UInt8], as id: BlobID) async throws {
        let file = try spool.newFile()
        defer { file.close() }
        try file.write(input)
        try await archive.commit(file, asOriginal: id)
    }

    private func render(_ id: BlobID) async throws -> (Outcome, RenderedPicture?) {
        let inspection = try inspector.inspect(try await archive.open(.original(id)))
        if inspection.exceededLimit != nil { return (.overLimit, nil) }
        guard let facts = inspection.facts else { return (inspection.isDamaged ? .damaged : .file, nil) }
        do {
            let picture = try await renderer.render(RenderJob(id: id, facts: facts))
            try await check(picture, of: id, facts)
            return (picture.isDamaged ? .readyInPart : .ready, picture)
        } catch let failure as RenderFailure {
            guard failure.code != nil, failure != .invalidOutput else { throw Broken(rule: "\(failure)") }
            return (.failed(failure), nil)
        }
    }

    private func check(_ picture: RenderedPicture, of id: BlobID, _ facts: ImageFacts) async throws {
        guard picture.variants.map(\.size) == VariantSize.allCases.sorted() else {
            throw Broken(rule: "a size is missing")
        }
        for variant in picture.variants {
            guard try await archive.byteCount(of: .variant(variant.file(of: id))) == variant.byteCount else {
                throw Broken(rule: "a variant is not as reported")
            }
            guard variant.width <= facts.width, variant.height <= facts.height else {
                throw Broken(rule: "a picture grew")
            }
            let longest = min(variant.size.rawValue, max(facts.width, facts.height))
            guard max(variant.width, variant.height) == longest else { throw Broken(rule: "a size lacks pixels") }
        }
    }

    private func stills(of id: BlobID) async throws -> [String: Data] {
        var stills: [String: Data] = [:]
        for file in VariantFile.all(of: id) where file.role != .animated {
            guard let open = try? await archive.open(.variant(file)) else { continue }
            let bytes = try open.read(at: 0, count: open.byteCount)
            stills[String(file.name.dropFirst(id.description.utf8.count))] = Data(SHA256.hash(bytes))
        }
        return stills
    }
}
