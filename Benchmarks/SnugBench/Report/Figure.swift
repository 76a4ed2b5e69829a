/// One measured figure and its targets.
struct Figure: Encodable, Sendable {
    enum Verdict: String, Encodable {
        /// Within each of its bounds.
        case ok
        /// Within what must hold, but short of the aim.
        case short
        /// Outside of what must hold.
        case missed
        case info
        case unmeasured
    }

    let name: String
    /// Nil when it could not be measured here.
    let value: Double?
    let unit: String
    let must: Bound?
    let aim: Bound?
    let verdict: Verdict
    /// Other values measured at the same time; shown after the figure.
    let details: [Detail]

    init(
        _ name: String,
        _ value: Double?,
        _ unit: String,
        must: Bound? = nil,
        aim: Bound? = nil,
        details: [Detail] = []
    ) {
        let value = value.flatMap { $0.isFinite ? $0 : nil }
        self.details = details.filter(\.value.isFinite)
        (self.name, self.value, self.unit, self.must, self.aim) = (name, value, unit, must, aim)
        verdict = Self.judge(value, must: must, aim: aim)
    }

    private static func judge(_ value: Double?, must: Bound?, aim: Bound?) -> Verdict {
        // A target that was not measured is missed.
        guard let value else { return must == nil ? .unmeasured : .missed }
        if let must, !must.holds(value) { return .missed }
        if let aim, !aim.holds(value) { return .short }
        return must == nil && aim == nil ? .info : .ok
    }
}

struct Detail: Encodable, Sendable, CustomStringConvertible {
    let name: String
    let value: Double
    let unit: String

    init(_ name: String, _ value: Double, _ unit: String = "") {
        (self.name, self.value, self.unit) = (name, value, unit)
    }

    var description: String { [name, value.short, unit].filter { !$0.isEmpty }.joined(separator: " ") }
}

enum Bound: Encodable, Sendable, CustomStringConvertible {
    case below(Double)
    case above(Double)
    case exactly(Double)

    func holds(_ value: Double) -> Bool {
        switch self {
        case .below(let limit): value < limit
        case .above(let limit): value > limit
        case .exactly(let wanted): value == wanted
        }
    }

    var description: String {
        switch self {
        case .below(let limit): "< \(limit.short)"
        case .above(let limit): "> \(limit.short)"
        case .exactly(let wanted): wanted.short
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Double {
    /// With two decimals below 10, and one above.
    var short: String {
        if self == rounded() { return String(Int(self)) }
        let places: Double = abs(self) < 10 ? 100 : 10
        return String((self * places).rounded() / places)
    }
}
