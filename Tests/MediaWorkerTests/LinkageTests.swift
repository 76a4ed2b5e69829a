import Foundation
import TestSupport
import Testing

/// What a hostile picture could use if it took over the worker is at most what is linked into it.
@Suite("Code in the worker", .timeLimit(.standard))
struct LinkageTests {
    @Test(
        "I6: the built worker contains no code that opens connections, starts processes, signs or stores",
        arguments: [
            "NIOCore", "NIOPosix", "Subprocess", "Crypto", "Hashing", "Media", "Chat", "Server", "GRDB", "CryptoExtras",
        ]
    )
    func module(name: String) throws {
        let program = try Data(contentsOf: URL(filePath: Executables.mediaWorker))
        #expect(!contains(program, module: name))
        // The search finds what is there.
        #expect(contains(program, module: "Pictures"))
    }

    @Test(
        "I6: the built worker links no library that it does not need",
        arguments: ["magic", "crypto", "sqlite3", "ssl"]
    )
    func library(name: String) throws {
        let program = try Data(contentsOf: URL(filePath: Executables.mediaWorker))
        #expect(program.range(of: Data("lib\(name).so".utf8)) == nil)
        #expect(program.range(of: Data("libvips.so".utf8)) != nil)
    }

    /// Symbols of a module begin with its mangled name
    /// (https://github.com/swiftlang/swift/blob/main/docs/ABI/Mangling.rst).
    private func contains(_ program: Data, module name: String) -> Bool {
        program.range(of: Data("$s\(name.utf8.count)\(name)".utf8)) != nil
    }
}
