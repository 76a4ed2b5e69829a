import Kernel

@testable import Media

extension MediaFolder {
    var spool: Spool { Spool(in: self) }
    var archive: DiskArchive { DiskArchive(self) }

    func open(_ key: ArchiveKey) throws -> OpenFile { try OpenFile(path(of: key)) }

    func byteCount(of key: ArchiveKey) throws -> Int? { try SystemCall.facts(path(of: key))?.byteCount }
}
