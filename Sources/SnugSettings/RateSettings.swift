import Chat

/// Rate limits. An empty list means that there is no limit.
package struct RateSettings: Sendable {
    package var messages = [
        RateRule(count: 3, seconds: 1, burst: 5), RateRule(count: 60, seconds: 60, burst: 60),
    ]
    package var requests = [RateRule(count: 20, seconds: 1, burst: 60)]
    package var uploads = [
        RateRule(count: 10, seconds: 10, burst: 10), RateRule(count: 200, seconds: 3600, burst: 200),
    ]
    package var rooms = [RateRule(count: 5, seconds: 3600, burst: 5)]
    package var joins = [RateRule(count: 20, seconds: 3600, burst: 20)]
    package var profiles = [RateRule(count: 10, seconds: 3600, burst: 10)]
    package var signins = [RateRule(count: 10, seconds: 900, burst: 10)]
    package var signups = [RateRule(count: 5, seconds: 3600, burst: 5)]
    package var direct = [
        RateRule(count: 10, seconds: 3600, burst: 10), RateRule(count: 30, seconds: 86_400, burst: 30),
    ]
    package var roomChanges = [
        RateRule(count: 10, seconds: 60, burst: 10), RateRule(count: 100, seconds: 3600, burst: 100),
    ]
    package var roles = [
        RateRule(count: 30, seconds: 60, burst: 30), RateRule(count: 200, seconds: 3600, burst: 200),
    ]
    package var adds = [
        RateRule(count: 100, seconds: 60, burst: 100), RateRule(count: 300, seconds: 3600, burst: 300),
    ]
    package var removals = [
        RateRule(count: 100, seconds: 60, burst: 100), RateRule(count: 300, seconds: 3600, burst: 300),
    ]
    package var blocks = [
        RateRule(count: 30, seconds: 60, burst: 30), RateRule(count: 200, seconds: 3600, burst: 200),
    ]

    package init() {}

    /// No limits.
    package static let off: RateSettings = {
        var settings = Settings()
        for rate in Setting.rates { _ = rate.read("off", &settings) }
        return settings.rates
    }()
}
