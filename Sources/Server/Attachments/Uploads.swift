import Chat
import Foundation
import Hummingbird
import Logging
import Media
import Pictures
import Vocabulary

/// Receives uploads: creates the row of an attachment first, and then stores the bytes.
struct Uploads: Sendable {
    let store: Store
    let intake: Intake
    /// Measured before each upload.
    let disk: DiskMonitor
    /// Limit for a file, in bytes.
    let limit: Int
    let metrics: UploadMetrics
    let logger: Logger

    /// Limit for the rest of a form: boundaries, headers and other parts, in bytes.
    static let formOverhead = 80 * 1024

    /// An upload was rejected while the client may still be sending.
    struct Refused: Error {
        let problem: Problem
        /// True if nothing of the body has been read; false if more is left of it than can be drained.
        let isUnread: Bool
    }

    /// Receives a body that is the file or a form with the file.
    ///
    /// When this returns, the row and the bytes are durable. When it throws, neither is left.
    ///
    /// - Parameter idempotencyKey: The key of the request. A repeated upload is received and compared too; the result
    ///   is the first attachment.
    /// - Returns: The attachment, and how many uploads the person may begin at once after this; nil without a limit.
    /// - Throws: `Problem`, or `Refused`.
    func receive(
        _ request: Request,
        from caller: Caller,
        idempotencyKey: IdempotencyKey?
    ) async throws -> (attachment: Replayable<Attachment>, remaining: Int?) {
        do {
            return try await receiveUncounted(request, from: caller, idempotencyKey)
        } catch {
            metrics.rejections[UploadRejection(error)].add()
            throw error
        }
    }

    private func receiveUncounted(
        _ request: Request,
        from caller: Caller,
        _ idempotencyKey: IdempotencyKey?
    ) async throws -> (attachment: Replayable<Attachment>, remaining: Int?) {
        let contentType = request.headers[.contentType] ?? ""
        let isForm = contentType.lowercased().hasPrefix("multipart/")
        let id = Attachment.ID.random()
        let remaining = try await begin(id, request, isForm: isForm, by: caller, idempotencyKey)
        let body = DrainableBody(request.body)
        do {
            let formType = isForm ? contentType : nil
            let attachment = try await receive(body, of: request, formType, as: id, from: caller, idempotencyKey)
            return (attachment, remaining)
        } catch {
            guard let problem = Problem(error), !(await body.drain()) else { throw error }
            throw Refused(problem: problem, isUnread: false)
        }
    }

    private func begin(
        _ id: Attachment.ID,
        _ request: Request,
        isForm: Bool,
        by caller: Caller,
        _ idempotencyKey: IdempotencyKey?
    ) async throws -> Int? {
        await disk.measureIfStale()
        do {
            return try await store.attachments.begin(id, by: caller, idempotencyKey: idempotencyKey) {
                try leastByteCount(of: request, isForm: isForm)
            }
        } catch let refusal as Refusal {
            guard let problem = Problem(refusal) else { throw refusal }
            throw Refused(problem: problem, isUnread: true)
        }
    }

    /// Bytes that the file has at least.
    private func leastByteCount(of request: Request, isForm: Bool) throws -> Int {
        try checkLength(of: request, isForm: isForm)
        // How much a form holds besides the file is not known before it is read.
        let wrapping = isForm ? Self.formOverhead : 0
        return max((request.contentLength ?? 0) - wrapping, 1)
    }

    private func receive(
        _ body: DrainableBody,
        of request: Request,
        _ formType: String?,
        as id: Attachment.ID,
        from caller: Caller,
        _ idempotencyKey: IdempotencyKey?
    ) async throws -> Replayable<Attachment> {
        let blob = BlobID(id.uuid)
        var isStored = false
        do {
            let (original, name) = try await receiveBytes(body, of: request, as: blob, formType)
            isStored = true
            // A broken connection can look like the end of the body.
            if formType == nil, let length = request.contentLength, length != original.receivedByteCount {
                throw Problem.malformed("The body is shorter than its Content-Length.")
            }
            let filename = Filename.clean(name)
            let request = idempotencyKey.map { IdempotentRequest($0, uploading: original, named: filename) }
            let upload = try await store.attachments.complete(
                id,
                filename: filename,
                facts: original.facts,
                failure: original.inspection.failure,
                renderCost: original.inspection.facts?.renderCost ?? 0,
                by: Caller(user: caller.user, session: caller.session, idempotentRequest: request)
            )
            if upload.isReplay { await discard(id, isStored: true) }
            return upload
        } catch {
            await discard(id, isStored: isStored)
            throw error
        }
    }

    /// Removes the row and the file. If that fails, the row remains, by which the janitor finds the file.
    private func discard(_ id: Attachment.ID, isStored: Bool) async {
        do {
            if isStored { try await intake.discard(BlobID(id.uuid)) }
            try await store.attachments.abandon(id)
        } catch {
            logger.ofRequest.warning(
                "A failed upload could not be removed; the janitor will remove it",
                metadata: ["attachment": "\(id)", "error": "\(error)"]
            )
        }
    }

    private func checkLength(of request: Request, isForm: Bool) throws {
        guard let length = request.contentLength else { return }
        guard length > 0 else { throw Problem(Intake.Failure.empty) }
        let allowed = limit + (isForm ? Self.formOverhead : 0)
        guard length <= allowed else { throw Refused(problem: .tooLarge("A file", limit: limit), isUnread: true) }
    }

    private func receiveBytes(
        _ body: DrainableBody,
        of request: Request,
        as id: BlobID,
        _ formType: String?
    ) async throws -> (original: StoredOriginal, name: String?) {
        do {
            if let formType {
                let form = try await intake.receiveForm(
                    id: id,
                    body: body,
                    contentType: formType,
                    limit: limit
                )
                return (form.original, form.filename)
            }
            let original = try await intake.receive(id: id, body: body, limit: limit)
            let disposition = request.headers[.contentDisposition].flatMap { ContentDisposition($0) }
            return (original, disposition?.filename)
        } catch let failure as Intake.Failure {
            if case .storage(let reason) = failure {
                logger.ofRequest.error(
                    "An upload could not be written: check the health and the free space of the disk",
                    metadata: ["error": "\(reason)"]
                )
            }
            throw Problem(failure)
        }
    }
}

extension Inspection {
    /// The failure of a picture that is known without decoding it.
    fileprivate var failure: Attachment.Failure? {
        if let limit = exceededLimit {
            return Attachment.Failure(code: limit.code.rawValue, detail: limit.description)
        }
        let code = MediaFailureCode.undecodable
        return isDamaged ? Attachment.Failure(code: code.rawValue, detail: code.detail) : nil
    }
}

extension StoredOriginal {
    fileprivate var facts: AttachmentFacts {
        AttachmentFacts(
            kind: inspection.isImage || inspection.isDamaged ? .image : .file,
            mediaType: inspection.mediaType,
            byteCount: Int64(byteCount),
            sha256: Data(sha256),
            width: inspection.facts?.width,
            height: inspection.facts?.height,
            isAnimated: inspection.facts?.isAnimated ?? false,
            removedMetadata: removedMetadata.map(\.rawValue),
            hasHDR: inspection.facts?.hasHDR ?? false
        )
    }
}

extension IdempotentRequest {
    /// Two uploads are equal if the received size, the stored bytes and the cleaned name are equal, in a form or not.
    fileprivate init(_ key: IdempotencyKey, uploading file: StoredOriginal, named filename: String) {
        let size = Data(String(file.receivedByteCount).utf8)
        self.init(key, parts: [Data(file.sha256), size, Data(filename.utf8)])
    }
}
