import Foundation
import HTTPTypes
import Hummingbird
import Media
import Pictures

/// Variants at their signed URLs. The responses are the same as those of nginx, where it serves them.
struct MediaRoutes: Sendable {
    let signer: MediaSigner
    let archive: any Archive
    let files: FileIO
    private let throttle = WarningThrottle()

    init(signer: MediaSigner, archive: any Archive, files: FileIO) {
        self.signer = signer
        self.archive = archive
        self.files = files
    }

    func mount(_ router: Router<AppContext>) {
        router.get("media/{signature}/{expires}/{name}", use: show)
    }

    @Sendable private func show(_ request: Request, _ context: AppContext) async throws -> Response {
        let parts = try ["signature", "expires", "name"].map { try context.parameters.require($0) }
        let result = signer.verify(signature: parts[0], expires: parts[1], name: parts[2], now: Date())
        switch result {
        case .malformed: throw Problem.notFound
        case .badSignature: throw Problem(.forbidden, "forbidden", "The signature of this URL is not valid.")
        case .expired: throw Problem(.gone, "gone", "This URL has expired. Fetch the message again.")
        case .valid(let variant): return try await response(with: variant, to: request, context)
        }
    }

    private func response(
        with variant: VariantFile,
        to request: Request,
        _ context: AppContext
    ) async throws -> Response {
        guard let size = try await archive.byteCount(of: .variant(variant)) else { throw Problem.notFound }
        // nginx has accepted the signature but did not find the file, which exists.
        if request.headers[.snugSecureLink] == "1", throttle.mayWarn() {
            context.logger.warning(
                """
                nginx cannot read the variants of pictures, so the server sends them: add the user of nginx to the \
                group of the storage folder and restart nginx
                """
            )
        }
        var headers = HTTPFields.untrustedBytes
        headers[.contentType] = variant.format.mediaType
        headers[.cacheControl] = "private, max-age=604800, immutable"
        // The name identifies the content, because a variant never changes.
        let file = FileResponse(
            delivery: try await archive.delivery(of: .variant(variant), accelerated: false),
            size: size,
            etag: "\"\(variant.name)\"",
            headers: headers,
            files: files
        )
        return try await file.response(to: request, context)
    }
}
