import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import Server

@Suite("Encoded batches", .timeLimit(.standard))
struct EncodedBatchTests {
    private let batch = EncodedBatch(
        ["1", "2"].map { EncodedEvent(type: "event", cursor: nil, json: ByteBuffer(string: $0)) }
    )

    @Test("A batch is framed once per format, however many connections use the format")
    func framedOnce() {
        for _ in 0..<3 {
            #expect(batch.frames(as: Brackets.self) == ByteBuffer(string: "[1][2]"))
            #expect(batch.frames(as: Angles.self) == ByteBuffer(string: "<1><2>"))
            #expect(batch.frames(as: Lines.self) == ByteBuffer(string: "1\n2\n"))
        }
        #expect(Brackets.count.load(ordering: .relaxed) == 2)
        #expect(Angles.count.load(ordering: .relaxed) == 2)
        #expect(Lines.count.load(ordering: .relaxed) == 2)
    }

    @Test("Connections share the bytes of a format")
    func shared() {
        let first = batch.frames(as: SSEFrames.self).withUnsafeReadableBytes { $0.baseAddress }
        let second = batch.frames(as: SSEFrames.self).withUnsafeReadableBytes { $0.baseAddress }
        #expect(first == second)
    }

    @Test("The size of a batch is that of its JSON, whatever its frames add")
    func byteCount() {
        #expect(batch.byteCount == 2)
        #expect(batch.frames(as: SSEFrames.self).readableBytes > 2)
    }

    @Test("The frames of a WebSocket are those of its events, one after the other")
    func webSocketFrames() {
        var expected = ByteBuffer()
        for text in ["1", "2"] { expected.writeImmutableBuffer(.webSocketFrame(.text, ByteBuffer(string: text))) }
        #expect(batch.frames(as: WebSocketJSONFrames.self) == expected)
    }
}

private enum Brackets: FrameFormat {
    static let count = Atomic(0)

    static func append(_ event: EncodedEvent, to frames: inout ByteBuffer) {
        count.add(1, ordering: .relaxed)
        frames.writeImmutableBuffer(ByteBuffer(string: "[\(String(buffer: event.json))]"))
    }
}

private enum Angles: FrameFormat {
    static let count = Atomic(0)

    static func append(_ event: EncodedEvent, to frames: inout ByteBuffer) {
        count.add(1, ordering: .relaxed)
        frames.writeImmutableBuffer(ByteBuffer(string: "<\(String(buffer: event.json))>"))
    }
}

private enum Lines: FrameFormat {
    static let count = Atomic(0)

    static func append(_ event: EncodedEvent, to frames: inout ByteBuffer) {
        count.add(1, ordering: .relaxed)
        frames.writeImmutableBuffer(ByteBuffer(string: "\(String(buffer: event.json))\n"))
    }
}
