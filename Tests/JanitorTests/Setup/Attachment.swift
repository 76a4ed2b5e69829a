import Chat

/// Testing has a type of that name too.
typealias Attachment = Chat.Attachment
