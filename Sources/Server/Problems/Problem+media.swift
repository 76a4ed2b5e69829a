import Media

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
