import Foundation
import Kernel
import TestSupport
import Testing

/// I6, I7, I9: libheif and the decoders behind it are in no other picture's process.
@Suite(.serialized, .timeLimit(.standard), .enabled(if: hasHEIFModule)) struct HEIFWorkerTests {
    @Test("Each HEIC or AVIF gets a worker of its own, and other pictures share one")
    func ownWorker() async throws {
        try await withWorker { worker, media in
            let names = ["picture.heic", "picture.avif", "plain.png", "textured.jpg", "phone.heic", "grey-16.png"]
            for name in names {
                let job = try addJob(name, to: media)
                #expect(try await worker.render(job).count == 3)
            }
            // Two, one for the next two, and one each.
            #expect(await worker.status.startCount == 5)
            #expect(await worker.status.killCount == 0)
        }
    }

    @Test("Waiting jobs of both kinds are all done, in order")
    func mixedQueue() async throws {
        try await withWorker { worker, media in
            let names = ["plain.png", "picture.heic", "textured.jpg", "picture.avif", "picture.heic", "plain.png"]
            let jobs = try names.map { try addJob($0, to: media) }
            let counts = await withTaskGroup(of: Int?.self) { group in
                for job in jobs { group.addTask { try? await worker.render(job).count } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(counts == Array(repeating: 3, count: jobs.count))
        }
    }

    @Test("The worker of other pictures has not loaded libheif")
    func notLoaded() async throws {
        try await withWorker { worker, media in
            _ = try await worker.render(try addJob("plain.png", to: media))
            let process = try #require(await worker.status.processID)
            // Foundation reads a file that has no size in advance, as those in /proc, by its first page only.
            let bytes = try OpenFile("/proc/\(process)/maps").read(at: 0, count: 1 << 20)
            let maps = String(decoding: bytes, as: UTF8.self)
            #expect(maps.contains("/libvips.so"))
            for library in ["vips-heif", "libheif", "libde265", "libaom", "libdav1d", "vips-magick", "vips-poppler"] {
                #expect(!maps.contains(library))
            }
        }
    }

    @Test("A format that is not enabled gets no such worker")
    func notEnabled() async throws {
        try await withWorker(formats: [.jpeg, .avif]) { worker, media in
            let (heic, avif) = (try addJob("picture.heic", to: media), try addJob("picture.avif", to: media))
            #expect(await worker.failure(of: heic) == .rejected(.undecodable))
            #expect(try await worker.render(avif).count == 3)
        }
    }
}

/// Whether libvips decodes HEIC and AVIF here.
let hasHEIFModule =
    FileManager.default.subpaths(atPath: "/usr/lib")?.contains { $0.hasSuffix("/vips-heif.so") } ?? false
