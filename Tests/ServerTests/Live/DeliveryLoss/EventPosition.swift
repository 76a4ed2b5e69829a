import Glibc
import TestSupport

/// The cursor, room and number of an event, read without decoding the rest, because there are very many events.
struct EventPosition: Equatable {
    let cursor: String
    let room: String
    let seq: Int
    /// The client message id of a created message; nil for every other event.
    let message: String?

    /// Nil for an event that is not logged.
    init?(_ text: [UInt8]) {
        guard let cursor = text.member("cursor"), let room = text.member("room_id"), let seq = text.number("seq")
        else { return nil }
        self.cursor = cursor
        self.room = room
        self.seq = seq
        message = text.member("type") == "message.created" ? text.member("client_message_id") : nil
    }
}

extension [UInt8] {
    /// The text after the first `"name":"`.
    func member(_ name: String) -> String? {
        guard let begin = endIndex(of: Array("\"\(name)\":\"".utf8)) else { return nil }
        return String(decoding: self[begin...].prefix { $0 != 0x22 }, as: UTF8.self)
    }

    /// The number after the first `"name":`.
    func number(_ name: String) -> Int? {
        guard let begin = endIndex(of: Array("\"\(name)\":".utf8)) else { return nil }
        return Int(String(decoding: self[begin...].prefix { (0x30...0x39).contains($0) }, as: UTF8.self))
    }

    /// Uses `memchr`, because the collection's own search takes a millisecond per event in a debug build.
    private func endIndex(of start: [UInt8]) -> Int? {
        withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var index = 0
            while index + start.count <= bytes.count,
                let hit = memchr(base + index, Int32(start[0]), bytes.count - index)
            {
                index = UnsafeRawPointer(hit) - base
                guard index + start.count <= bytes.count else { return nil }
                if memcmp(hit, start, start.count) == 0 { return index + start.count }
                index += 1
            }
            return nil
        }
    }
}
