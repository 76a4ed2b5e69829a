import Foundation
import TestSupport

@testable import ChatSQLite

extension CutDisk {
    /// Writes into the mark of the database which files are beside it. After a power cut these are the files of before,
    /// while those of a disk that was built are new ones.
    static func renewMark(in storage: String) throws {
        let path = "\(storage)/snug.sqlite"
        guard var mark = MarkFile.read(MarkFile.path(ofDatabase: path)), let database = FileIdentity(of: path) else {
            return
        }
        mark.database = database
        if mark.lock != nil { mark.lock = FileIdentity(of: "\(storage)/server.lock") }
        try Data(mark.text.utf8).write(to: URL(filePath: MarkFile.path(ofDatabase: path)))
    }
}
