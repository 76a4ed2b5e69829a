import Foundation
import SnugClient

/// Where Snug runs.
struct ServerAddress: Sendable {
    let url: String
    let site: Site

    /// - Throws: ``Failure`` for anything but `http://HOST` or `http://HOST:PORT`.
    init(_ text: String) throws {
        var text = text
        while text.hasSuffix("/") { text.removeLast() }
        guard let site = URL(string: text).flatMap(Site.init(url:)) else {
            throw Failure("SNUG_URL is \(text); expected a URL such as http://127.0.0.1:8080, without TLS")
        }
        (url, self.site) = (text, site)
    }

    /// The complete URL of a variant, which may be relative to the server's.
    func resolve(_ variant: String) throws -> URL {
        guard let resolved = URL(string: variant, relativeTo: URL(string: url))?.absoluteURL else {
            throw Failure("unexpected response from the server: \(variant) is not a URL")
        }
        return resolved
    }

    /// Fetches a URL: from its own host, or from Snug itself if the host requires TLS.
    func get(_ url: URL) async throws -> Answer {
        let query = url.query().map { "?\($0)" } ?? ""
        return try await (Site(url: url) ?? site).send(.GET, url.path() + query).expect(200)
    }
}

extension Site {
    fileprivate init?(url: URL) {
        guard url.scheme == "http", let host = url.host(), !host.isEmpty else { return nil }
        self.init(host: host, port: url.port ?? 80)
    }
}
