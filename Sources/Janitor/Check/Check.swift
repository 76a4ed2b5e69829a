/// One kind of damage: how a check of the storage finds it, how the report shows it and, if no guess is needed, how it
/// is repaired.
struct Check: Sendable {
    /// The key of its entry in the report's JSON.
    let name: String
    /// What was found, after its number, such as "originals are missing".
    let summary: String
    /// Why it is reported and not repaired, or what an operator can do about it; nil if every finding is repaired.
    let advice: String?
    /// Whether the other checks would prove nothing, and their repairs could do harm, when this one finds something.
    let endsCheck: Bool
    /// Finds all damage of this kind and, if repairs are wanted, repairs it.
    let run: @Sendable (_ fsck: Fsck) async throws -> CheckResult

    /// - Parameters:
    ///   - find: Passes the damage on, page by page. It is certain: on a running server, what looks damaged is looked at
    ///     again before.
    ///   - describe: A finding as the report shows it.
    ///   - repair: Repairs one finding, and returns whether that was possible; nil if it cannot be repaired without a
    ///     guess.
    ///   - repairAll: Repairs all findings together after the last has been found, and returns their number.
    init<Item: Sendable>(
        name: String,
        summary: String,
        advice: String? = nil,
        endsCheck: Bool = false,
        find: @escaping @Sendable (_ fsck: Fsck, _ found: ([Item]) async throws -> Void) async throws -> Void,
        describe: @escaping @Sendable (Item) -> Finding,
        repair: (@Sendable (_ fsck: Fsck, Item) async throws -> Bool)? = nil,
        repairAll: (@Sendable (_ fsck: Fsck) async throws -> Int)? = nil
    ) {
        self.name = name
        self.summary = summary
        self.advice = advice
        self.endsCheck = endsCheck
        run = { fsck in
            var result = CheckResult()
            try await find(fsck) { items in
                for item in items {
                    result.add(describe(item))
                    if fsck.repairs, let repair, try await repair(fsck, item) { result.repaired += 1 }
                }
            }
            if fsck.repairs, result.found > 0, let repairAll { result.repaired += try await repairAll(fsck) }
            return result
        }
    }
}

/// A piece of damage.
struct Finding: Encodable, Sendable, Equatable {
    /// What is damaged: an id, or a path below the storage folder.
    let subject: String
    let detail: String
}

/// What one check found and repaired.
struct CheckResult: Encodable, Sendable, Equatable {
    /// Findings that are kept as examples.
    static let maxExamples = 100

    var found = 0
    var repaired = 0
    private(set) var examples: [Finding] = []

    mutating func add(_ finding: Finding) {
        found += 1
        if examples.count < Self.maxExamples { examples.append(finding) }
    }
}
