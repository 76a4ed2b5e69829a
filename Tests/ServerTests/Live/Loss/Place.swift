import Glibc
import TestSupport

/// What a client needs of an event to know its place, read without decoding the rest: there are very many.
struct Place: Equatable {
    let cursor: String
    let room: String
    let seq: Int
    /// Of a message that was created; nil for every other event.
    let message: String?

    /// Nil for what is not in the log.
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
    /// The text behind the first `"name":"`.
    func member(_ name: String) -> String? {
        guard let begin = place(behind: Array("\"\(name)\":\"".utf8)) else { return nil }
        return String(decoding: self[begin...].prefix { $0 != 0x22 }, as: UTF8.self)
    }

    /// The number behind the first `"name":`.
    func number(_ name: String) -> Int? {
        guard let begin = place(behind: Array("\"\(name)\":".utf8)) else { return nil }
        return Int(String(decoding: self[begin...].prefix { (0x30...0x39).contains($0) }, as: UTF8.self))
    }

    /// Searched by C, because the collection's own search takes a millisecond for an event in a debug build.
    private func place(behind start: [UInt8]) -> Int? {
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
