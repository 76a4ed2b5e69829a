import TestSupport
import Testing

@testable import Chat
@testable import ChatSQLite

@Suite("The mark of a database", .timeLimit(.standard))
struct DatabaseMarkTests {
    private let mark = DatabaseMark(
        isProof: true,
        tokens: ["b"],
        fileTokens: ["a", "b"],
        position: 7,
        database: FileIdentity(inode: 1, bornAt: 10, changedAt: 20),
        lock: FileIdentity(inode: 2, bornAt: 11, changedAt: 21)
    )

    @Test("A mark survives a round trip, also with an empty token and without a lock")
    func roundTrip() {
        var other = mark
        other.isProof = false
        other.tokens = ["", "c"]
        other.lock = nil
        other.position = .max
        for mark in [mark, other] { #expect(DatabaseMark(mark.text) == mark) }
    }

    @Test("The position is where it is overwritten in place")
    func position() {
        let text = Array(mark.text.utf8)
        let digits = text[DatabaseMark.positionOffset...].prefix(DatabaseMark.positionDigits)
        #expect(String(decoding: digits, as: UTF8.self) == DatabaseMark.digits(of: 7))
    }

    @Test("A truncated or garbled mark is not accepted")
    func garbled() {
        for text in ["", "position 7", String(mark.text.dropLast(60)), mark.text.replacing("database 1", with: "x")] {
            #expect(DatabaseMark(text) == nil)
        }
    }

    @Test("I2: Only a database that matches the token, position, file and folder of the mark keeps its epoch")
    func proves() {
        var found = mark
        #expect(mark.proves(found))
        found.position = 8
        found.database = FileIdentity(inode: 1, bornAt: 10, changedAt: 99)
        #expect(mark.proves(found))
        var differing: [DatabaseMark] = []
        for change: (inout DatabaseMark) -> Void in [
            { $0.tokens = ["a"] }, { $0.position = 6 }, { $0.lock = nil },
            { $0.database = FileIdentity(inode: 3, bornAt: 10, changedAt: 20) },
            { $0.database = FileIdentity(inode: 1, bornAt: 12, changedAt: 20) },
            { $0.lock = FileIdentity(inode: 2, bornAt: 11, changedAt: 22) },
        ] {
            var found = mark
            change(&found)
            differing.append(found)
        }
        for found in differing { #expect(!mark.proves(found)) }
        var unproven = mark
        unproven.isProof = false
        #expect(!unproven.proves(mark))
    }

    @Test("I5: A database is rejected if it is an earlier state or another file, and accepted in a copy of its folder")
    func rejects() {
        var found = mark
        found.position = 8
        #expect(!mark.rejects(found))
        found.lock = nil
        found.database = FileIdentity(inode: 3, bornAt: 12, changedAt: 20)
        #expect(!mark.rejects(found))
        for change: (inout DatabaseMark) -> Void in [
            { $0.tokens = ["a"] }, { $0.position = 6 },
            { $0.database = FileIdentity(inode: 1, bornAt: 12, changedAt: 20) },
        ] {
            var found = mark
            change(&found)
            #expect(mark.rejects(found))
        }
        var unproven = mark
        unproven.isProof = false
        #expect(unproven.rejects(mark))
    }

    @Test("I1: A log is rejected beside another file, and accepted in a copy of the whole folder")
    func rejectsLog() {
        let replaced = FileIdentity(inode: 1, bornAt: 12, changedAt: 20)
        let moved = FileIdentity(inode: 9, bornAt: 12, changedAt: 22)
        for token in ["a", "b", nil] {
            #expect(!mark.rejectsLog(token: token, database: mark.database, lock: mark.lock))
            #expect(mark.rejectsLog(token: token, database: replaced, lock: mark.lock))
            #expect(!mark.rejectsLog(token: token, database: replaced, lock: moved))
        }
        #expect(mark.rejectsLog(token: "", database: mark.database, lock: mark.lock))
        #expect(mark.rejectsLog(token: "c", database: replaced, lock: moved))
    }
}
