import Foundation
import Media
import Pictures
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import Janitor

@Suite("Interrupted sweeps", .timeLimit(.standard))
struct InterruptedSweepTests {
    /// Cancels a sweep at one of its writes.
    private final class Canceller: Sendable {
        private struct State {
            var stepsLeft: Int
            var task: Task<SweepReport, any Error>?
        }

        private let state: Mutex<State>

        init(step: Int) {
            state = Mutex(State(stepsLeft: step))
        }

        func step() {
            state.withLock { state in
                state.stepsLeft -= 1
                if state.stepsLeft <= 0 { state.task?.cancel() }
            }
        }

        func watch(_ task: Task<SweepReport, any Error>) {
            state.withLock { state in
                state.task = task
                if state.stepsLeft <= 0 { task.cancel() }
            }
        }
    }

    private struct Contents {
        var kept: [Attachment.ID] = []
        var garbage: [Attachment.ID] = []
        var strays: [BlobID] = []
    }

    private func fill(_ storage: TestStorage) async throws -> Contents {
        var contents = Contents()
        for _ in 0..<2 {
            contents.garbage.append(try await storage.unfinished(age: .hours(2)))
            contents.garbage.append(try await storage.unattached(age: .hours(30)))
            contents.garbage.append(try await storage.deleted())
            contents.kept.append(try await storage.attached(age: .hours(30)).file)
            contents.kept.append(try await storage.unattached(age: .hours(1)))
            contents.strays.append(try storage.stray(age: .hours(30)))
        }
        try await storage.deletedRoom(messages: 2)
        return contents
    }

    private func expectNoneLost(_ contents: Contents, in storage: TestStorage) {
        for id in contents.kept { #expect(storage.hasFiles(id)) }
    }

    private func expectSwept(_ contents: Contents, in storage: TestStorage) async throws {
        expectNoneLost(contents, in: storage)
        for id in contents.garbage { #expect(try await storage.isGone(id)) }
        for id in contents.strays { #expect(!storage.isThere(storage.path(of: .original(id)))) }
        #expect(try await storage.store.rooms.prunableCount() == 0)
    }

    /// - Returns: Whether the sweep was stopped before its end.
    private func sweep(_ storage: TestStorage, stopAt step: Int) async throws -> Bool {
        let canceller = Canceller(step: step)
        storage.clock.onRead { canceller.step() }
        defer { storage.clock.onRead {} }
        let task = Task { try await storage.sweep(batch: 1).run() }
        canceller.watch(task)
        do {
            _ = try await task.value
            return false
        } catch is CancellationError {
            return true
        }
    }

    @Test("I5: A sweep that is stopped at any of its writes loses nothing, and the next one ends what it began")
    func anyStep() async throws {
        try await withStorage { storage in
            var steps = 0
            var wasStopped = true
            while wasStopped {
                let contents = try await fill(storage)
                wasStopped = try await sweep(storage, stopAt: steps)
                expectNoneLost(contents, in: storage)
                _ = try await storage.sweep().run()
                try await expectSwept(contents, in: storage)
                steps += 1
            }
            // Marks, rooms and rows: fewer would mean that the sweep was not stopped where it should be.
            #expect(steps > 10)
        }
    }

    @Test("I5: A sweep that ends between a picture's files ends what it began the next time")
    func betweenFiles() async throws {
        try await withStorage { storage in
            let contents = try await fill(storage)
            let blob = BlobID(try #require(contents.garbage.last).uuid)
            // A folder in the original's place cannot be removed as a file can.
            let path = storage.path(of: .original(blob))
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            #expect(try await storage.sweep().run().failureCount == 1)
            expectNoneLost(contents, in: storage)
            let thumbnail = VariantFile(blob: blob, size: .thumbnail, format: .jpg)
            #expect(!storage.isThere(storage.path(of: .variant(thumbnail))))
            #expect(try await storage.store.attachments.existing(among: [Attachment.ID(blob.uuid)]).count == 1)
            try FileManager.default.removeItem(atPath: path)
            try storage.write(path, age: .zero)
            _ = try await storage.sweep().run()
            try await expectSwept(contents, in: storage)
        }
    }

    @Test("I5: A sweep that cannot fill the trash leaves the files where they are")
    func trashInTheWay() async throws {
        try await withStorage { storage in
            let contents = try await fill(storage)
            let today = "\(storage.media)/trash/\(TrashDay(Date()))"
            try storage.write(today, age: .zero)
            #expect(try await storage.sweep().run()[.unknownFiles].failures.count == contents.strays.count)
            for id in contents.strays { #expect(storage.isThere(storage.path(of: .original(id)))) }
            try FileManager.default.removeItem(atPath: today)
            _ = try await storage.sweep().run()
            try await expectSwept(contents, in: storage)
        }
    }
}

@Suite("Asking a sweep to stop", .serialized, .timeLimit(.standard))
struct SignalTests {
    @Test("A signal cancels the work, which ends in good order first", arguments: [SIGTERM, SIGINT])
    func signal(number: Int32) async throws {
        let (ends, end) = AsyncStream.makeStream(of: Bool.self)
        await #expect(throws: StoppedBySignal.self) {
            try await StopSignals.cancelling {
                kill(getpid(), number)
                // Ends by being cancelled alone.
                for await _ in AsyncStream<Void>(unfolding: { try? await Task.sleep(for: .seconds(3600)) }) { break }
                end.yield(Task.isCancelled)
            }
        }
        #expect(await ends.first { _ in true } == true)
    }

    @Test("Work that nobody asks to stop gives its value")
    func value() async throws {
        #expect(try await StopSignals.cancelling { 7 } == 7)
    }
}
