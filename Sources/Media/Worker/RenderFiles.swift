/// The open files of one rendering: the original, and nameless ones for what is made of it.
///
/// They are all that a worker ever gets of a store.
package final class RenderFiles: Sendable {
    let original: OpenFile
    /// One of each size, empty at first.
    let variants: [VariantSize: UnlinkedFile]

    init(original: OpenFile, variants: [VariantSize: UnlinkedFile]) {
        self.original = original
        self.variants = variants
    }

    /// As a worker gets them: the original, then the sizes from small to large. Valid until ``close()``.
    var descriptors: [Int32] {
        get throws(FileFailure) {
            var result = [original.descriptor]
            for size in VariantSize.allCases.sorted() {
                if let file = variants[size] { result.append(try file.openDescriptor) }
            }
            return result
        }
    }

    /// Lets go of what has no name. Blocking.
    func close() {
        for file in variants.values { file.close() }
    }
}

extension BlobStore {
    /// Opens what a worker needs to render a picture. Blocking.
    /// - Throws: ``FileFailure``; `isMissing` when there is no such original.
    func openForRendering(_ id: BlobID) throws(FileFailure) -> RenderFiles {
        let original = try openOriginal(id)
        var variants: [VariantSize: UnlinkedFile] = [:]
        for size in VariantSize.allCases {
            variants[size] = try UnlinkedFile(in: incoming, mode: Self.variantMode)
        }
        return RenderFiles(original: original, variants: variants)
    }

    /// Names what a worker has made, replacing earlier renderings. When this returns, names and bytes are durable.
    /// Blocking.
    /// - Throws: ``FileFailure``, or ``RenderFailure/untrustworthy`` when a file is not what the worker said.
    func keep(_ files: RenderFiles, _ picture: RenderedPicture, of id: BlobID) throws {
        let made = picture.variants.filter { $0.size == $0.fileSize }
        for variant in made {
            guard let file = files.variants[variant.fileSize] else { throw RenderFailure.untrustworthy }
            try variant.check(file)
            try file.startWriting()
        }
        for variant in made {
            try files.variants[variant.fileSize]?.link(to: path(of: variant.file(of: id)), replacing: true)
        }
        // Together, so that the file system commits once for all: nobody is told of a name before the last of these.
        for variant in made { try files.variants[variant.fileSize]?.sync() }
        try syncVariants(of: id)
    }
}

extension RenderedVariant {
    /// Whether the file is what the worker says it is, as far as its header tells: the worker is not trusted.
    fileprivate func check(_ file: UnlinkedFile) throws {
        let byteCount = try file.facts().byteCount
        var source = ByteSource(count: byteCount) { (try? file.read(at: $0, count: $1)) ?? [] }
        let head = source.bytes(at: 0, length: min(byteCount, FileKind.signatureLength)) ?? []
        guard byteCount == self.byteCount, let kind = FileKind(signature: head), kind.mediaType == format.mediaType,
            let facts = try? Inspector.facts(of: &source, as: kind, limits: PixelLimits()),
            (facts.width, facts.height) == (width, height), max(width, height) <= fileSize.rawValue
        else { throw RenderFailure.untrustworthy }
    }
}
