/// Gain map metadata of ISO 21496-1 in an application segment of a JPEG (annex C).
enum GainMapParameters {
    static let signature: StaticString = "urn:iso:std:iso:ts:21496:-1\0"
    /// The minimum version for readers, and the version of the writer.
    private static let versionLength = 4

    /// Required bytes of a payload; nil when it does not contain them.
    static func neededLength(_ source: inout BufferedFileReader, in payload: Range<Int>, ofGainMap: Bool) -> Int? {
        guard source.has(signature, at: payload.lowerBound) else { return nil }
        let start = payload.lowerBound + signature.utf8CodeUnitCount
        var length = signature.utf8CodeUnitCount + versionLength
        if ofGainMap {
            guard let flags = source.byte(at: start + versionLength) else { return nil }
            length += 1 + numbersLength(flags)
        }
        return length <= payload.count && payload.upperBound <= source.count ? length : nil
    }

    /// Numbers of four bytes: two headrooms and five for each channel, each with its own denominator unless they share
    /// one.
    private static func numbersLength(_ flags: UInt8) -> Int {
        let channelCount = flags & 0x80 != 0 ? 3 : 1
        let numberCount = 2 + 5 * channelCount
        return 4 * (flags & 0x08 != 0 ? 1 + numberCount : 2 * numberCount)
    }
}
