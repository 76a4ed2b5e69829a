/// The reason why a picture has no variants. The names are stable, because clients see them.
package enum MediaFailureCode: String, Codable, Sendable, CaseIterable {
    case undecodable
    case truncated
    case tooComplex = "too_complex"
    case tooLarge = "too_large"
    case timedOut = "timed_out"
    case workerCrashed = "worker_crashed"
    case outOfMemory = "out_of_memory"

    /// A sentence for the client.
    package var detail: String {
        switch self {
        case .undecodable: "The picture is damaged or not of the format that it claims."
        case .truncated: "The picture is incomplete."
        case .tooComplex: "The picture is too complex to be rendered."
        case .tooLarge: "The picture is too large to be rendered."
        case .timedOut: "Rendering the picture took too long."
        case .workerCrashed: "The renderer ended unexpectedly."
        case .outOfMemory: "Rendering the picture took too much memory."
        }
    }
}
