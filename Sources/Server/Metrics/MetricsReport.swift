import Chat
import ChatSQLite
import Foundation
import Media
import NIOPosix
import SnugMetrics

/// Everything that the server measures, as a page for Prometheus.
///
/// The parts of the server count for themselves; this reads their counters when somebody scrapes.
struct MetricsReport: Sendable {
    let store: Store
    let commits: CommitMetrics
    let live: LiveMetrics
    let hub: @Sendable () async throws -> HubReading
    let requests: RequestMetrics
    let limits: RateLimits
    let acceptPauses: AcceptPauses
    let pages: CacheCounters
    let uploads: UploadMetrics
    let files: FileMetrics
    let jobs: WorkerMetrics
    let worker: WorkerSupervisor
    let workerPath: String
    let space: StorageSpace
    let sizes: StorageSizes
    /// Path of the storage folder.
    let storage: String
    /// Path of the database.
    let database: String
    /// Where what blocks is read.
    let threads: NIOThreadPool
    /// When the server started.
    let started: Date

    /// What a scrape reads from files and the kernel.
    struct Measures: Sendable {
        let process: ProcessMeasures
        let space: StorageSpace.Measure?
        let databaseBytes: Int
        let archiveBytes: Int
        let logBytes: Int
        let janitor: JanitorStatus?
        let canStartWorker: Bool
    }

    /// Measures what is not counted, and writes the page. A part that cannot be read is missing from it.
    func page() async throws -> MetricsPage {
        let measures = try await threads.runIfActive { measure() }
        // The log is read first: the hub may be ahead of it by then, but not behind without a reason.
        let logged = try? await store.logPosition()
        let hub = try? await hub()
        let pictures = try? await store.renderings.counts()
        let status = await worker.status
        var page = MetricsPage()
        addProcess(measures.process, to: &page)
        addRequests(to: &page)
        addLive(hub, logged: logged, to: &page)
        addDatabase(isUp: logged != nil, to: &page)
        addCaches(to: &page)
        addStorage(measures, to: &page)
        addPictures(status, pictures, canStart: measures.canStartWorker, to: &page)
        addJanitor(measures.janitor, to: &page)
        return page
    }

    private func measure() -> Measures {
        func size(_ path: String) -> Int {
            (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        }
        return Measures(
            process: .read(),
            space: space.measure(),
            databaseBytes: size(database),
            archiveBytes: size("\(storage)/\(Store.archiveName)"),
            logBytes: size(database + "-wal"),
            janitor: JanitorStatus(storage: storage),
            canStartWorker: FileManager.default.isExecutableFile(atPath: workerPath)
        )
    }
}
