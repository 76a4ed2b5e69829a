import Chat
import ChatSQLite
import Foundation
import Media
import Vocabulary

/// What a storage holds, how it grows, and what the next sweep frees.
struct StatisticsReport: Encodable, Sendable {
    struct Use: Encodable, Sendable, Equatable {
        /// Attachments; each has one original.
        let attachments: Int
        let originalBytes: Int64
        let variantBytes: Int64
        var bytes: Int64 { originalBytes + variantBytes }

        private enum CodingKeys: String, CodingKey { case attachments, originalBytes, variantBytes }

        init(_ use: AttachmentUse) {
            (attachments, originalBytes, variantBytes) = (use.count, use.originalBytes, use.variantBytes)
        }
    }

    struct Group: Encodable, Sendable {
        let kind: String
        let state: String
        let use: Use
    }

    struct Holder: Encodable, Sendable {
        let id: String
        /// Nil for a direct room, and for what is not there any more.
        let name: String?
        let use: Use
    }

    struct Day: Encodable, Sendable {
        /// UTC, as in `2026-11-28`.
        let day: String
        let messages: Int
        let attachments: Int
        let bytes: Int64
    }

    struct Sweep: Encodable, Sendable {
        /// Files that are removed, the files in the trash included.
        let files: Int
        let bytes: Int
        /// Files without a row that are moved to the trash, which frees nothing yet.
        let movedFiles: Int
        let movedBytes: Int
    }

    struct Database: Encodable, Sendable {
        let bytes: Int
        let freePages: Int
        let freeBytes: Int

        init(_ size: DatabaseSize) {
            (bytes, freePages, freeBytes) = (size.byteCount, size.freePageCount, size.freeByteCount)
        }
    }

    struct Trash: Encodable, Sendable {
        let files: Int
        let bytes: Int
    }

    let attachments: [Group]
    /// Those with the most bytes first.
    let rooms: [Holder]
    let users: [Holder]
    /// Oldest first.
    let days: [Day]
    let forecast: Forecast
    let trash: Trash
    let nextSweep: Sweep
    let database: Database
    /// Of old messages.
    let archive: Database
    var seconds = 0.0

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}

/// What a storage will hold if it goes on growing by the mean of the days that were observed.
struct Forecast: Encodable, Sendable, Equatable {
    /// Whole days that the mean was taken of; today is left out, because it is not over.
    let observedDays: Int
    let messagesPerDay: Double
    let bytesPerDay: Double
    let bytesIn30Days: Int64
    let bytesIn365Days: Int64

    private enum CodingKeys: String, CodingKey {
        case observedDays, messagesPerDay, bytesPerDay
        case bytesIn30Days = "bytes_in_30_days"
        case bytesIn365Days = "bytes_in_365_days"
    }

    /// - Parameters:
    ///   - days: Oldest first; the last one is today.
    ///   - beginning: When the storage was first used. Days before it are left out; nil leaves out all.
    ///   - bytes: Stored now.
    init(_ days: [DayOfGrowth], since beginning: Timestamp?, storing bytes: Int64) {
        let dayLength = Duration.seconds(86_400)
        let observed = days.dropLast().filter { day in beginning.map { $0 < day.start + dayLength } ?? false }
        // On the first day there is nothing but today.
        let counted = observed.isEmpty ? Array(days.suffix(1)) : Array(observed)
        let count = Double(max(counted.count, 1))
        observedDays = observed.count
        messagesPerDay = Double(counted.reduce(0) { $0 + $1.messages }) / count
        bytesPerDay = Double(counted.reduce(0) { $0 + $1.bytes }) / count
        bytesIn30Days = bytes + Int64((bytesPerDay * 30).rounded())
        bytesIn365Days = bytes + Int64((bytesPerDay * 365).rounded())
    }
}
