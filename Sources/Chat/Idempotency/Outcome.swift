/// What a request led to, and whether an earlier one with the same key had led to it already.
@dynamicMemberLookup
package struct Outcome<Value> {
    package let value: Value
    package let isRepeat: Bool

    package subscript<Member>(dynamicMember path: KeyPath<Value, Member>) -> Member {
        value[keyPath: path]
    }
}

extension Outcome: Sendable where Value: Sendable {}
