import Foundation
import GRDB
import Vocabulary

/// Ids are kept as their 16 bytes.
extension Identifier: DatabaseValueConvertible, StatementColumnConvertible {
    package var databaseValue: DatabaseValue {
        withUnsafeBytes(of: uuid.uuid) { Data($0) }.databaseValue
    }

    package static func fromDatabaseValue(_ value: DatabaseValue) -> Identifier? {
        UUID.fromDatabaseValue(value).map(Identifier.init)
    }

    package init?(sqliteStatement: SQLiteStatement, index: CInt) {
        guard let uuid = UUID(sqliteStatement: sqliteStatement, index: index) else { return nil }
        self.init(uuid)
    }
}

/// Times are kept as integer milliseconds.
extension Timestamp: DatabaseValueConvertible, StatementColumnConvertible {
    package var databaseValue: DatabaseValue {
        milliseconds.databaseValue
    }

    package static func fromDatabaseValue(_ value: DatabaseValue) -> Timestamp? {
        Int64.fromDatabaseValue(value).map(Timestamp.init(milliseconds:))
    }

    package init?(sqliteStatement: SQLiteStatement, index: CInt) {
        self.init(milliseconds: Int64(sqliteStatement: sqliteStatement, index: index))
    }
}

extension VariantSize: DatabaseValueConvertible, StatementColumnConvertible {}
extension VariantFormat: DatabaseValueConvertible, StatementColumnConvertible {}
extension Room.Kind: DatabaseValueConvertible {}
extension Member.Role: DatabaseValueConvertible {}
extension Consent: DatabaseValueConvertible {}
extension Attachment.Kind: DatabaseValueConvertible {}
