import Chat
import Logging
import Media
import Vocabulary

/// Makes deleted pictures unreachable at once: a signed URL is good for days, so its file must go.
struct VariantPurger: Sendable {
    let archive: any Archive
    let logger: Logger

    /// Removes the variants. What fails here, and the originals, the janitor removes with its next sweep.
    func purge(_ attachments: [Attachment.ID]) async {
        guard !attachments.isEmpty else { return }
        do {
            try await archive.removeVariants(of: attachments.map { BlobID($0.uuid) })
        } catch {
            logger.warning(
                "Variants of a deleted picture could not be removed; the janitor will remove them",
                metadata: ["error": "\(error)"]
            )
        }
    }
}
