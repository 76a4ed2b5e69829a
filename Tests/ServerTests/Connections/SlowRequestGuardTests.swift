import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import TestSupport
import Testing

@testable import Server

@Suite("Cutting off slow requests", .timeLimit(.standard))
struct SlowRequestGuardTests {
    private let head = HTTPRequestPart.head(HTTPRequest(method: .post, scheme: "http", authority: "x", path: "/"))
    private let answer = HTTPResponsePart.head(HTTPResponse(status: .ok))

    /// A connection with the default deadlines.
    private func makeChannel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: SlowRequestGuard(.init()))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private func pass(_ seconds: Int64, on channel: EmbeddedChannel) {
        channel.embeddedEventLoop.advanceTime(by: .seconds(seconds))
    }

    @Test("I8: a missing body ends the request with an answer, and then the connection")
    func slowBody() throws {
        let channel = try makeChannel()
        try channel.writeInbound(head)
        channel.read()
        pass(19, on: channel)
        try channel.throwIfErrorCaught()
        pass(1, on: channel)
        #expect(throws: SlowRequest.self) { try channel.throwIfErrorCaught() }
        #expect(channel.isActive)
        try channel.writeOutbound(answer)
        #expect(channel.isActive)
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        #expect(!channel.isActive)
    }

    @Test("Bytes that the server is not reading yet are not overdue")
    func busyServer() throws {
        let channel = try makeChannel()
        try channel.writeInbound(head)
        pass(3600, on: channel)
        try channel.throwIfErrorCaught()
        channel.read()
        pass(19, on: channel)
        try channel.throwIfErrorCaught()
        pass(1, on: channel)
        #expect(throws: SlowRequest.self) { try channel.throwIfErrorCaught() }
    }

    @Test("Bytes of a body extend the deadline")
    func comingBody() throws {
        let channel = try makeChannel()
        try channel.writeInbound(head)
        for _ in 0..<100 {
            channel.read()
            pass(10, on: channel)
            try channel.throwIfErrorCaught()
            try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(repeating: 0, count: 10_240)))
        }
        try channel.writeInbound(HTTPRequestPart.end(nil))
        channel.read()
        pass(3600, on: channel)
        try channel.throwIfErrorCaught()
        #expect(channel.isActive)
    }

    @Test("Earlier requests are answered first")
    func pipelined() throws {
        let channel = try makeChannel()
        try channel.writeInbound(head)
        try channel.writeInbound(HTTPRequestPart.end(nil))
        try channel.writeInbound(head)
        channel.read()
        pass(20, on: channel)
        #expect(throws: SlowRequest.self) { try channel.throwIfErrorCaught() }
        for isLast in [false, true] {
            try channel.writeOutbound(answer)
            try channel.writeOutbound(HTTPResponsePart.end(nil))
            #expect(channel.isActive == !isLast)
        }
    }

    @Test(
        "I8: after a final answer the connection is closed without another; 100 Continue is not final",
        arguments: [true, false]
    )
    func answered(isInformational: Bool) throws {
        let channel = try makeChannel()
        try channel.writeInbound(head)
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: isInformational ? .continue : .ok)))
        channel.read()
        pass(20, on: channel)
        #expect(channel.isActive == isInformational)
        guard isInformational else { return try channel.throwIfErrorCaught() }
        #expect(throws: SlowRequest.self) { try channel.throwIfErrorCaught() }
    }

    @Test("I8: a head has ten seconds, whatever the timer of the body before it")
    func slowHead() throws {
        let channel = try makeChannel()
        try channel.writeInbound(head)
        channel.read()
        try channel.writeInbound(HTTPRequestPart.end(nil))
        channel.read()
        try channel.writeOutbound(answer)
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        pass(5, on: channel)
        // Bytes that are not a complete part.
        channel.pipeline.fireChannelReadComplete()
        channel.read()
        pass(9, on: channel)
        #expect(channel.isActive)
        pass(1, on: channel)
        #expect(!channel.isActive)
        try channel.throwIfErrorCaught()
    }

    @Test("A slow head does not cancel the answer to the request before it")
    func headBehindLongRequest() throws {
        let channel = try makeChannel()
        try channel.writeInbound(head)
        try channel.writeInbound(HTTPRequestPart.end(nil))
        channel.read()
        channel.pipeline.fireChannelReadComplete()
        channel.read()
        pass(25, on: channel)
        #expect(channel.isActive)
        try channel.writeOutbound(answer)
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        #expect(channel.isActive)
        pass(10, on: channel)
        #expect(!channel.isActive)
    }

    @Test("A client that has closed its sending side is not waited for")
    func halfClosed() throws {
        let channel = try makeChannel()
        try channel.writeInbound(head)
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        channel.read()
        pass(3600, on: channel)
        #expect(channel.isActive)
    }
}
