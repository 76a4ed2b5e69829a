import Chat
import ChatSQLite
import Glibc
import Kernel
import Media
import NIOPosix
import SnugSettings

/// Measures what an admin wants to know about the running server.
struct SystemInfo: Sendable {
    let settings: Settings
    let store: Store
    let worker: WorkerSupervisor
    let storage: StorageSpace
    let disk: DiskMonitor
    let threads: NIOThreadPool
    let started: ContinuousClock.Instant

    /// Takes the measurements.
    func report() async throws -> Report {
        await disk.measureIfStale()
        let worker = await worker.status
        let measured = try await threads.runIfActive { measure() }
        return Report(
            info: self,
            uptimeSeconds: Int((ContinuousClock.now - started).components.seconds),
            worker: worker,
            measured: measured
        )
    }

    /// Measurements of files and of the process, in bytes unless they are counts.
    struct Measured: Sendable {
        let space: StorageSpace.Measure?
        let databaseBytes: Int
        let logBytes: Int
        let memoryBytes: Int
        let memoryLimit: Int?
        let openFiles: Int
        let openFileLimit: Int
    }

    private func measure() -> Measured {
        Measured(
            space: storage.measure(),
            databaseBytes: byteCount(settings.databasePath),
            logBytes: byteCount(settings.databasePath + "-wal"),
            memoryBytes: ResidentMemory(of: getpid())?.byteCount ?? 0,
            memoryLimit: MemoryLimit.current()?.byteCount,
            openFiles: OpenFiles.count ?? 0,
            openFileLimit: OpenFiles.limit ?? 0
        )
    }

    private func byteCount(_ path: String) -> Int {
        // The log does not exist while nothing has been written.
        (try? SystemCall.facts(path))??.byteCount ?? 0
    }

    struct Report: Sendable {
        let info: SystemInfo
        let uptimeSeconds: Int
        let worker: WorkerStatus
        let measured: Measured
    }
}

extension SystemInfo.Report: JSONWritable {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("version", Release.version)
            json.member("uptime_seconds", uptimeSeconds)
            json.key("limits")
            json.object(writeLimits)
            json.key("settings")
            json.array(Setting.all.filter { !$0.isPath }) { json, setting in
                json.object { json in
                    json.member("name", setting.name)
                    json.member("value", setting.text(info.settings))
                    json.member("default", setting.defaultText)
                }
            }
            json.key("disk")
            json.object(writeDisk)
            json.key("database")
            json.object { json in
                json.member("file_bytes", measured.databaseBytes)
                json.member("log_bytes", measured.logBytes)
            }
            json.key("media_worker")
            json.object(writeWorker)
            json.key("process")
            json.object { json in
                json.member("memory_bytes", measured.memoryBytes)
                json.member("open_files", measured.openFiles)
            }
        }
    }

    /// Limits that are not settings, and those that the machine has reduced.
    private func writeLimits(_ json: inout JSONWriter) {
        let limits = info.store.limits
        json.member("live_connections", info.settings.maxConnections)
        json.member("open_files", measured.openFileLimit)
        json.member("memory_bytes", ifAny: measured.memoryLimit) { $0.value($1) }
        json.member("json_body_bytes", AppContext.maxBodyBytes)
        json.member("attachments_per_message", limits.attachmentsPerMessage)
        json.member("rooms_per_user", limits.roomsPerPerson)
        json.member("sessions_per_user", limits.sessionsPerPerson)
    }

    private func writeDisk(_ json: inout JSONWriter) {
        json.member("level", info.disk.level.name)
        json.member("free_bytes", ifAny: measured.space?.free) { $0.value($1) }
        json.member("total_bytes", ifAny: measured.space?.total) { $0.value($1) }
        json.member("has_reserve", info.disk.hasReserve)
    }

    private func writeWorker(_ json: inout JSONWriter) {
        json.member("state", worker.state.rawValue)
        json.member("jobs_done", worker.jobsDone)
        json.member("starts", worker.startCount)
        json.member("kills", worker.killCount)
        json.member("memory_bytes", worker.residentByteCount)
    }
}
