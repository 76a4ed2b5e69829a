import CVips

/// Sets libvips up for one picture at a time, and for nothing but the formats that are rendered.
enum VipsRuntime {
    /// Class names as libvips 8.14 gives them; blocking a class blocks those derived from it.
    private static let loaders = [
        "VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp", "VipsForeignLoadNsgif",
    ]
    private static let savers = ["VipsForeignSaveJpeg", "VipsForeignSaveWebp"]

    /// The loader of HEIC and AVIF, in a module of its own.
    private static let heifLoader = "VipsForeignLoadHeif"

    /// Rows that are worked on at a time. A panorama of 65,500×1,800 pixels with alpha takes 95 MB, and 220 with libvips'
    /// own 128.
    private static let tileHeight: Int32 = 16

    /// - Parameter hasHEIFModule: HEIC and AVIF are decoded too. Where their module is missing they are undecodable.
    static func start(hasHEIFModule: Bool = false) throws(VipsFailure) {
        guard snug_vips_init("snug-media-worker") == 0 else { throw VipsFailure(doing: "init") }
        guard snug_vips_set_tile_height(tileHeight) else { throw VipsFailure(description: "init: no tile height") }
        VipsWarnings.start()
        vips_concurrency_set(1)
        vips_cache_set_max(0)
        vips_cache_set_max_mem(0)
        vips_cache_set_max_files(0)
        vips_block_untrusted_set(1)
        if hasHEIFModule, !HEIFModule.load() { complain("libvips has no module for HEIC and AVIF here") }
        allow(loaders + (hasHEIFModule ? [heifLoader] : []), of: "VipsForeignLoad")
        allow(savers, of: "VipsForeignSave")
    }

    /// Goes once through what every picture goes through, so that libraries open what they need and ORC compiles its
    /// loops while that is still allowed.
    static func warmUp() throws(VipsFailure) {
        let blank = try Picture(blank: 400)
        for encoding in [Encoding.jpeg(80), .webP(78)] {
            let file = try blank.encoded(as: encoding)
            let bytes = Array(file.bytes)
            _ = try PictureHeader(of: bytes)
            let picture = try Picture(decoding: bytes, side: 150)
            _ = try picture.shrunk(to: 75).isTransparent()
        }
    }

    private static func allow(_ classes: [String], of family: String) {
        vips_operation_block_set(family, 1)
        for name in classes { vips_operation_block_set(name, 0) }
    }
}
