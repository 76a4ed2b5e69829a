import NIOCore

/// Counts the messages that one of many sockets receives. Tells frames apart by single bytes instead of parsing JSON.
final class RoomReceiver: FrameReceiver {
    private let ledger: RoomLedger
    private var lastSequence = 0

    init(ledger: RoomLedger) {
        self.ledger = ledger
    }

    func received(_ text: UnsafeRawBufferPointer, at now: NIODeadline) {
        switch Kind(text) {
        case .message: message(text, at: now)
        case .ack: ledger.acknowledged()
        case .error: ledger.refused(String(decoding: text, as: UTF8.self))
        case .signal: ledger.receivedSignal()
        }
    }

    private func message(_ text: UnsafeRawBufferPointer, at now: NIODeadline) {
        guard let sent = TimeMark.time(in: text), let sequence = MessageMark.sequence(in: text) else { return }
        ledger.arrived(sent: sent, at: now, isInOrder: sequence > lastSequence)
        lastSequence = max(lastSequence, sequence)
    }

    func closed(_ code: Int?) {
        ledger.closed(code)
    }

    /// Recognised by the beginning of the frame, `{"type":"…`.
    private enum Kind {
        case message, ack, error, signal

        init(_ text: UnsafeRawBufferPointer) {
            guard text.count > 24 else {
                self = .signal
                return
            }
            switch (text[9], text[17]) {
            case (UInt8(ascii: "m"), UInt8(ascii: "c")): self = .message
            case (UInt8(ascii: "a"), _): self = .ack
            case (UInt8(ascii: "e"), _): self = .error
            default: self = .signal
            }
        }
    }
}
