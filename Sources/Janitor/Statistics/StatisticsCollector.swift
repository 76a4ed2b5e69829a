import Chat
import ChatSQLite
import Foundation
import Media
import Vocabulary

/// Asks the database and the archive for everything that a report shows. Changes nothing.
struct StatisticsCollector: Sendable {
    /// Days of growth that a report shows, today included.
    static let days = 30
    /// Rooms and users in the JSON.
    static let maxHolders = 1000

    let store: Store
    let archive: any Archive
    /// A dry run.
    let sweep: Sweep

    func collect() async throws -> StatisticsReport {
        let start = ContinuousClock.now
        let statistics = store.statistics
        let attachments = try await statistics.attachments().map { group in
            StatisticsReport.Group(kind: group.kind, state: group.state, use: StatisticsReport.Use(group.use))
        }
        let stored = attachments.lazy.filter { $0.state != "deleted" }.reduce(0) { $0 + $1.use.bytes }
        let days = try await statistics.growth(days: Self.days)
        let trash = try await archive.trashUse(before: nil)
        var report = StatisticsReport(
            attachments: attachments,
            rooms: try await statistics.largestRooms(limit: Self.maxHolders).map { StatisticsReport.Holder($0) },
            users: try await statistics.largestUsers(limit: Self.maxHolders).map { StatisticsReport.Holder($0) },
            days: days.map { StatisticsReport.Day($0) },
            forecast: Forecast(days, since: try await statistics.beginning(), storing: stored),
            trash: StatisticsReport.Trash(files: trash.fileCount, bytes: trash.byteCount),
            nextSweep: try await nextSweep(),
            database: StatisticsReport.Database(try await store.databaseSize()),
            archive: StatisticsReport.Database(try await store.archiveSize())
        )
        report.seconds = (ContinuousClock.now - start) / .seconds(1)
        return report
    }

    private func nextSweep() async throws -> StatisticsReport.Sweep {
        let report = try await sweep.run()
        let removed = [SweepStep.unfinishedUploads, .deletedAttachments, .trash].map { report[$0] }
        let moved = report[.unknownFiles].stopReason == nil ? report[.unknownFiles] : SweepReport.Entry()
        return StatisticsReport.Sweep(
            files: removed.reduce(0) { $0 + $1.files },
            bytes: removed.reduce(0) { $0 + $1.bytes },
            movedFiles: moved.files,
            movedBytes: moved.bytes
        )
    }
}

extension StatisticsReport.Holder {
    fileprivate init(_ holder: AttachmentHolder) {
        self.init(
            id: holder.id.uuidString.lowercased(),
            name: holder.name,
            use: StatisticsReport.Use(holder.use)
        )
    }
}

extension StatisticsReport.Day {
    fileprivate init(_ day: DayOfGrowth) {
        let name = Date(timeIntervalSince1970: Double(day.start.milliseconds) / 1000)
            .formatted(.iso8601.year().month().day())
        self.init(day: name, messages: day.messages, attachments: day.attachments, bytes: day.bytes)
    }
}
