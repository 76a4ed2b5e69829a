/// Why a program cannot work with a storage folder, as one line for the operator.
package struct StorageFailure: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
