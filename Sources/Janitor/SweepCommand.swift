import ArgumentParser
import Chat
import Foundation
import Media

/// `snug-janitor sweep`
struct SweepCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Remove what is left over, once.",
        discussion: """
            Settings come from the options, then the environment (SNUG_STORAGE, SNUG_GRACE_RECEIVING, \
            SNUG_GRACE_UNATTACHED, SNUG_GRACE_UNKNOWN, SNUG_GRACE_LOG, SNUG_GRACE_TRASH), then defaults. Exits with 1 when the sweep \
            stopped because too many files looked like leftovers, with 75 when another janitor is at work, with 78 \
            when it cannot sweep here, and with 70 when something else went wrong.
            """
    )

    @Flag(help: "Only tell what would be removed.")
    var dryRun = false

    @Flag(help: "Tell it as one line of JSON.")
    var json = false

    @Option(help: "Folder of the database and the media.")
    var storage = Environment.text("SNUG_STORAGE") ?? "./storage"

    @Option(help: "Time that an upload may take, such as 1h.")
    var graceReceiving: Period?

    @Option(help: "Time that an upload may wait for its message.")
    var graceUnattached: Period?

    @Option(help: "Age from which a file without a row goes to the trash.")
    var graceUnknown: Period?

    @Option(help: "Time that events are kept for clients that come back.")
    var graceLog: Period?

    @Option(help: "Time that the trash keeps a file.")
    var graceTrash: Period?

    func run() async throws {
        do {
            try await sweepOnce()
        } catch let failure as SweepFailure {
            Self.tell("Error: \(failure.description)")
            throw ExitCode(EX_CONFIG)
        } catch  where !(error is ExitCode) {
            Self.tell("Error: the sweep ended early and will go on the next time: \(error)")
            throw ExitCode(EX_SOFTWARE)
        }
    }

    private static func tell(_ line: String) {
        try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
    }

    private func sweepOnce() async throws {
        let grace = try gracePeriods()
        let database = "\(storage)/\(Store.fileName)"
        guard FileManager.default.fileExists(atPath: database) else {
            throw SweepFailure("There is no database in \(storage). Is SNUG_STORAGE right?")
        }
        guard let lock = try lockStorage() else {
            Self.tell("Another janitor is at work; this one leaves it to that.")
            throw ExitCode(EX_TEMPFAIL)
        }
        defer { lock.release() }
        let report = try await sweep(database, grace)
        print(json ? try report.json : report.description)
        if report.wasStopped { throw ExitCode(1) }
    }

    private func lockStorage() throws -> JanitorLock? {
        do {
            return try JanitorLock(storage: storage)
        } catch {
            throw SweepFailure("The storage cannot be used: \(error). Is SNUG_STORAGE right?")
        }
    }

    private func sweep(_ database: String, _ grace: GracePeriods) async throws -> SweepReport {
        let store = try Store(path: database)
        return try await Sweep(store: store, blobs: openMedia(), grace: grace, isDryRun: dryRun).run()
    }

    private func openMedia() throws -> BlobStore {
        do {
            return try BlobStore(existing: "\(storage)/\(BlobStore.folderName)")
        } catch {
            throw SweepFailure("The media folder in \(storage) cannot be swept: \(error). Is the right disk mounted?")
        }
    }

    private func gracePeriods() throws -> GracePeriods {
        var grace = GracePeriods()
        grace.receiving = try graceReceiving ?? Environment.period("SNUG_GRACE_RECEIVING") ?? grace.receiving
        grace.unattached = try graceUnattached ?? Environment.period("SNUG_GRACE_UNATTACHED") ?? grace.unattached
        grace.unknown = try graceUnknown ?? Environment.period("SNUG_GRACE_UNKNOWN") ?? grace.unknown
        grace.log = try graceLog ?? Environment.period("SNUG_GRACE_LOG") ?? grace.log
        grace.trash = try graceTrash ?? Environment.period("SNUG_GRACE_TRASH") ?? grace.trash
        return grace
    }
}

/// Why the janitor does nothing, for the operator.
struct SweepFailure: Error {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The environment as settings.
enum Environment {
    static func text(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// - Throws: a clear line for a value that is no period.
    static func period(_ name: String) throws -> Period? {
        guard let text = text(name) else { return nil }
        guard let period = Period(argument: text) else {
            throw SweepFailure("\(name)=\(text) cannot be understood: allowed is a time such as 30m, 24h or 7d.")
        }
        return period
    }
}
