import NIOCore

extension Hub {
    struct Limits {
        /// Live connections in total.
        var connections = 5000
        /// Live connections of one person; a newer one replaces the one that has been silent the longest.
        var connectionsPerUser = 10
        /// Recent events kept for connections whose snapshot was read a moment ago, and their size in bytes.
        var recentEvents = 1024
        var recentBytes = 4 << 20
        /// Shortest time between two flushes: events within it share a system call per connection.
        var flushInterval = TimeAmount.milliseconds(2)
        /// Shortest time between two typing notices of one person in a room; a client shows a notice for five seconds.
        var typingInterval = TimeAmount.seconds(2)
        /// Shortest time between two reports on what has been delivered in a room: so long for each of its subscribers,
        /// but at least the second value. A larger room has more receipts, and each of them matters less.
        var deliveryReportPerSubscriber = TimeAmount.milliseconds(100)
        var deliveryReportInterval = TimeAmount.seconds(1)
        /// Receipts that may follow from the delivery reports of one tick, each counted once per receiver: about as
        /// many as one room of 100 people has, so that messages do not wait behind them. Other rooms follow in later
        /// ticks.
        var receiptsPerTick = 10_000
        /// Changes of presence announced in one tick, each counted once per receiver: about as many as when two rooms
        /// of 100 people connect at once. When a thousand people reconnect, messages do not wait behind their presence.
        var presencePerTick = 20_000
        /// Rooms without subscribers whose receipts are kept until the next tick all the same.
        var receiptRoomsWithoutSubscribers = 1000
        /// People whose presence is announced in the next tick because they have joined a room; clients fetch that of
        /// the others.
        var joinsPerTick = 1000
    }
}
