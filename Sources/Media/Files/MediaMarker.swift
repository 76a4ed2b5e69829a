import FoundationEssentials
import Glibc
import Kernel

/// The marker file of the media folder holds the epoch of the database whose files these are. The server writes it at
/// each start, and the janitor removes nothing if it is another one. Every method blocks.
extension MediaFolder {
    /// Bytes of the file that are read.
    private static let markerLength = 256
    /// `epoch 0123456789abcdef`
    private static let epochKey = "epoch "

    private var markerPath: String { "\(path)/\(Self.sentinelName)" }

    /// The epoch in the marker file; nil if it has none, as before the first start of a server that writes it.
    package func markedEpoch() throws(FileFailure) -> String? {
        let bytes = try OpenFile(markerPath).read(at: 0, count: Self.markerLength)
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix(Self.epochKey) }) else { return nil }
        return String(line.dropFirst(Self.epochKey.count))
    }

    /// Writes the epoch to the marker file, in one step and durably, unless it is there already.
    package func mark(epoch: String) throws(FileFailure) {
        guard try markedEpoch() != epoch else { return }
        let passing = markerPath + ".new"
        let descriptor = try SystemCall.open(passing, O_WRONLY | O_CREAT | O_TRUNC, mode: Self.fileMode)
        defer { close(descriptor) }
        guard fchmod(descriptor, Self.fileMode) == 0 else { throw FileFailure("chmod") }
        var result = Result<Void, FileFailure>.success(())
        unsafe Array("\(Self.epochKey)\(epoch)\n".utf8).withUnsafeBytes { bytes in
            result = Result { () throws(FileFailure) in try unsafe writeBytes(bytes, to: descriptor) }
        }
        try result.get()
        guard fsync(descriptor) == 0 else { throw FileFailure("fsync") }
        try SystemCall.rename(passing, to: markerPath)
        try SystemCall.syncFolder(path)
    }
}
