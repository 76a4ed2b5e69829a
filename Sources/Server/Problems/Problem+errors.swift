import Chat
import Hummingbird
import Media
import NIOHTTP1

/// Converts errors to problems.
extension Problem {
    /// The problem for an error; nil for an unexpected error, which must be logged.
    package init?(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let refusal as Refusal: self.init(refusal)
        case let failure as DecodingError: self.init(failure)
        case is SlowRequest: self.init(.requestTimeout, "too_slow", "The body arrived too slowly.")
        case is HTTPParserError: self = .malformed("The request is incomplete or not valid HTTP.")
        case let error as any HTTPResponseError: self.init(status: error.status)
        default: return nil
        }
    }

    private init(_ refusal: Refusal) {
        switch refusal {
        case .notFound(let field):
            self = .notFound
            self.field = field
        case .forbidden(let detail):
            self.init(.forbidden, "forbidden", detail)
        case .conflict(let detail, let field):
            self.init(.conflict, "conflict", detail, field: field)
        case .gone(let detail):
            self.init(.gone, "gone", detail)
        case .invalid(let field, let detail, let limit):
            self = .invalid(field, detail, limit: limit)
        case .keyReused(let field):
            self.init(
                .unprocessableContent,
                "idempotency_mismatch",
                "The key was used for a different request.",
                field: field
            )
        case .roomFull(let limit):
            self.init(.conflict, "room_full", "The room already has its maximum of \(limit) members.", limit: limit)
        case .unauthenticated(let detail):
            self.init(.unauthorized, "unauthenticated", detail)
        case .accountDisabled:
            self.init(.forbidden, "account_disabled", "This account has been disabled.")
        case .invitationRequired:
            self.init(
                .forbidden,
                "invitation_required",
                "A new account needs a valid invitation code.",
                field: "invitation_code"
            )
        case .rateLimited(let seconds):
            self = .rateLimited(retryAfterSeconds: seconds)
        case .overloaded(let seconds):
            self.init(
                .serviceUnavailable,
                "overloaded",
                "The server is busy. Try again shortly.",
                retryAfterSeconds: seconds
            )
        case .queueFull(let limit, let isOwn, let seconds):
            self.init(
                .serviceUnavailable,
                "overloaded",
                "At most \(limit) \(isOwn ? "of your " : "")pictures may wait for their variants. Try again shortly.",
                limit: limit,
                retryAfterSeconds: seconds
            )
        case .uploadedTooMuch(let limit, let seconds):
            self.init(
                .tooManyRequests,
                "rate_limited",
                "You may upload at most \(limit) bytes in 24 hours. Try again in \(seconds) seconds.",
                limit: limit,
                retryAfterSeconds: seconds
            )
        case .storesTooMuch(let limit):
            self.init(
                Self.storageFull.status,
                Self.storageFull.code,
                "Your uploads may take up at most \(limit) bytes. "
                    + "Delete uploads, or messages with attachments, to free space.",
                limit: limit
            )
        case .tookTooLong:
            self.init(
                .serviceUnavailable,
                "overloaded",
                "The request took too long and was interrupted. Nothing was changed.",
                retryAfterSeconds: 5
            )
        case .storageFull:
            self = .storageFull
        case .diskNearlyFull:
            self = .diskNearlyFull
        case .storageTrouble:
            self = .storageTrouble
        }
    }

    private init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context):
            self = .invalid(Self.path(context.codingPath + [key]), "It is missing.")
        case .typeMismatch(_, let context) where context.codingPath.isEmpty,
            .valueNotFound(_, let context) where context.codingPath.isEmpty:
            self = .malformed("Expected a JSON object.")
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            self = .invalid(Self.path(context.codingPath), "It has the wrong type.")
        case .dataCorrupted(let context) where !context.codingPath.isEmpty:
            self = .invalid(Self.path(context.codingPath), "Its value is not allowed.")
        default:
            self = .malformed("Expected valid JSON.")
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        let path = keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        return path.isEmpty ? "body" : path
    }

    private static let storageFull = Problem(
        .init(code: 507, reasonPhrase: "Insufficient Storage"),
        "storage_full",
        "The server has no storage space left. Nothing was stored."
    )

    private static let diskNearlyFull = Problem(
        storageFull.status,
        storageFull.code,
        "The server has almost no storage space left. Nothing was stored. Reading and deleting still work."
    )

    /// The disk failed; the error is in the log.
    private static let storageTrouble = Problem(
        .serviceUnavailable,
        "overloaded",
        "The server cannot write to its disk. Nothing was stored. Try again later.",
        retryAfterSeconds: 30
    )

    /// An error that Hummingbird threw itself.
    private init(status: HTTPResponse.Status) {
        switch status.code {
        case 404: self = .notFound
        case 413: self.init(.contentTooLarge, "too_large", "The body is too large.")
        case 415: self.init(.unsupportedMediaType, "unsupported_media", "This media type is not supported.")
        case 500...: self = .internal
        default: self.init(status, "malformed", "The request is malformed.")
        }
    }
}

extension Problem {
    /// The problem for an upload that was not stored.
    init(_ failure: Intake.Failure) {
        switch failure {
        case .empty, .malformedForm(.noFile):
            self = .invalid("file", failure.description)
        case .tooLarge(let limit):
            self = .tooLarge("A file", limit: limit)
        case .refused(let limit):
            self.init(
                .unsupportedMediaType,
                "unsupported_media",
                limit.description,
                field: "file",
                limit: limit.value
            )
        case .malformedForm(.encoded(let field, _)):
            self.init(.unsupportedMediaType, "unsupported_media", failure.description, field: field)
        case .badBoundary, .malformedForm:
            self = .malformed(failure.description)
        case .storage(let failure) where failure.isStorageFull:
            self = .storageFull
        case .storage(let failure) where failure.isDiskTrouble:
            self = .storageTrouble
        case .storage:
            self = .internal
        }
    }
}
