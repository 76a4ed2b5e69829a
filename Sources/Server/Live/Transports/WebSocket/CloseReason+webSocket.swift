extension CloseReason {
    /// Codes from 4000 on are defined by this product (RFC 6455 section 7.4.2).
    var webSocketCode: UInt16 {
        switch self {
        case .malformed: 4400
        case .unauthenticated: 4401
        case .helloTooLate: 4408
        case .tooMany: 4429
        case .replaced: 4409
        case .restarting: 1012
        case .tooSlow: 1013
        case .silent: 1001
        case .failed: 1011
        }
    }
}
