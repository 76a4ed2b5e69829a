import Foundation
import HTTPTypes
import SnugClient
import TestSupport
import Testing

@testable import Server

@Suite("The number of series", .timeLimit(.standard))
struct CardinalityTests {
    @Test("A thousand requests to random paths add no series")
    func randomPaths() async throws {
        try await withServer { server in
            let ada = try await server.register("ada")
            let connection = HTTPConnection(to: server.site)
            let person = ada.at(connection)
            func request(_ number: Int) async throws {
                let id = UUID().uuidString.lowercased()
                switch number % 8 {
                case 0: _ = try await connection.send(.GET, "/\(id)")
                case 1: _ = try await connection.send(.GET, "/api/v1/\(id)/\(number)")
                case 2: _ = try await person.get("rooms/\(id)/messages?before=\(number)")
                case 3: _ = try await person.get("users/\(id)")
                case 4: _ = try await connection.send(.GET, "/media/\(id)/\(number)/\(id).800.jpg")
                case 5: _ = try await connection.send(.DELETE, "/api/v1/rooms/\(id)?x=\(id)")
                case 6: _ = try await connection.send(.RAW(value: "PROPFIND"), "/\(id)")
                default: _ = try await connection.send(.OPTIONS, "/api/v1/attachments/\(id)")
                }
            }
            for number in 0..<8 { try await request(number) }
            let before = try await Self.settledScrape(of: connection)
            for number in 0..<1000 { try await request(number) }
            let after = try await connection.scrape()
            let added = after.series.subtracting(before.series).filter { !Self.isOperation($0) }
            #expect(added.isEmpty)
            let unknown = "method=\"GET\",route=\"none\",status=\"4xx\""
            #expect(try #require(after["snug_http_request_seconds_count{\(unknown)}"]) >= 250)
            await connection.close()
        }
    }

    @Test("Other people, rooms and files add no series, and their names and ids are in no label")
    func otherPeople() async throws {
        try await withServer { server in
            let scenario = Scenario(site: server.site)
            try await scenario.run("first")
            let before = try await Self.settledScrape(of: server.site)
            try await scenario.run("second")
            try await scenario.run("third")
            let after = try await server.site.scrape()
            #expect(after.series.subtracting(before.series).filter { !Self.isOperation($0) } == [])
            for (label, values) in after.labels {
                for value in values {
                    #expect(!["first", "second", "third"].contains { value.contains($0) }, "\(label)=\(value)")
                    #expect(value.wholeMatch(of: /.*[0-9a-f]{8}.*/) == nil, "\(label)=\(value)")
                }
                // Bounds of buckets are numbers of their own.
                if label != "le" { #expect(values.count <= 100, "\(label) has \(values.count) values") }
            }
            let operations = try #require(after.labels["operation"])
            for operation in operations { #expect(operation.wholeMatch(of: /[a-z]+(\.[A-Za-z]+|_[a-z]+)?/) != nil) }
            #expect(after.series.count < 1500)
        }
    }

    @Test("Methods that no route has, and paths without a route, share their series")
    func bounds() {
        let metrics = RequestMetrics()
        for number in 0..<100 {
            guard let method = HTTPRequest.Method("M\(number)") else { continue }
            metrics.observe(nil, method, .notFound, .zero)
        }
        #expect(metrics.all.map(\.key) == [.init(route: "none", method: "other", statusClass: 4)])
        #expect(metrics.all.map(\.time.reading.count) == [100])
    }

    /// Background work runs some operation for the first time whenever it likes; there are as many as the code has.
    private static func isOperation(_ series: String) -> Bool {
        series.hasPrefix("snug_database_operation_seconds")
    }

    /// A scrape once the sizes of pictures have been added up.
    private static func settledScrape(of site: some RequestSending) async throws -> Scrape {
        while true {
            // The scrapes themselves are requests with a series.
            _ = try await site.scrape()
            let scrape = try await site.scrape()
            if scrape["snug_storage_bytes{kind=\"originals\"}"] != nil { return scrape }
        }
    }
}
