import Chat
import Foundation
import Hummingbird

extension Request {
    /// Reads the body as JSON, whatever its `Content-Type`.
    ///
    /// - Throws: `too_large` above 64 KiB, `malformed` if it is not JSON, `invalid` with the member that is missing or
    ///   has a wrong type.
    func json<Body: Decodable>(_ type: Body.Type = Body.self) async throws -> Body {
        try JSONText.decode(type, from: Data(buffer: await bodyBytes()))
    }

    /// Like `json`, but nil for an empty body.
    func jsonOrNothing<Body: Decodable>(_ type: Body.Type = Body.self) async throws -> Body? {
        let bytes = try await bodyBytes()
        return bytes.readableBytes == 0 ? nil : try JSONText.decode(type, from: Data(buffer: bytes))
    }

    /// The complete body.
    ///
    /// - Throws: `too_large` above 64 KiB.
    func bodyBytes() async throws -> ByteBuffer {
        let limit = AppContext.maxBodyBytes
        if let length = contentLength, length > limit {
            throw Problem.tooLarge("The body", limit: limit)
        }
        var bytes = ByteBuffer()
        for try await chunk in body {
            guard bytes.readableBytes + chunk.readableBytes <= limit else {
                throw Problem.tooLarge("The body", limit: limit)
            }
            bytes.writeImmutableBuffer(chunk)
        }
        return bytes
    }
}

/// The `seq` of an event. Foundation's decoding of integers does not report which member has a fraction.
struct SequenceNumber: Decodable {
    let value: Int64

    init(from decoder: any Decoder) throws {
        let number = try decoder.singleValueContainer().decode(Double.self)
        guard let value = Int64(exactly: number) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a whole number")
            )
        }
        self.value = value
    }
}
