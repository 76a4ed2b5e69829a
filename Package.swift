// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
]

let package = Package(
    name: "snug",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "snug-server", targets: ["SnugServer"]),
        .executable(name: "snug-media-worker", targets: ["MediaWorker"]),
        .executable(name: "snug-janitor", targets: ["Janitor"]),
        .executable(name: "snug-demo", targets: ["SnugDemo"]),
        .executable(name: "snug-bench", targets: ["SnugBench"]),
        .executable(name: "snug-fuzz", targets: ["Fuzz"]),
        // Preloaded into programs under test.
        .library(name: "snug-faults", type: .dynamic, targets: ["Faults"]),
        .library(name: "snug-disk-recorder", type: .dynamic, targets: ["DiskRecorder"]),
    ],
    dependencies: [
        // Traits that are on by default are off where they add what is not used here.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0", traits: []),
    ],
    targets: [
        .systemLibrary(name: "CVips", pkgConfig: "vips", providers: [.apt(["libvips-dev"])]),
        .systemLibrary(name: "CWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"])]),
        .systemLibrary(name: "CKernel"),
        .systemLibrary(name: "CMagic", pkgConfig: "libmagic", providers: [.apt(["libmagic-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .target(name: "Vocabulary", swiftSettings: settings),
        .target(name: "SnugMetrics", swiftSettings: settings),
        .target(name: "Hashing", dependencies: ["CCrypto"], swiftSettings: settings + [.strictMemorySafety()]),
        .target(
            name: "Kernel",
            dependencies: ["CKernel", "Vocabulary"],
            swiftSettings: settings + [.strictMemorySafety()]
        ),
        // What the worker runs on strangers' pictures.
        .target(
            name: "Pictures",
            dependencies: ["Kernel", "Vocabulary"],
            swiftSettings: settings + [.strictMemorySafety()]
        ),
        .target(
            name: "Chat",
            dependencies: [
                "Hashing", "SnugMetrics", "Vocabulary",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        // The engine that keeps the chat in one SQLite file.
        .target(
            name: "ChatSQLite",
            dependencies: [
                "Chat", "CKernel", "SnugMetrics", "Vocabulary",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Media",
            dependencies: [
                "CKernel", "CMagic", "Hashing", "Kernel", "Pictures", "SnugMetrics", "Vocabulary",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings + [.strictMemorySafety()]
        ),
        .executableTarget(
            name: "MediaWorker",
            dependencies: ["CVips", "CWebP", "Kernel", "Pictures", "Vocabulary"],
            swiftSettings: settings
        ),
        .target(
            name: "SnugSettings",
            dependencies: [
                "CYAML", "Chat", "ChatSQLite", "Media", "Pictures",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "Janitor",
            dependencies: [
                "Chat", "ChatSQLite", "Hashing", "Kernel", "Media", "Pictures", "SnugSettings", "Vocabulary",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Server",
            dependencies: [
                "Chat", "ChatSQLite", "Kernel", "Media", "Pictures", "SnugMetrics", "SnugSettings", "Vocabulary",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "SnugServer",
            dependencies: [
                "Chat", "ChatSQLite", "Kernel", "Media", "Server", "SnugSettings", "Vocabulary",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Fixtures",
            dependencies: ["Media", "Pictures", "Vocabulary"],
            path: "Tests/Fixtures",
            exclude: ["README.md", "make.py", "files"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "SandboxEscapes",
            dependencies: ["Kernel", "Pictures"],
            path: "Tests/SandboxEscapes",
            swiftSettings: settings
        ),
        .target(name: "Faults", path: "Tests/Faults"),
        .target(name: "DiskRecorder", path: "Tests/DiskRecorder"),
        .target(
            name: "Mutation",
            dependencies: ["Fixtures", "Media", "Pictures", .product(name: "NIOCore", package: "swift-nio")],
            path: "Tests/Mutation",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "Fixtures", "Hashing", "Kernel", "Media", "Mutation", "Pictures", "Vocabulary",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/Fuzz",
            swiftSettings: settings
        ),
        // A client of the HTTP interface. It knows nothing of the server but what is on the wire.
        .target(
            name: "SnugClient",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ],
            path: "Tests/SnugClient",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "SnugDemo",
            dependencies: [
                "SnugClient",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/SnugDemo",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "SnugBench",
            dependencies: [
                "SnugClient",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ],
            path: "Benchmarks/SnugBench",
            swiftSettings: settings
        ),
        .target(
            name: "TestSupport",
            dependencies: [
                "Chat", "Fixtures", "Media", "Mutation", "Pictures", "Server", "SnugClient", "SnugSettings",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "Chat", "ChatSQLite", "Fixtures", "Hashing", "Kernel", "Media", "Pictures", "Server", "SnugClient",
                "SnugMetrics", "SnugSettings", "TestSupport", "Vocabulary",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SnugMetricsTests",
            dependencies: ["SnugMetrics", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(name: "HashingTests", dependencies: ["Hashing"], swiftSettings: settings),
        .testTarget(name: "VocabularyTests", dependencies: ["Vocabulary"], swiftSettings: settings),
        .testTarget(
            name: "PicturesTests",
            dependencies: ["Fixtures", "Kernel", "Mutation", "Pictures", "TestSupport", "Vocabulary"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "MediaTests",
            dependencies: [
                "Fixtures", "Hashing", "Kernel", "Media", "Mutation", "Pictures", "TestSupport", "Vocabulary",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "MediaWorkerTests",
            dependencies: [
                "CKernel", "CVips", "Fixtures", "Kernel", "Media", "MediaWorker", "Mutation", "Pictures", "TestSupport",
                "Vocabulary", "SandboxEscapes",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ChatTests",
            dependencies: [
                "Chat", "ChatSQLite", "TestSupport", "Vocabulary", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["Databases"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "JanitorTests",
            dependencies: [
                "Chat", "ChatSQLite", "Fixtures", "Hashing", "Janitor", "Kernel", "Media", "Pictures", "SnugClient",
                "SnugSettings", "TestSupport", "Vocabulary", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings
        ),
    ]
)
