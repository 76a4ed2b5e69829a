/// An uploaded file.
package enum Blob {}

/// The id of an uploaded file. It is part of a capability URL and therefore random (UUID version 4).
package typealias BlobID = Identifier<Blob>
