import Hummingbird
import NIOCore

/// The body of a request that may be rejected while it is read.
///
/// Many clients read the response only after they have sent the body, and lose it if the connection is closed before.
/// The rest of a rejected body is therefore read and discarded, up to a limit. Both share one iterator, because a body
/// can be iterated once.
final class DrainableBody: AsyncSequence {
    typealias Element = ByteBuffer

    /// Bytes of a rejected body that are read and discarded.
    static let lingeringBytes = 16 * 1024 * 1024

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let body: DrainableBody

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

    /// Reads and discards the rest.
    ///
    /// - Returns: Whether the end was reached, so that the connection remains usable.
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
    /// The response to a request whose body has not been read: it is sent at once, and then the body is read and
    /// discarded up to a limit.
    func lingering(over request: Request) -> Response {
        guard request.contentLength ?? 0 <= DrainableBody.lingeringBytes else { return closing() }
        var response = self
        let body = response.body
        response.body = ResponseBody(contentLength: body.contentLength) { writer in
            try await body.write(writer)
            guard await DrainableBody(request.body).drain() else { throw ChannelError.inputClosed }
        }
        return response
    }

    /// The response, after which the connection is closed.
    func closing() -> Response {
        var response = self
        let body = response.body
        response.headers[.connection] = "close"
        response.body = ResponseBody(contentLength: body.contentLength) { writer in
            try await body.write(writer)
            // An error closes the connection; otherwise Hummingbird would read the rest of the body, however long it
            // is.
            throw ChannelError.inputClosed
        }
        return response
    }
}
