import Glibc

/// The meaning of pixel values: primary colours and transfer function.
struct ColourSpace: Equatable {
    var primaries = Primaries.bt709
    var transfer = Transfer.sRGB

    /// CIE 1931 chromaticities.
    struct Primaries: Equatable {
        struct Point: Equatable {
            let x: Double
            let y: Double
        }

        let red: Point
        let green: Point
        let blue: Point
        let white: Point

        init(red: (Double, Double), green: (Double, Double), blue: (Double, Double), white: (Double, Double)) {
            self.red = Point(x: red.0, y: red.1)
            self.green = Point(x: green.0, y: green.1)
            self.blue = Point(x: blue.0, y: blue.1)
            self.white = Point(x: white.0, y: white.1)
        }

        private static let d65 = (0.3127, 0.3290)
        /// Also those of sRGB.
        static let bt709 = Primaries(red: (0.64, 0.33), green: (0.30, 0.60), blue: (0.15, 0.06), white: d65)

        /// By their number in ITU-T H.273 (07/2021), table 2; nil for unknown numbers.
        init?(code: UInt8) {
            switch code {
            case 1: self = .bt709
            case 5: self.init(red: (0.64, 0.33), green: (0.29, 0.60), blue: (0.15, 0.06), white: Self.d65)
            case 6, 7: self.init(red: (0.63, 0.34), green: (0.31, 0.595), blue: (0.155, 0.07), white: Self.d65)
            case 9: self.init(red: (0.708, 0.292), green: (0.17, 0.797), blue: (0.131, 0.046), white: Self.d65)
            case 11: self.init(red: (0.68, 0.32), green: (0.265, 0.69), blue: (0.15, 0.06), white: (0.314, 0.351))
            case 12: self.init(red: (0.68, 0.32), green: (0.265, 0.69), blue: (0.15, 0.06), white: Self.d65)
            default: return nil
            }
        }
    }

    enum Transfer: Equatable {
        case sRGB
        case bt709
        /// Light is the value to this power.
        case power(Double)
        /// A file with another gamma, drawn on a display with a gamma of 2.2: the value to the power of 0.45455 / gamma
        /// (PNG specification, third edition, section 13.13).
        case fileGamma(Double)
        case pq
        case hlg

        /// By its number in ITU-T H.273 (07/2021), table 3; nil for unknown numbers.
        init?(code: UInt8) {
            switch code {
            case 1, 6, 14, 15: self = .bt709
            case 4: self = .power(2.2)
            case 5: self = .power(2.8)
            case 8: self = .power(1)
            case 13: self = .sRGB
            case 16: self = .pq
            case 18: self = .hlg
            default: return nil
            }
        }

        /// Values may be brighter than white.
        var isHDR: Bool { self == .pq || self == .hlg }

        /// The light for a value, 0–1 each.
        func light(_ number: Double) -> Double {
            switch self {
            case .sRGB: number <= 0.04045 ? number / 12.92 : pow((number + 0.055) / 1.055, 2.4)
            case .bt709: number < 0.081 ? number / 4.5 : pow((number + 0.099) / 1.099, 1 / 0.45)
            case .power(let exponent): pow(number, exponent)
            case .fileGamma(let gamma): Self.sRGB.light(pow(number, 0.45455 / gamma))
            case .pq: Self.compressed(Self.pqNits(number))
            case .hlg: Self.compressed(1_000 * pow(Self.hlgScene(number), 1.2))
            }
        }

        /// SMPTE ST 2084, in cd/m².
        private static func pqNits(_ number: Double) -> Double {
            let root = pow(number, 1 / 78.84375)
            return 10_000 * pow(max(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root), 1 / 0.1593017578125)
        }

        /// ITU-R BT.2100 table 5.
        private static func hlgScene(_ number: Double) -> Double {
            number <= 0.5 ? number * number / 3 : (exp((number - 0.55991073) / 0.17883277) + 0.28466892) / 12
        }

        /// Maps 1,000 cd/m² to white, for which ITU-R BT.2408 has 203 cd/m² in HDR, as Chromium does: Reinhard et al.,
        /// "Photographic Tone Reproduction for Digital Images", 2002, equation 4.
        private static func compressed(_ nits: Double) -> Double {
            let (light, most) = (nits / 203, 1_000.0 / 203)
            return min(light * (1 + light / (most * most)) / (1 + light), 1)
        }
    }
}
