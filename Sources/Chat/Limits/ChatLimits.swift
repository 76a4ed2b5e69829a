/// The bounds of what people may create, with their defaults.
package struct ChatLimits: Sendable {
    /// Body of a message, in bytes of UTF-8.
    package var messageBytes = 2048
    /// Attachments of one message.
    package var attachmentsPerMessage = 10
    /// Members of one room.
    package var roomMembers = 100
    /// Rooms that one person made, joined, accepted or wrote in, so that their list of rooms has an end. Rooms that others
    /// added them to have a limit of the same size.
    package var roomsPerPerson = 1000
    /// Direct rooms of others in which a person has not answered. The one that was quiet for longest gives way.
    package var requestsPerPerson = 200
    /// Invitations that wait for a person's answer. The oldest gives way.
    package var invitationsPerPerson = 200
    /// People whom one person may block.
    package var blocksPerPerson = 1000
    /// Bans in one page of a room's list.
    package var banPageSize = 100
    /// Messages in one page of history.
    package var pageSize = 100
    /// Hits of a search for people.
    package var peopleFound = 20
    /// Hits of a search for public rooms.
    package var roomsFound = 100
    /// Unread messages of a room that are counted; nobody reads a larger number.
    package var unreadCounted = 1000
    /// Signed-in sessions of one person; the longest unused gives way to a new one.
    package var sessionsPerPerson = 50
    /// Networks that are remembered of one person as those that they sign in from.
    package var networksPerPerson = 16
    /// Days a session lives from its last use.
    package var sessionDays = 30
    /// Pictures that wait for their variants.
    package var waitingPictures = 1000
    /// Pictures of one person that wait for their variants.
    package var waitingPicturesPerPerson = 100
    /// Bytes that one person may upload in 24 hours; nil without a limit.
    package var uploadedBytesPerDay: Int? = 1 << 30
    /// Bytes that the uploads of one person may come to, deleted ones apart; nil without a limit.
    package var storedBytesPerPerson: Int?

    package init() {}

    /// Rooms that a list may have.
    var listedRooms: Int { 2 * (roomsPerPerson + requestsPerPerson) }
}
