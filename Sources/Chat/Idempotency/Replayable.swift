/// What a request led to, and whether an earlier one with the same key had led to it already.
@dynamicMemberLookup
package struct Replayable<Value> {
    package let value: Value
    package let isReplay: Bool

    package subscript<Member>(dynamicMember path: KeyPath<Value, Member>) -> Member {
        value[keyPath: path]
    }
}

extension Replayable: Sendable where Value: Sendable {}
