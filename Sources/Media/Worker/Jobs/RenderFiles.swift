import Glibc
import Kernel
import Pictures
import Vocabulary

/// The open files of one rendering: the original, and nameless ones for what is made of it.
///
/// They are all that a worker ever gets of a store.
package final class RenderFiles: Sendable {
    let original: OpenFile
    /// One for each role, empty at first.
    private let outputs: [VariantRole: UnnamedFile]

    init(original: OpenFile, outputs: [VariantRole: UnnamedFile]) {
        self.original = original
        self.outputs = outputs
    }

    /// As a worker gets them: the original, then the outputs in the order of ``VariantRole/all``. Valid until
    /// ``close()``.
    var descriptors: [Int32] {
        get throws(FileFailure) {
            var result = [original.descriptor]
            for role in VariantRole.all { result.append(try output(role).openDescriptor) }
            return result
        }
    }

    func output(_ role: VariantRole) throws(FileFailure) -> UnnamedFile {
        guard let file = outputs[role] else { throw FileFailure("use of a missing file", code: EBADF) }
        return file
    }

    /// Lets go of what has no name. Blocking.
    func close() {
        for file in outputs.values { file.close() }
    }
}

extension BlobStore {
    /// Opens what a worker needs to render a picture. Blocking.
    /// - Throws: ``FileFailure`` for the original, `isMissing` when there is none; ``RenderFailure/storage(_:)`` when there
    ///   is no place for what is made of it.
    func openForRendering(_ id: BlobID) throws -> RenderFiles {
        let original = try openOriginal(id)
        do {
            var outputs: [VariantRole: UnnamedFile] = [:]
            for role in VariantRole.all { outputs[role] = try UnnamedFile(in: incoming, mode: Self.fileMode) }
            return RenderFiles(original: original, outputs: outputs)
        } catch {
            throw RenderFailure.storage(error)
        }
    }

    /// Names what a worker has made, replacing earlier renderings. When this returns, names and bytes are durable; when
    /// it throws, the picture has none. Blocking.
    /// - Throws: ``RenderFailure/storage(_:)``, or ``RenderFailure/untrustworthy`` when a file is not what the worker said.
    func keep(_ files: RenderFiles, _ picture: RenderedPicture, of id: BlobID) throws {
        do {
            try nameAndSync(files, picture, of: id)
        } catch {
            _ = try? removeVariants(of: id)
            throw (error as? FileFailure).map(RenderFailure.storage) ?? error
        }
    }

    private func nameAndSync(_ files: RenderFiles, _ picture: RenderedPicture, of id: BlobID) throws {
        guard picture.isConsistent else { throw RenderFailure.untrustworthy }
        var made: [(file: UnnamedFile, path: String)] = []
        for output in picture.outputs(of: id) {
            let file = try files.output(output.name.role)
            try output.check(file)
            try file.startWriting()
            made.append((file, path(of: output.name)))
        }
        for (file, path) in made { try file.link(to: path, replacing: true) }
        // Together, so that the file system commits once for all: nobody is told of a name before the last of these.
        for (file, _) in made { try file.sync() }
        try syncVariants(of: id)
    }
}

/// A file that the worker says it has made.
private struct RenderedFile {
    let name: VariantFile
    let width: Int
    let height: Int
    let byteCount: Int

    /// Whether it is, as far as its header tells: the worker is not trusted.
    func check(_ file: UnnamedFile) throws {
        let byteCount = try file.facts().byteCount
        var source = BufferedFileReader(count: byteCount, fill: file.read)
        let head = source.bytes(at: 0, length: min(byteCount, FileKind.signatureLength)) ?? []
        guard byteCount == self.byteCount, let kind = FileKind(signature: head),
            kind.mediaType == name.format.mediaType,
            let facts = try? ImageFacts(of: kind, in: &source, limits: ImageLimits()),
            (facts.width, facts.height) == (width, height), max(width, height) <= name.role.side,
            facts.isAnimated == (name.role == .animated)
        else { throw RenderFailure.untrustworthy }
    }
}

extension RenderedPicture {
    fileprivate func outputs(of id: BlobID) -> [RenderedFile] {
        let stills = variants.filter { $0.size == $0.fileSize }.map { variant in
            RenderedFile(
                name: variant.file(of: id),
                width: variant.width,
                height: variant.height,
                byteCount: variant.byteCount
            )
        }
        guard let animation else { return stills }
        let moving = RenderedFile(
            name: .animated(id),
            width: animation.width,
            height: animation.height,
            byteCount: animation.byteCount
        )
        return stills + [moving]
    }
}
