import Hummingbird
import NIOCore

/// A request's body that may turn out to be unwanted while it is read.
///
/// A client that is still sending may not look at an answer before it is done, and loses it when the connection closes
/// under it. So a refused body is read on for a little, and only who sends without end is cut off. It has one reader
/// for all that, because a body can be iterated once.
final class RefusableBody: AsyncSequence {
    typealias Element = ByteBuffer

    /// Bytes that are still read, and thrown away, of a body that was refused.
    static let lingeringBytes = 16 * 1024 * 1024

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let body: RefusableBody

        func next() async throws -> ByteBuffer? {
            try await body.next()
        }
    }

    private var reader: RequestBody.AsyncIterator

    init(_ body: RequestBody) {
        reader = body.makeAsyncIterator()
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(body: self)
    }

    /// Reads what is left.
    ///
    /// - Returns: Whether the end was reached, so that the connection can go on.
    func drain() async -> Bool {
        var rest = Self.lingeringBytes
        do {
            while let chunk = try await next() {
                rest -= chunk.readableBytes
                guard rest >= 0 else { return false }
            }
            return true
        } catch {
            return false
        }
    }

    private func next() async throws -> ByteBuffer? {
        try await reader.next()
    }
}

extension Response {
    /// The same answer to a request whose body nobody has read: it goes out at once, and what a client goes on sending is
    /// read on for a little behind it, as `RefusableBody` does.
    func lingering(over request: Request) -> Response {
        guard request.contentLength ?? 0 <= RefusableBody.lingeringBytes else { return closing() }
        var response = self
        let body = response.body
        response.body = ResponseBody(contentLength: body.contentLength) { writer in
            try await body.write(writer)
            guard await RefusableBody(request.body).drain() else { throw ChannelError.inputClosed }
        }
        return response
    }

    /// The same answer, with the connection closed behind it.
    func closing() -> Response {
        var response = self
        let body = response.body
        response.headers[.connection] = "close"
        response.body = ResponseBody(contentLength: body.contentLength) { writer in
            try await body.write(writer)
            // Hummingbird would read the rest of the request, however long it is; an error ends the connection.
            throw ChannelError.inputClosed
        }
        return response
    }
}
