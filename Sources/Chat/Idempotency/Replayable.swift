/// The result of a request, and whether an earlier request with the same key had already produced it.
@dynamicMemberLookup
package struct Replayable<Value> {
    package let value: Value
    package let isReplay: Bool

    package subscript<Member>(dynamicMember path: KeyPath<Value, Member>) -> Member {
        value[keyPath: path]
    }
}

extension Replayable: Sendable where Value: Sendable {}
