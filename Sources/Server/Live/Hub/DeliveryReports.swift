import Chat
import NIOCore

/// The newest event of a room that has reached every connection of some of its members.
struct RoomDelivery: Sendable, Equatable {
    let room: Room.ID
    let seq: Int64
    let users: [User.ID]
}

/// Collects the members who have received the newest events of each room, so that the store can record it.
struct DeliveryReports {
    private let limits: Hub.Limits
    /// Rooms with events whose delivery to all members has not been reported.
    private var undeliveredRooms: [Room.ID: LiveRoom] = [:]

    init(_ limits: Hub.Limits) {
        self.limits = limits
    }

    var isEmpty: Bool { undeliveredRooms.isEmpty }

    /// The room has been flushed.
    mutating func add(_ room: LiveRoom) {
        undeliveredRooms[room.id] = room
    }

    mutating func remove(_ room: LiveRoom) {
        undeliveredRooms[room.id] = nil
    }

    /// The deliveries of rooms whose report is due. The room that has waited the longest comes first, and the tick ends
    /// when enough receipts follow from the reports.
    mutating func collectDeliveries(_ now: NIODeadline) -> [RoomDelivery] {
        var deliveries: [RoomDelivery] = []
        var receiptsLeft = limits.receiptsPerTick
        let due = undeliveredRooms.values.filter { $0.deliveryReportDue <= now }
        for room in due.sorted(by: { $0.deliveryReportDue < $1.deliveryReportDue }) {
            guard receiptsLeft > 0 else { break }
            receiptsLeft -= room.subscribers.count * room.subscribers.count
            if let delivery = collectDelivery(in: room, now) { deliveries.append(delivery) }
        }
        return deliveries
    }

    private mutating func collectDelivery(in room: LiveRoom, _ now: NIODeadline) -> RoomDelivery? {
        let users = Set(room.subscribers.lazy.filter(\.subscriber.isCaughtUp).map(\.userID))
        room.deliveryReportDue =
            now + max(limits.deliveryReportInterval, limits.deliveryReportPerSubscriber * room.subscribers.count)
        if users.count == Set(room.subscribers.lazy.map(\.userID)).count { remove(room) }
        return users.isEmpty ? nil : RoomDelivery(room: room.id, seq: room.sentSeq, users: Array(users))
    }
}
