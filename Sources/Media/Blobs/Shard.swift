import Vocabulary

/// One of the 256 folders that files are spread over, named by two hex digits.
package struct Shard: Hashable, Sendable, CustomStringConvertible {
    package let number: UInt8

    package init(_ number: UInt8) { self.number = number }

    package static var all: [Shard] { (UInt8.min...UInt8.max).map(Shard.init) }

    /// Two lower-case hex digits.
    package var description: String { Hex.lowercase([number]) }
}

extension BlobID {
    /// The folder its files live in: the last byte, since that one is random in every UUID version.
    package var shard: Shard { Shard(uuid.uuid.15) }
}
