import NIOCore

/// Counts the messages that one socket receives, and notes those that arrive twice or out of order.
final class EventReceiver: FrameReceiver {
    private let ledger: DeliveryLedger
    private let watch: AttachmentWatch?
    /// One bit for each message of the room; a message whose bit is set is a duplicate.
    private var seen: [UInt64] = []
    private var lastSequence = 0

    init(ledger: DeliveryLedger, watch: AttachmentWatch?) {
        self.ledger = ledger
        self.watch = watch
    }

    func received(_ event: UnsafeRawBufferPointer, at now: NIODeadline) {
        guard let number = MessageMark.number(in: event) else {
            watch?.received(event, at: now)
            return
        }
        guard isFirst(number) else { return ledger.note(.duplicated) }
        if let sequence = MessageMark.sequence(in: event) {
            if sequence <= lastSequence { ledger.note(.outOfOrder) }
            lastSequence = max(lastSequence, sequence)
        }
        ledger.arrived(number, at: now)
    }

    func closed(_ code: Int?) {
        ledger.note(.socketClosed)
    }

    private func isFirst(_ number: Int) -> Bool {
        let slot = ledger.slot(of: number)
        let (word, bit) = (slot / 64, UInt64(1) << (slot % 64))
        while seen.count <= word { seen.append(0) }
        guard seen[word] & bit == 0 else { return false }
        seen[word] |= bit
        return true
    }
}
