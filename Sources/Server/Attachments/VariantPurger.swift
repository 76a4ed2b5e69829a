import Chat
import Logging
import Media
import Vocabulary

/// Makes deleted pictures unreachable at once. Their signed URLs remain valid for days, so the files must be removed.
struct VariantPurger: Sendable {
    let archive: any Archive
    let logger: Logger

    /// Removes the variants. The janitor removes the originals, and variants that could not be removed here.
    func purge(_ attachments: [Attachment.ID]) async {
        guard !attachments.isEmpty else { return }
        do {
            try await archive.removeVariants(of: attachments.map { BlobID($0.uuid) })
        } catch {
            logger.ofRequest.warning(
                "Variants of a deleted picture could not be removed; the janitor will remove them",
                metadata: ["error": "\(error)"]
            )
        }
    }
}
