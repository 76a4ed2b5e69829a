import Glibc
import NIOCore

/// How busy both sides are from a moment on.
struct Effort: Sendable {
    private let cgroup: (any Cgroup)?
    private let began = NIODeadline.now()
    private let product: Double
    private let load: Double

    init(cgroup: (any Cgroup)?) {
        self.cgroup = cgroup
        (product, load) = (Self.time(of: cgroup), Self.ownTime)
    }

    /// Share of one core since the beginning, of the product and of the load.
    var shares: Shares {
        let passed = began.milliseconds(until: .now())
        return Shares(
            product: (Self.time(of: cgroup) - product) / passed * 100,
            load: (Self.ownTime - load) / passed * 100
        )
    }

    /// In milliseconds.
    private static func time(of cgroup: (any Cgroup)?) -> Double {
        (try? cgroup?.processorTime()).map { Double($0) / 1000 } ?? .nan
    }

    /// In milliseconds.
    private static var ownTime: Double { ProcessClock(of: getpid())?.milliseconds ?? .nan }

    /// In percent; the product's is NaN where there is no control group.
    struct Shares: Sendable {
        let product: Double
        let load: Double

        /// From here on the load's core is the limit, or may be.
        private static let fullLoad = 90.0

        var details: [Detail] { [Detail("server", product, "%"), Detail("generator", load, "%")] }
        var isLoadFull: Bool { load >= Self.fullLoad }
    }
}
