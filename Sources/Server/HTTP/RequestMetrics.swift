import HTTPTypes
import SnugMetrics
import Synchronization

/// The time of requests until their response begins, by the pattern of the route, the method and the class of the status.
///
/// There are as many series as routes: paths without a route share one.
final class RequestMetrics: Sendable {
    struct Key: Hashable {
        /// The pattern of the route; `none` without one.
        let route: String
        /// `other` for a method that no route has.
        let method: String
        /// 1–5.
        let statusClass: Int
    }

    /// What the library calls the route of a path that has none.
    private static let unmatched = "NotFound"
    private static let methods: Set<HTTPRequest.Method> = [
        .get, .head, .post, .put, .patch, .delete, .options, .trace,
    ]

    private let times = Mutex<[Key: Histogram]>([:])

    /// In alphabetical order. What has not happened yet is missing.
    var all: [(key: Key, time: Histogram)] {
        times.withLock { $0 }.map { ($0, $1) }.sorted { left, right in
            let (left, right) = (left.key, right.key)
            return (left.route, left.method, left.statusClass) < (right.route, right.method, right.statusClass)
        }
    }

    /// - Parameter route: The pattern that the router matched; nil without a match.
    func observe(_ route: String?, _ method: HTTPRequest.Method, _ status: HTTPResponse.Status, _ time: Duration) {
        let key = Key(
            route: route.flatMap { $0 == Self.unmatched ? nil : $0 } ?? "none",
            method: Self.methods.contains(method) ? method.rawValue : "other",
            statusClass: status.code / 100
        )
        let histogram = times.withLock { times in
            if let known = times[key] { return known }
            let new = Histogram(seconds: [0.005, 0.025, 0.1, 0.25, 1, 2.5, 10, 30])
            times[key] = new
            return new
        }
        histogram.observe(time)
    }
}
