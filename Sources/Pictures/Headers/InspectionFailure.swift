/// Why a picture is not accepted, or not rendered.
package enum InspectionFailure: Error, Equatable, Sendable, CustomStringConvertible {
    case pixelLimit(ImageLimitExceeded)

    /// A sentence for the client.
    package var description: String {
        switch self {
        case .pixelLimit(let limit): limit.description
        }
    }
}
