import Chat

extension Check {
    /// Attachments whose owner, room or message is not there, and attachments that were sent and that nothing uses.
    static let references = Check(
        name: "references",
        summary: "attachments belong to nothing that exists",
        advice: "they are left as they are, because a backup may have what they belong to"
    ) { fsck, found in
        try await fsck.walk(fsck.checks.danglingAttachments, found)
    } describe: { (dangling: DanglingAttachment) in
        Finding(subject: "\(dangling.id)", detail: dangling.problem.description)
    }

    /// Rooms that would give a number to an event that an older event or message has.
    static let roomNumbers = Check(
        name: "room_numbers",
        summary: "rooms have a number below that of their newest event or message"
    ) { fsck, found in
        try await fsck.walk(fsck.checks.miscountedRooms) { try await found($0.filter(\.isNumberLow)) }
    } describe: { (room: RoomCounters) in
        Finding(subject: "\(room.id)", detail: "\(room.lastSeq) instead of \(room.newestSeq)")
    } repair: { fsck, room in
        try await fsck.checks.raiseNumber(of: room.id)
    }

    /// Rooms with a wrong number of members.
    static let memberCounts = Check(
        name: "member_counts",
        summary: "rooms have a wrong number of members"
    ) { fsck, found in
        try await fsck.walk(fsck.checks.miscountedRooms) { try await found($0.filter(\.isMemberCountWrong)) }
    } describe: { (room: RoomCounters) in
        Finding(subject: "\(room.id)", detail: "\(room.memberCount) instead of \(room.members)")
    } repair: { fsck, room in
        try await fsck.checks.correctMemberCount(of: room.id)
    }

    /// Messages with a wrong number of attachments. One that is too low is raised, one that is too high remains as the
    /// trace of attachments that are missing.
    static let attachmentCounts = Check(
        name: "attachment_counts",
        summary: "messages have a wrong number of attachments",
        advice: "those with too few attachments are left as they are"
    ) { fsck, found in
        try await fsck.walk(fsck.checks.miscountedMessages, found)
        try await fsck.walk(fsck.checks.miscountedArchivedMessages, found)
    } describe: { (message: MiscountedMessage) in
        Finding(subject: "\(message.id)", detail: "\(message.count) instead of \(message.found)")
    } repair: { fsck, message in
        try await fsck.checks.raiseAttachmentCount(of: message.id)
    }

    /// People whose avatar is not there. They are left without one.
    static let avatars = Check(
        name: "avatars",
        summary: "avatars are missing"
    ) { fsck, found in
        try await fsck.walk(fsck.checks.missingAvatars, found)
    } describe: { (user: User.ID) in
        Finding(subject: "\(user)", detail: "the attachment is missing or deleted")
    } repair: { fsck, user in
        try await fsck.checks.removeMissingAvatar(of: user)
    }
}

extension DanglingAttachment.Problem {
    fileprivate var description: String {
        switch self {
        case .noOwner: "its owner does not exist"
        case .noRoom: "its room does not exist"
        case .noMessage: "its message does not exist"
        case .deletedMessage: "its message was deleted"
        case .otherRoom: "its message is in another room"
        case .unused: "it was used, and neither a message nor an avatar has it"
        }
    }
}
