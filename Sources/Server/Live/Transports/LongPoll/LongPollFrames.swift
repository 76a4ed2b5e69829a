import Chat

/// The response to a poll.
struct LongPollResult: JSONWritable {
    /// The cursor for the next poll.
    let cursor: String
    let resumed: Bool
    var events: [EncodedEvent] = []

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("cursor", cursor)
            json.member("resumed", resumed)
            json.key("events")
            json.array(events) { $0.value(encoded: $1.json.readableBytesView) }
        }
    }
}

extension [EncodedEvent] {
    /// The cursor of the newest event that is in the log.
    var newestCursor: Cursor? {
        last { $0.cursor != nil }?.cursor.flatMap(Cursor.init)
    }

    /// A digest of these events; nil without any. FNV-1a (https://datatracker.ietf.org/doc/html/draft-eastlake-fnv-17)
    /// suffices: different events must have different digests, but nobody gains by making them equal.
    var digest: UInt64? {
        guard !isEmpty else { return nil }
        return reduce(0xCBF2_9CE4_8422_2325) { digest, event in
            event.json.readableBytesView.reduce(digest) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        }
    }
}
