import Foundation
import TestSupport
import Testing

@Suite("Documents", .timeLimit(.standard))
struct DocumentTests {
    private static let documents = ["README.md", "docs/operations.md", "docs/threat-model.md", "docs/architecture.md"]

    @Test("Files and folders that a document names exist", arguments: documents)
    func paths(document: String) throws {
        let text = try String(contentsOf: Executables.checkout.appending(path: document), encoding: .utf8)
        let named = text.matches(of: /`((?:Sources|Tests|Scripts|Benchmarks|deploy|docs)\/[A-Za-z0-9_+.\/-]+)`/)
        for path in Set(named.map { String($0.output.1) }) {
            // Written by a run.
            guard !path.hasPrefix("Benchmarks/results") else { continue }
            let place = Executables.checkout.appending(path: path)
            #expect(FileManager.default.fileExists(atPath: place.path), "\(path)")
        }
    }

    @Test("Suites that the threat model names exist")
    func suites() throws {
        let files = FileManager.default.enumerator(atPath: Executables.checkout.appending(path: "Tests").path)
        let suites = Set(
            (files?.allObjects as? [String] ?? []).filter { $0.hasSuffix("Tests.swift") }
                .map { URL(filePath: $0).deletingPathExtension().lastPathComponent }
        )
        let text = try String(contentsOf: Executables.checkout.appending(path: "docs/threat-model.md"), encoding: .utf8)
        let named = Set(text.matches(of: /`([A-Z][A-Za-z]+Tests)`/).map { String($0.output.1) })
        #expect(named.count > 20)
        #expect(named.subtracting(suites).isEmpty)
    }

    @Test("Links within a document lead to one of its headings", arguments: documents)
    func anchors(document: String) throws {
        let text = try String(contentsOf: Executables.checkout.appending(path: document), encoding: .utf8)
        let headings = Set(
            text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
                line.drop { $0 == "#" || $0 == " " }.lowercased().replacing(" ", with: "-")
                    .filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
            }
        )
        for link in text.matches(of: /\]\(#([^)]+)\)/) {
            #expect(headings.contains(String(link.output.1)), "#\(link.output.1)")
        }
    }
}
