import NIOCore
import NIOWebSocket
import TestSupport
import Testing

@testable import Server

@Suite("Frames of clients", .timeLimit(.standard))
struct FrameAssemblerTests {
    private static let mask: WebSocketMaskingKey = [1, 2, 3, 4]

    private func frame(
        _ opcode: WebSocketOpcode,
        _ payload: ByteBuffer = ByteBuffer(),
        isFinal: Bool = true,
        isMasked: Bool = true,
        rsv1: Bool = false
    ) -> WebSocketFrame {
        var payload = payload
        if isMasked { payload.webSocketMask(Self.mask) }
        return WebSocketFrame(
            fin: isFinal,
            rsv1: rsv1,
            opcode: opcode,
            maskKey: isMasked ? Self.mask : nil,
            data: payload
        )
    }

    private func text(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }

    @Test("A text in one frame is a message")
    func whole() {
        var assembler = FrameAssembler()
        #expect(assembler.accept(frame(.text, text("grüß dich"))) == .text(text("grüß dich")))
        #expect(assembler.accept(frame(.text)) == .text(text("")))
    }

    @Test("Fragments are joined, even if a character is cut and a ping comes between")
    func parts() {
        var assembler = FrameAssembler()
        let bytes = Array("é!".utf8)
        #expect(assembler.accept(frame(.text, ByteBuffer(bytes: bytes[..<1]), isFinal: false)) == .nothing)
        #expect(assembler.accept(frame(.ping, text("?"))) == .ping(text("?")))
        #expect(assembler.accept(frame(.continuation, ByteBuffer(bytes: bytes[1...]), isFinal: false)) == .nothing)
        #expect(assembler.accept(frame(.continuation)) == .text(text("é!")))
        #expect(assembler.accept(frame(.text, text("next"))) == .text(text("next")))
    }

    @Test("I8: A message has at most 64 KiB, in one frame or in many")
    func size() {
        let limit = FrameAssembler.maxMessageBytes
        var assembler = FrameAssembler()
        let full = ByteBuffer(repeating: 0x61, count: limit)
        #expect(assembler.accept(frame(.text, full)) == .text(full))
        #expect(assembler.accept(frame(.text, ByteBuffer(repeating: 0x61, count: limit + 1))) == .violation(1009))
        var parts = FrameAssembler()
        #expect(parts.accept(frame(.text, full, isFinal: false)) == .nothing)
        #expect(parts.accept(frame(.continuation, text("a"))) == .violation(1009))
    }

    @Test("A text that is not UTF-8 violates the protocol")
    func badText() {
        for bytes in [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80]] as [[UInt8]] {
            var assembler = FrameAssembler()
            #expect(assembler.accept(frame(.text, ByteBuffer(bytes: bytes))) == .violation(1007))
        }
    }

    @Test("Fragments come in order: no continuation without a beginning, no beginning within another")
    func orderOfParts() {
        var assembler = FrameAssembler()
        #expect(assembler.accept(frame(.continuation, text("a"))) == .violation(1002))
        #expect(assembler.accept(frame(.text, text("a"), isFinal: false)) == .nothing)
        #expect(assembler.accept(frame(.text, text("b"))) == .violation(1002))
    }

    @Test("Frames must be masked and use no extension; binary is not supported")
    func form() {
        var assembler = FrameAssembler()
        #expect(assembler.accept(frame(.text, text("a"), isMasked: false)) == .violation(1002))
        #expect(assembler.accept(frame(.text, text("a"), rsv1: true)) == .violation(1002))
        #expect(assembler.accept(frame(.binary, text("a"))) == .violation(1003))
        #expect(assembler.accept(frame(WebSocketOpcode(encodedWebSocketOpcode: 3)!)) == .violation(1002))
    }

    @Test("Control frames are short and not fragmented")
    func control() {
        var assembler = FrameAssembler()
        let (short, long) = (ByteBuffer(repeating: 0x61, count: 125), ByteBuffer(repeating: 0x61, count: 126))
        #expect(assembler.accept(frame(.ping, short)) == .ping(short))
        #expect(assembler.accept(frame(.pong, short)) == .pong)
        #expect(assembler.accept(frame(.connectionClose, short)) == .closed(short))
        for opcode in [WebSocketOpcode.ping, .pong, .connectionClose] {
            #expect(assembler.accept(frame(opcode, long)) == .violation(1002))
            #expect(assembler.accept(frame(opcode, isFinal: false)) == .violation(1002))
        }
    }

    @Test(
        "Server frames have the shortest header for their size",
        arguments: [
            (0, [0x81, 0]), (125, [0x81, 125]), (126, [0x81, 126, 0, 126]), (65_535, [0x81, 126, 0xFF, 0xFF]),
            (65_536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] as [(Int, [UInt8])]
    )
    func serverFrame(size: Int, head: [UInt8]) {
        let payload = ByteBuffer(repeating: 0x61, count: size)
        var written = ByteBuffer.webSocketFrame(.text, payload)
        #expect(written.readBytes(length: head.count) == head)
        #expect(written == payload)
    }
}
