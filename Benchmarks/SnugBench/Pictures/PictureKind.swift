/// A kind of picture that is posted. `Scripts/make-photograph` makes it by this name.
enum PictureKind: String, CaseIterable, Sendable {
    case jpeg12 = "jpeg-12mp"
    case jpeg24 = "jpeg-24mp"
    case progressive24 = "progressive-24mp"
    case png4 = "png-4mp"
    case webp12 = "webp-12mp"

    /// For people.
    var title: String {
        switch self {
        case .jpeg12: "12 MP JPEG"
        case .jpeg24: "24 MP JPEG"
        case .progressive24: "24 MP progressive JPEG"
        case .png4: "4 MP PNG"
        case .webp12: "12 MP lossy WebP"
        }
    }

    var fileExtension: String {
        switch self {
        case .jpeg12, .jpeg24, .progressive24: "jpg"
        case .png4: "png"
        case .webp12: "webp"
        }
    }

    var mediaType: String {
        switch self {
        case .jpeg12, .jpeg24, .progressive24: "image/jpeg"
        case .png4: "image/png"
        case .webp12: "image/webp"
        }
    }
}
