import Glibc
import NIOCore

/// Processor time that the product and the load generator use from a moment on.
struct CPUTime: Sendable {
    private let cgroup: (any Cgroup)?
    private let began = NIODeadline.now()
    private let product: Double
    private let load: Double

    init(cgroup: (any Cgroup)?) {
        self.cgroup = cgroup
        (product, load) = (Self.time(of: cgroup), Self.ownTime)
    }

    /// Shares of one core since the beginning.
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

    /// In percent; the product's is NaN without a control group.
    struct Shares: Sendable {
        let product: Double
        let load: Double

        /// From here on the generator's core may be the limit.
        private static let fullLoad = 90.0

        var details: [Detail] { [Detail("server", product, "%"), Detail("generator", load, "%")] }
        var isLoadFull: Bool { load >= Self.fullLoad }
    }
}
