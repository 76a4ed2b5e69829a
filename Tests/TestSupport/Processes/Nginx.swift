import Fixtures
import Foundation
import Glibc
import SnugClient
import Subprocess
import SystemPackage

/// Runs Debian's nginx with the product's own configuration in front of a server, and stops it after `body`.
///
/// Only its port, the address of the server and the path of the storage are replaced.
package func withNginx<Result: Sendable>(
    inFrontOf server: Site,
    storage: String,
    _ body: (Site) async throws -> Result
) async throws -> Result {
    try await withNginxLogs(inFrontOf: server, storage: storage) { front, _ in try await body(front) }
}

/// The logs of nginx.
package struct NginxLogs: Sendable {
    fileprivate let folder: String

    /// Requests, as nginx logs them by the product's configuration.
    package var requests: String {
        get throws { try String(contentsOfFile: "\(folder)/access.log", encoding: .utf8) }
    }

    /// Messages down to `notice`; by default nginx logs only errors.
    package var errors: String {
        get throws { try String(contentsOfFile: "\(folder)/error.log", encoding: .utf8) }
    }
}

/// The same, with access to the logs.
///
/// - Parameter user: The user of its workers if the test runs as root; nil is the test's own user.
package func withNginxLogs<Result: Sendable>(
    inFrontOf server: Site,
    storage: String,
    as user: String? = nil,
    _ body: (Site, NginxLogs) async throws -> Result
) async throws -> Result {
    try await withMemoryFolder { folder in
        let front = Site(port: try freePort())
        let site = try Nginx.site(listeningAt: front, server: server, storage: storage, logs: folder)
        try site.write(toFile: "\(folder)/snug.conf", atomically: true, encoding: .utf8)
        try Nginx.main(in: folder, user: user).write(toFile: "\(folder)/nginx.conf", atomically: true, encoding: .utf8)
        return try await Nginx.run(in: folder) { try await body(front, NginxLogs(folder: folder)) }
    }
}

/// The same with the product's TLS, whose certificate is self-signed.
///
/// - Parameter body: Gets the site without TLS, and the port with it.
package func withSecureNginx<Result: Sendable>(
    inFrontOf server: Site,
    storage: String,
    _ body: (Site, Int) async throws -> Result
) async throws -> Result {
    try await withMemoryFolder { folder in
        let (front, port) = (Site(port: try freePort()), try freePort())
        let site = try Nginx.site(listeningAt: front, server: server, storage: storage, logs: folder)
        try site.write(toFile: "\(folder)/snug.conf", atomically: true, encoding: .utf8)
        try await Nginx.makeCertificate(in: folder)
        try FileManager.default.createDirectory(atPath: "\(folder)/tls", withIntermediateDirectories: false)
        try Nginx.secure(port: port, in: folder)
            .write(toFile: "\(folder)/tls/tls.conf", atomically: true, encoding: .utf8)
        try Nginx.main(in: folder, user: nil).write(toFile: "\(folder)/nginx.conf", atomically: true, encoding: .utf8)
        return try await Nginx.run(in: folder) { try await body(front, port) }
    }
}

private enum Nginx {
    /// The product's configuration with other port, address and path.
    static func site(listeningAt front: Site, server: Site, storage: String, logs: String) throws -> String {
        let places = [
            "listen 80;": "listen \(front.host):\(front.port);", "listen [::]:80;": "",
            "/etc/nginx/snug/": logs + "/tls/",
            "server 127.0.0.1:8080;": "server \(server.host):\(server.port);",
            "/var/lib/snug/": storage + "/", "/var/log/nginx/": logs + "/",
        ]
        return try configuration("snug.conf", replacing: places)
    }

    /// The product's TLS with another port and certificate.
    static func secure(port: Int, in folder: String) throws -> String {
        let certificates = "/etc/letsencrypt/live/chat.example.org/"
        return try configuration(
            "snug-tls.conf",
            replacing: [
                "listen 443 ": "listen 127.0.0.1:\(port) ", "listen [::]:443 ssl http2;": "",
                certificates + "fullchain.pem": folder + "/certificate.pem",
                certificates + "privkey.pem": folder + "/key.pem",
            ]
        )
    }

    private static func configuration(_ name: String, replacing places: [String: String]) throws -> String {
        let file = Executables.checkout.appending(path: "deploy/nginx/\(name)")
        var text = try String(contentsOf: file, encoding: .utf8)
        for (place, own) in places {
            guard text.contains(place) else {
                throw StartFailure(program: "nginx", output: "no \(place) in \(file.path)")
            }
            text = text.replacing(place, with: own)
        }
        return text
    }

    static func makeCertificate(in folder: String) async throws {
        let made = try await runProgram([
            "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-subj", "/CN=127.0.0.1", "-days", "2", "-keyout", "\(folder)/key.pem", "-out",
            "\(folder)/certificate.pem",
        ])
        guard made.status == .exited(0) else { throw StartFailure(program: "openssl", output: made.errors) }
    }

    /// The enclosing configuration, as in Debian's nginx.conf, with everything in one folder.
    static func main(in folder: String, user: String?) -> String {
        // As root, nginx would read files as another user, who may not look into the tests' temporary folders.
        let user = geteuid() == 0 ? "user \(user ?? "root");" : ""
        let bodies = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(folder)/\($0);" }
        return """
            \(user)
            daemon off;
            worker_processes 1;
            pid \(folder)/nginx.pid;
            error_log stderr notice;
            error_log \(folder)/error.log notice;
            events { worker_connections 512; }
            http {
                access_log off;
                sendfile on;
                tcp_nopush on;
                \(bodies.joined(separator: "\n    "))
                include \(folder)/snug.conf;
            }
            """
    }

    static func run<Result: Sendable>(in folder: String, _ body: () async throws -> Result) async throws -> Result {
        let run = try await Subprocess.run(
            .path(FilePath(try executable)),
            arguments: ["-p", folder, "-c", "\(folder)/nginx.conf", "-e", "stderr"],
            environment: programEnvironment([:]),
            input: .none,
            output: .discarded,
            error: .sequence
        ) { process in
            try await withThrowingTaskGroup(of: Void.self) { group in
                let (lines, line) = AsyncStream.makeStream(of: String.self)
                group.addTask {
                    for try await text in process.standardError.strings() { line.yield(text) }
                    line.finish()
                }
                try await waitUntilReady(lines)
                let result = try await body()
                try? process.send(signal: .terminate)
                try await group.waitForAll()
                return result
            }
        }
        return run.closureResult
    }

    /// It listens before it starts its workers, and logs that.
    private static func waitUntilReady(_ lines: AsyncStream<String>) async throws {
        var output = ""
        for await line in lines {
            output += line + "\n"
            if line.contains("start worker process ") { return }
        }
        throw StartFailure(program: "nginx", output: output)
    }

    private static var executable: String {
        get throws {
            let folders = ["/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"]
            let found = folders.map { $0 + "/nginx" }.first { FileManager.default.isExecutableFile(atPath: $0) }
            guard let found else { throw StartFailure(program: "nginx", output: "it is not installed") }
            return found
        }
    }
}

/// A port of the loopback address that nobody listens on.
private func freePort() throws -> Int {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port: UInt16? = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> UInt16? in
            guard bind(listener, address, length) == 0, getsockname(listener, address, &length) == 0 else { return nil }
            return pointer.pointee.sin_port.bigEndian
        }
    }
    guard let port else { throw Errno(rawValue: errno) }
    return Int(port)
}
