import Glibc

/// The names in one folder, read one at a time so that a large folder costs no memory.
@safe
package struct FolderListing: ~Copyable {
    private let folder: OpaquePointer

    /// Opens the folder at `path`. Blocking.
    package init(_ path: String) throws(FileFailure) {
        guard let folder = unsafe opendir(path) else { throw FileFailure("opendir") }
        unsafe self.folder = folder
    }

    deinit { unsafe closedir(folder) }

    /// The next name but `.` and `..`, in no order; nil at the end.
    package mutating func next() throws(FileFailure) -> String? {
        while true {
            errno = 0
            guard let entry = unsafe readdir(folder) else {
                if errno != 0 { throw FileFailure("readdir") }
                return nil
            }
            let name = unsafe Self.name(of: entry)
            if name != "." && name != ".." { return name }
        }
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
        let field = unsafe entry.pointee.d_name
        return unsafe withUnsafeBytes(of: field) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
