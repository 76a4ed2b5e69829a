import Glibc
import NIOCore

/// How busy both sides are from a moment on.
struct Effort: Sendable {
    private let cgroup: (any Cgroup)?
    private let began = NIODeadline.now()
    private let product: Int?
    private let load = Self.ownProcessorTime()

    init(cgroup: (any Cgroup)?) {
        self.cgroup = cgroup
        product = try? cgroup?.processorTime()
    }

    /// Share of one core since the beginning, of the product and of the load.
    var shares: Shares {
        let microseconds = began.milliseconds(until: .now()) * 1000
        let productNow = try? cgroup?.processorTime()
        let productTime = product.flatMap { before in productNow.map { Double($0 - before) } } ?? .nan
        return Shares(
            product: productTime / microseconds * 100,
            load: Double(Self.ownProcessorTime() - load) / microseconds * 100
        )
    }

    /// In percent; the product's is NaN where there is no control group.
    struct Shares: Sendable {
        let product: Double
        let load: Double

        /// From here on the load's core is the limit, or may be.
        private static let fullLoad = 90.0

        var details: [Detail] { [Detail("server", product, "%"), Detail("generator", load, "%")] }
        var isLoadFull: Bool { load >= Self.fullLoad }
    }

    /// In microseconds.
    private static func ownProcessorTime() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + $1.tv_sec * 1_000_000 + Int($1.tv_usec) }
    }
}
