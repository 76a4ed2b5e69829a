import Hummingbird
import NIOCore

extension Response {
    /// Bytes that are still read, and thrown away, of a body that was refused.
    private static let lingeringBytes = 16 * 1024 * 1024

    /// The answer to a request whose body nobody wants.
    ///
    /// A client that is still sending may not look at an answer before it is done, and loses it when the connection
    /// closes under it. So a little more is read, and only who sends without end is cut off.
    func lingering(behind request: Request) -> Response {
        guard case let body = body, let length = body.contentLength else { return self }
        var response = self
        response.headers[.connection] = "close"
        response.body = ResponseBody(contentLength: length) { writer in
            try await body.write(writer)
            var rest = Self.lingeringBytes
            for try await chunk in request.body {
                rest -= chunk.readableBytes
                guard rest >= 0 else { throw ChannelError.inputClosed }
            }
        }
        return response
    }
}
