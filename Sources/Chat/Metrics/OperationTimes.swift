import SnugMetrics
import Synchronization

/// The time that each operation of the store spends in the database.
///
/// Operations are named after the function that calls ``Store/read(file:function:_:)`` or
/// ``Store/change(about:for:file:function:_:)``, so that there are as many names as such functions and a new one needs no
/// list.
package final class OperationTimes: Sendable {
    /// Addresses of two literals, which are compared faster than texts.
    private struct Caller: Hashable {
        let file: UInt
        let function: UInt

        init(_ file: StaticString, _ function: StaticString) {
            self.file = UInt(bitPattern: file.utf8Start)
            self.function = UInt(bitPattern: function.utf8Start)
        }
    }

    private struct State {
        var byCaller: [Caller: DurationSum] = [:]
        var byName: [String: DurationSum] = [:]
    }

    private let state = Mutex(State())

    /// By name, such as `messages.post`, in alphabetical order. Operations that have not run yet are missing.
    package var all: [(name: String, time: DurationSum)] {
        state.withLock { $0.byName }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    func time(of file: StaticString, _ function: StaticString) -> DurationSum {
        let caller = Caller(file, function)
        return state.withLock { state in
            if let known = state.byCaller[caller] { return known }
            let name = Self.name("\(file)", "\(function)")
            let time = state.byName[name] ?? DurationSum()
            state.byName[name] = time
            state.byCaller[caller] = time
            return time
        }
    }

    /// `messages.post` for `Chat/Messages/Messages.swift` and `post(_:in:by:)`.
    ///
    /// - Parameter file: As of `#fileID`.
    static func name(_ file: String, _ function: String) -> String {
        let noun = file.split(separator: "/").last?.prefix { $0 != "." && $0 != "+" } ?? ""
        return noun.lowercased() + "." + function.prefix { $0 != "(" }
    }
}

extension DurationSum {
    /// Runs `body` and observes how long it took, also when it throws.
    func measure<Value>(_ body: () throws -> Value) rethrows -> Value {
        let start = ContinuousClock.now
        defer { observe(ContinuousClock.now - start) }
        return try body()
    }
}
