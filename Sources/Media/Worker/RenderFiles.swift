import Glibc
import Kernel
import Pictures
import Vocabulary

/// The open files of one job: the original, and empty files without names for its variants.
///
/// A worker has access to no other files.
package final class RenderFiles: Sendable {
    let original: OpenFile
    /// One for each role, empty at first.
    private let outputs: [VariantRole: UnnamedFile]

    init(original: OpenFile, outputs: [VariantRole: UnnamedFile]) {
        self.original = original
        self.outputs = outputs
    }

    /// In the order in which a worker receives them: the original, then the outputs in the order of
    /// ``VariantRole/all``. Valid until ``close()``.
    var descriptors: [Int32] {
        get throws(FileFailure) {
            var result = [original.descriptor]
            for role in VariantRole.all { result.append(try output(role).openDescriptor) }
            return result
        }
    }

    /// Closes files without a name. Blocking.
    func close() {
        for file in outputs.values { file.close() }
    }

    /// The files that the worker has filled, checked against its report. Blocking.
    /// - Throws: ``FileFailure``, or ``RenderFailure/invalidOutput`` when a file is not what the worker reported.
    func checkedFiles(of picture: RenderedPicture, of id: BlobID) throws -> [RenderedFile] {
        guard picture.isConsistent else { throw RenderFailure.invalidOutput }
        return try picture.reportedFiles(of: id).map { reported in
            let file = try output(reported.name.role)
            try reported.check(file)
            return RenderedFile(name: reported.name, file: file)
        }
    }

    private func output(_ role: VariantRole) throws(FileFailure) -> UnnamedFile {
        guard let file = outputs[role] else { throw FileFailure("use of a missing file", code: EBADF) }
        return file
    }
}

/// A file as the worker reported it.
private struct ReportedFile {
    let name: VariantFile
    let width: Int
    let height: Int
    let byteCount: Int

    /// Compares the report with the size and header of the file: the worker is not trusted.
    func check(_ file: UnnamedFile) throws {
        let byteCount = try file.facts().byteCount
        var source = BufferedFileReader(count: byteCount, fill: file.read)
        let head = source.bytes(at: 0, length: min(byteCount, FileKind.signatureLength)) ?? []
        guard byteCount == self.byteCount, let kind = FileKind(signature: head),
            kind.mediaType == name.format.mediaType,
            let facts = try? ImageFacts(of: kind, in: &source, limits: ImageLimits()),
            (facts.width, facts.height) == (width, height), max(width, height) <= name.role.side,
            facts.isAnimated == (name.role == .animated)
        else { throw RenderFailure.invalidOutput }
    }
}

extension RenderedPicture {
    fileprivate func reportedFiles(of id: BlobID) -> [ReportedFile] {
        let files = variants.filter { $0.size == $0.fileSize }.map { variant in
            ReportedFile(
                name: variant.file(of: id),
                width: variant.width,
                height: variant.height,
                byteCount: variant.byteCount
            )
        }
        guard let animation else { return files }
        let animated = ReportedFile(
            name: .animated(id),
            width: animation.width,
            height: animation.height,
            byteCount: animation.byteCount
        )
        return files + [animated]
    }
}
