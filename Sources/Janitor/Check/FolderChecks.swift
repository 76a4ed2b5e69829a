import Foundation
import Media
import Vocabulary

extension Check {
    /// Files in the media folder that Snug did not name.
    static let foreignNames = Check(
        name: "foreign_names",
        summary: "files in the media folder were not named by Snug",
        advice: "move them elsewhere"
    ) { fsck, found in
        for folder in try await fsck.audit.folders() {
            try await found(try await fsck.audit.foreignNames(in: folder))
        }
    } describe: { (path: String) in
        Finding(subject: path, detail: "not a name that Snug gives there")
    }

    /// Files and folders that more people may access than the server allows.
    static let modes = Check(
        name: "modes",
        summary: "files have too wide modes"
    ) { fsck, found in
        for folder in try await fsck.audit.folders() {
            try await found(try await fsck.audit.wideModes(in: folder))
        }
    } describe: { (wide: WideMode) in
        Finding(
            subject: wide.path.isEmpty ? "the storage folder" : wide.path,
            detail: "0\(String(wide.mode, radix: 8)) instead of 0\(String(wide.narrowed, radix: 8))"
        )
    } repair: { fsck, wide in
        try await fsck.audit.narrow(wide)
    }
}

extension TrashDay {
    static var today: TrashDay { TrashDay(Date()) }
}
