import Testing

@testable import Chat

extension Refusal {
    /// A refusal without its words.
    enum Kind {
        case notFound, forbidden, conflict, gone, invalid, keyReused, roomFull, unauthenticated, rateLimited, overloaded
        case accountDisabled, invitationRequired
        case queueFull, uploadedTooMuch, storesTooMuch, storageFull, diskNearlyFull, storageTrouble, tookTooLong
    }

    var kind: Kind {
        switch self {
        case .notFound: .notFound
        case .forbidden: .forbidden
        case .conflict: .conflict
        case .gone: .gone
        case .invalid: .invalid
        case .keyReused: .keyReused
        case .roomFull: .roomFull
        case .unauthenticated: .unauthenticated
        case .accountDisabled: .accountDisabled
        case .invitationRequired: .invitationRequired
        case .rateLimited: .rateLimited
        case .overloaded: .overloaded
        case .queueFull: .queueFull
        case .uploadedTooMuch: .uploadedTooMuch
        case .storesTooMuch: .storesTooMuch
        case .storageFull: .storageFull
        case .diskNearlyFull: .diskNearlyFull
        case .tookTooLong: .tookTooLong
        case .storageTrouble: .storageTrouble
        }
    }
}

/// How `work` is refused; nil when it is not.
func refusal<Value>(_ work: () async throws -> Value) async -> Refusal.Kind? {
    do {
        _ = try await work()
        return nil
    } catch let refusal as Refusal {
        return refusal.kind
    } catch {
        Issue.record(error)
        return nil
    }
}
