import Foundation

/// A change to the files of one file system, as `Tests/DiskRecorder` records it.
struct DiskRecord: Equatable {
    enum Change: Equatable {
        /// Without a path, the file has no name yet.
        case create(inode: UInt64, path: String?)
        case write(inode: UInt64, offset: Int, bytes: Data)
        case truncate(inode: UInt64, length: Int)
        /// - Parameter contents: Nil if all writes to the file were recorded.
        case sync(inode: UInt64, contents: Data?)
        case syncFolder(path: String)
        case link(inode: UInt64, path: String)
        case rename(from: String, to: String)
        case remove(path: String)
        case makeFolder(path: String)
    }

    let change: Change
    /// Where the record ends in the file of all records.
    let end: Int
}

extension DiskRecord {
    /// The records of a file, in the order of the changes. A record that is cut short ends them.
    static func all(in file: Data) -> [DiskRecord] {
        var reader = RecordReader(file)
        var records: [DiskRecord] = []
        while let record = reader.next() { records.append(record) }
        return records
    }
}

/// Reads `struct record` of `Tests/DiskRecorder/include/recorder.h`.
private struct RecordReader {
    private static let headLength = 32

    private let bytes: [UInt8]
    private var index = 0

    init(_ file: Data) {
        bytes = [UInt8](file)
    }

    mutating func next() -> DiskRecord? {
        guard index + Self.headLength <= bytes.count else { return nil }
        let kind = integer(at: 0, UInt32.self)
        let lengths = (integer(at: 4, UInt32.self), integer(at: 8, UInt32.self), integer(at: 12, UInt32.self))
        let (inode, offset) = (integer(at: 16, UInt64.self), Int(integer(at: 24, UInt64.self)))
        let total = Self.headLength + Int(lengths.0) + Int(lengths.1) + Int(lengths.2)
        guard index + total <= bytes.count else { return nil }
        var part = index + Self.headLength
        func take(_ length: UInt32) -> ArraySlice<UInt8> {
            defer { part += Int(length) }
            return bytes[part..<part + Int(length)]
        }
        let path = String(decoding: take(lengths.0), as: UTF8.self)
        let other = String(decoding: take(lengths.1), as: UTF8.self)
        let contents = Data(take(lengths.2))
        index += total
        let change = change(kind, inode, offset, path, other, contents)
        return change.map { DiskRecord(change: $0, end: index) }
    }

    private func change(
        _ kind: UInt32,
        _ inode: UInt64,
        _ offset: Int,
        _ path: String,
        _ other: String,
        _ contents: Data
    ) -> DiskRecord.Change? {
        switch kind {
        case 1: .create(inode: inode, path: path.isEmpty ? nil : path)
        case 2: .write(inode: inode, offset: offset, bytes: contents)
        case 3: .truncate(inode: inode, length: offset)
        case 4: .sync(inode: inode, contents: contents.isEmpty ? nil : contents)
        case 5: .syncFolder(path: path)
        case 6: .link(inode: inode, path: path)
        case 7: .rename(from: path, to: other)
        case 8: .remove(path: path)
        case 9: .makeFolder(path: path)
        default: nil
        }
    }

    private func integer<Value: FixedWidthInteger>(at offset: Int, _: Value.Type) -> Value {
        let size = MemoryLayout<Value>.size
        return bytes[index + offset..<index + offset + size].enumerated().reduce(0) {
            $0 | Value($1.element) << Value(8 * $1.offset)
        }
    }
}
