/// Limits on what people may create, with their defaults.
package struct ChatLimits: Sendable {
    /// Body of a message, in bytes of UTF-8.
    package var messageBytes = 2048
    /// Attachments of one message.
    package var attachmentsPerMessage = 10
    /// Members of one room.
    package var roomMembers = 100
    /// Rooms that one person made, joined, accepted or wrote in, so that their list of rooms is bounded. Rooms that
    /// others added them to have a limit of the same size.
    package var roomsPerPerson = 1000
    /// Direct rooms that others opened and the person has not answered. Above the limit, the least recently active one
    /// is dropped.
    package var requestsPerPerson = 200
    /// Invitations that wait for a person's answer. Above the limit, the oldest is dropped.
    package var invitationsPerPerson = 200
    /// People whom one person may block.
    package var blocksPerPerson = 1000
    /// Bans in one page of a room's list.
    package var banPageSize = 100
    /// Messages in one page of history.
    package var pageSize = 100
    /// People in one page of search results.
    package var peopleFound = 20
    /// Public rooms in one page of search results.
    package var roomsFound = 100
    /// Up to how many unread messages of a room are counted; nobody needs a larger number.
    package var unreadCounted = 1000
    /// Sessions of one person. Above the limit, a new session ends the least recently used one.
    package var sessionsPerPerson = 50
    /// Networks of one person that are stored as known.
    package var networksPerPerson = 16
    /// Lifetime of a session after its last use, in days.
    package var sessionDays = 30
    /// Pictures that wait for their variants.
    package var waitingPictures = 1000
    /// Pictures of one person that wait for their variants.
    package var waitingPicturesPerPerson = 100
    /// Bytes that one person may upload in 24 hours; nil without a limit.
    package var uploadedBytesPerDay: Int? = 1 << 30
    /// Total bytes of one person's uploads, not counting deleted ones; nil without a limit.
    package var storedBytesPerPerson: Int?

    package init() {}

    /// Maximum number of rooms in a list.
    var listedRooms: Int { 2 * (roomsPerPerson + requestsPerPerson) }
}
