import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Chat
@testable import Server

@Suite("JSON of events", .timeLimit(.standard))
struct EventJSONTests {
    private let user = User.named(.random())

    private var room: Room {
        Room(
            id: .random(),
            kind: .direct,
            name: nil,
            topic: nil,
            memberCount: 2,
            lastSeq: 4,
            createdAt: Timestamp(milliseconds: 0)
        )
    }

    private var message: Message {
        Message(
            id: .random(),
            roomID: .random(),
            seq: 3,
            sender: .init(id: user.id, displayName: "A \"B\"", avatar: .init(id: .random(), format: .webp)),
            body: "line\nline",
            attachments: [],
            replyTo: nil,
            clientMessageID: .random(),
            createdAt: Timestamp(milliseconds: 0)
        )
    }

    private var member: Member {
        Member(user: user, role: .admin, joinedAt: Timestamp(milliseconds: 0), deliveredSeq: 1, readSeq: 1)
    }

    private var pending: Member {
        var member = member
        member.isPending = true
        return member
    }

    private func written(_ content: Event.Content) throws -> [String: Any] {
        let event = Event(
            position: 7,
            roomID: .random(),
            seq: 4,
            at: Timestamp(milliseconds: 1),
            content: content
        )
        let bytes = JSONEncoding.sample.json(CursoredEvent(event: event, epoch: "a1b2c3d4")).bytes
        let json = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        #expect(json["type"] as? String == event.kind)
        #expect(json["cursor"] as? String == "a1b2c3d4.7")
        #expect(json["room_id"] as? String == event.roomID.description)
        #expect(json["seq"] as? Int == 4)
        #expect(json["at"] as? String == "1970-01-01T00:00:00.001Z")
        return json
    }

    @Test("Each kind of event has its members and can be parsed")
    func kinds() throws {
        let expected: [(Event.Content, Set<String>)] = [
            (.messageCreated(message), ["message"]), (.messageEdited(message), ["message"]),
            (.messageDeleted(message), ["message"]), (.roomUpdated(room), ["room"]), (.roomDeleted, []),
            (.memberJoined(member), ["user_id", "member"]), (.memberUpdated(member), ["user_id", "member"]),
            (.memberLeft(user.id), ["user_id"]),
        ]
        for (content, members) in expected {
            let json = try written(content)
            #expect(Set(json.keys).subtracting(["type", "cursor", "room_id", "seq", "at"]) == members)
        }
    }

    @Test("A message has every member of the contract")
    func messageMembers() throws {
        let json = try #require(try written(.messageCreated(message))["message"] as? [String: Any])
        #expect(
            Set(json.keys) == [
                "id", "room_id", "seq", "sender", "body", "attachments", "reply_to", "client_message_id", "created_at",
                "edited_at", "deleted_at",
            ]
        )
        #expect(json["body"] as? String == "line\nline")
        #expect(json["reply_to"] is NSNull)
        let sender = try #require(json["sender"] as? [String: Any])
        #expect((sender["avatar_url"] as? String)?.hasSuffix(".150.webp") == true)
    }

    @Test("I7: An event with a member contains neither presence nor receipts")
    func memberMembers() throws {
        let common: Set<String> = ["user", "role", "joined_at", "pending"]
        for (content, more) in [
            (.memberJoined(member), ["delivered_seq", "read_seq"]), (.memberUpdated(member), []),
        ] as [(Event.Content, Set<String>)] {
            let json = try #require(try written(content)["member"] as? [String: Any])
            #expect(Set(json.keys) == common.union(more))
            let user = try #require(json["user"] as? [String: Any])
            #expect(Set(user.keys) == ["id", "username", "display_name", "avatar", "created_at"])
        }
    }

    @Test("A live event carries its effect on the subscriptions of its room")
    func effects() {
        let expected: [(Event.Content, LiveEvent.Effect)] = [
            (.messageCreated(message), .none), (.roomUpdated(room), .none), (.roomDeleted, .closes),
            (.memberJoined(member), .joins(user.id)), (.memberJoined(pending), .joinsPending(user.id)),
            (.memberLeft(user.id), .leaves(user.id)),
        ]
        for (content, effect) in expected {
            let event = Event(position: 1, roomID: .random(), seq: 1, at: .now, content: content)
            #expect(LiveEvent(event, epoch: "a1b2c3d4", encoding: .sample).effect == effect)
        }
    }
}
