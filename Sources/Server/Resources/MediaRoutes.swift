import Foundation
import HTTPTypes
import Hummingbird
import Media
import NIOPosix
import Pictures

/// Variants at their signed URLs, answered as nginx answers them where it stands in front.
struct MediaRoutes: Sendable {
    let signer: MediaSigner
    let blobs: BlobStore
    let files: FileIO
    let threads: NIOThreadPool
    private let pace = WarningPace()

    init(signer: MediaSigner, blobs: BlobStore, files: FileIO, threads: NIOThreadPool) {
        self.signer = signer
        self.blobs = blobs
        self.files = files
        self.threads = threads
    }

    func mount(_ router: Router<AppContext>) {
        router.get("media/{signature}/{expires}/{name}", use: show)
    }

    @Sendable private func show(_ request: Request, _ context: AppContext) async throws -> Response {
        let parts = try ["signature", "expires", "name"].map { try context.parameters.require($0) }
        let verdict = signer.verify(signature: parts[0], expires: parts[1], name: parts[2], now: Date())
        switch verdict {
        case .malformed: throw Problem.notFound
        case .badSignature: throw Problem(.forbidden, "forbidden", "The signature of this address is wrong.")
        case .expired: throw Problem(.gone, "gone", "This address has expired. Fetch the message anew.")
        case .valid(let variant): return try await answer(variant, to: request, context)
        }
    }

    private func answer(
        _ variant: VariantFile,
        to request: Request,
        _ context: AppContext
    ) async throws -> Response {
        let size = try await threads.runIfActive { [blobs] in try blobs.byteCount(of: variant) }
        guard let size else { throw Problem.notFound }
        // nginx has accepted the signature, and yet asks for a file that is there.
        if request.headers[.snugSecureLink] == "1", pace.mayWarn() {
            context.logger.warning(
                """
                nginx cannot read the variants of pictures, so the server sends them: put nginx' user into the group of \
                the storage folder and restart nginx
                """
            )
        }
        var headers = HTTPFields.untrustedBytes
        headers[.contentType] = variant.format.mediaType
        headers[.cacheControl] = "private, max-age=604800, immutable"
        // A variant never changes under its name, so the name tells one from another.
        let answer = FileAnswer(
            path: blobs.path(of: variant),
            size: size,
            etag: "\"\(variant.name)\"",
            headers: headers,
            files: files
        )
        return try await answer.response(to: request, context)
    }
}
