import ArgumentParser

/// How many users do what, and for how long. The defaults are the load for which the product's budget is defined.
struct Plan: ParsableArguments, Sendable {
    @Option(help: "How long the load lasts, in seconds.")
    var seconds = 60

    @Option(help: "Rooms.")
    var rooms = 10

    @Option(help: "Users in each room, each with a socket.")
    var members = 100

    @Option(help: "Messages per second, in all rooms together.")
    var messages = 20.0

    @Option(help: "History pages read per second.")
    var reads = 20.0

    @Option(help: "Users who upload photographs, one after another.")
    var uploaders = 4

    @Option(help: "Single uploads that are timed before the load.")
    var singles = 7

    @Option(help: "Pictures of each kind that `pictures` times, each beside libvips alone.")
    var rounds = 7

    @Option(help: "Rounds of `uploads`, each between two of libvips alone.")
    var uploadRounds = 3

    @Option(help: "How long a round of `uploads` lasts, in seconds.")
    var uploadSeconds = 20

    @Option(help: "How long `storm` lasts, in seconds.")
    var stormSeconds = 30

    @Option(help: "People of `load`.")
    var people = 100

    @Option(help: "How long `load` lasts, in seconds.")
    var loadSeconds = 60

    @Option(help: "Event loops of the load generator; more than one only where it has cores for them.")
    var loops = 1

    var sockets: Int { rooms * members }

    func messageCount(in seconds: Int) -> Int {
        Int(messages * Double(seconds))
    }

    func validate() throws {
        let counts = [
            ("seconds", seconds), ("rooms", rooms), ("members", members), ("singles", singles), ("rounds", rounds),
            ("upload-rounds", uploadRounds), ("upload-seconds", uploadSeconds), ("storm-seconds", stormSeconds),
            ("people", people),
            ("load-seconds", loadSeconds), ("loops", loops),
        ]
        for (name, value) in counts where value < 1 {
            throw ValidationError("--\(name) must be at least 1")
        }
        guard messages > 0, reads > 0 else { throw ValidationError("--messages and --reads must be above 0") }
        guard (1...rooms).contains(uploaders) else {
            throw ValidationError("--uploaders must be between 1 and the number of rooms")
        }
    }
}

extension Plan: Encodable {
    func encode(to encoder: any Encoder) throws {
        let numbers: [String: Double] = [
            "seconds": Double(seconds), "rooms": Double(rooms), "members": Double(members),
            "messages": messages, "reads": reads, "uploaders": Double(uploaders), "singles": Double(singles),
            "rounds": Double(rounds), "upload_rounds": Double(uploadRounds), "upload_seconds": Double(uploadSeconds),
            "storm_seconds": Double(stormSeconds), "people": Double(people), "load_seconds": Double(loadSeconds),
            "loops": Double(loops),
        ]
        try numbers.encode(to: encoder)
    }
}
