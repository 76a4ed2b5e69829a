/// An uploaded file.
package enum Blob {}

/// Names one uploaded file; part of a capability URL, therefore random (UUID version 4) and never counted up.
package typealias BlobID = Identifier<Blob>
