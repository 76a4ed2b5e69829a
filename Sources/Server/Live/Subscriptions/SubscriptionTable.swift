import Chat

/// The connected people, and the rooms that each of their connections is subscribed to.
final class SubscriptionTable {
    /// Somebody who is connected, or was until a moment ago.
    private final class Person {
        var connections: [ConnectedSubscriber] = []
        /// The rooms of the last connection while there is none: the others there have yet to learn that the person is
        /// offline.
        var lastRooms: [Room.ID] = []
    }

    private(set) var rooms: [Room.ID: LiveRoom] = [:]
    private(set) var connectionCount = 0
    private var people: [User.ID: Person] = [:]

    var isEmpty: Bool { people.isEmpty }

    // MARK: - Connections

    var connections: some Sequence<ConnectedSubscriber> { people.values.lazy.flatMap(\.connections) }

    func connections(of user: User.ID) -> [ConnectedSubscriber] {
        people[user]?.connections ?? []
    }

    func isConnected(_ user: User.ID) -> Bool {
        people[user]?.connections.isEmpty == false
    }

    func connection(of subscriber: any Subscriber) -> ConnectedSubscriber? {
        people[subscriber.userID]?.connections.first { $0.subscriber === subscriber }
    }

    func add(_ subscriber: any Subscriber) -> ConnectedSubscriber {
        let connection = ConnectedSubscriber(subscriber)
        let person = people[connection.userID] ?? Person()
        people[connection.userID] = person
        person.connections.append(connection)
        person.lastRooms = []
        connectionCount += 1
        return connection
    }

    /// Removes a connection with its subscriptions.
    ///
    /// - Returns: The rooms that have no subscribers any more.
    func remove(_ connection: ConnectedSubscriber) -> [LiveRoom] {
        guard let person = people[connection.userID],
            let index = person.connections.firstIndex(where: { $0 === connection })
        else { return [] }
        let rooms = connection.subscriptions.map(\.room)
        for room in rooms { unsubscribe(connection, from: room) }
        person.connections.remove(at: index)
        connectionCount -= 1
        if person.connections.isEmpty { person.lastRooms = rooms.map(\.id) }
        return rooms.filter(\.isEmpty)
    }

    // MARK: - People

    /// Whether the person is connected, or was until a moment ago.
    func contains(_ user: User.ID) -> Bool {
        people[user] != nil
    }

    /// Forgets somebody who is offline.
    func removePerson(_ user: User.ID) {
        people[user] = nil
    }

    /// Remembers a room that somebody has joined without being connected.
    func addLastRoom(_ room: Room.ID, of user: User.ID) {
        people[user]?.lastRooms.append(room)
    }

    func removeLastRoom(_ room: Room.ID, of user: User.ID) {
        people[user]?.lastRooms.removeAll { $0 == room }
    }

    /// The rooms with subscribers in which others learn about the person's presence.
    func rooms(of user: User.ID) -> [LiveRoom] {
        guard let person = people[user] else { return [] }
        let subscribed = person.connections.flatMap { $0.subscriptions.map(\.room.id) }
        return Set(subscribed.isEmpty ? person.lastRooms : subscribed).compactMap { rooms[$0] }
    }

    // MARK: - Subscriptions

    func subscribe(_ connection: ConnectedSubscriber, to id: Room.ID) {
        let room = rooms[id] ?? LiveRoom(id)
        rooms[id] = room
        room.subscribe(connection)
    }

    /// A room without subscribers is forgotten.
    func unsubscribe(_ connection: ConnectedSubscriber, from room: LiveRoom) {
        room.unsubscribe(connection)
        if room.isEmpty { rooms[room.id] = nil }
    }
}
