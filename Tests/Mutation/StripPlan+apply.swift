import Pictures

extension StripPlan {
    /// The new file, made in memory.
    package func applied(to bytes: [UInt8]) -> [UInt8] {
        pieces.flatMap { piece -> [UInt8] in
            switch piece {
            case .keep(let range): Array(bytes[range])
            case .insert(let bytes): bytes
            case .fill(let byte, let count): [UInt8](repeating: byte, count: count)
            }
        }
    }
}
