import CVips

/// Configures libvips for one picture at a time and only the supported formats.
enum VipsRuntime {
    /// Class names of libvips 8.14; blocking a class also blocks its subclasses.
    private static let loaders = [
        "VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp", "VipsForeignLoadNsgif",
    ]
    private static let savers = ["VipsForeignSaveJpeg", "VipsForeignSaveWebp"]

    /// The loader of HEIC and AVIF, in a module of its own.
    private static let heifLoader = "VipsForeignLoadHeif"

    /// Rows per tile. A panorama of 65,500×1,800 pixels with alpha takes 95 MB, and 220 MB with the default of 128.
    private static let tileHeight: Int32 = 16

    /// - Parameter hasHEIFModule: enables HEIC and AVIF. If the module is missing they are undecodable.
    static func start(hasHEIFModule: Bool = false) throws(VipsFailure) {
        guard snug_vips_init("snug-media-worker") == 0 else { throw VipsFailure(doing: "init") }
        guard snug_vips_set_tile_height(tileHeight) else { throw VipsFailure(description: "init: no tile height") }
        VipsWarnings.start()
        vips_concurrency_set(1)
        vips_cache_set_max(0)
        vips_cache_set_max_mem(0)
        vips_cache_set_max_files(0)
        vips_block_untrusted_set(1)
        if hasHEIFModule, !HEIFModule.load() { log("the libvips module for HEIC and AVIF is missing") }
        allow(loaders + (hasHEIFModule ? [heifLoader] : []), of: "VipsForeignLoad")
        allow(savers, of: "VipsForeignSave")
    }

    /// Decodes and encodes a picture once, so that libraries open their files and ORC compiles its loops before the
    /// sandbox forbids it.
    static func warmUp() throws(VipsFailure) {
        let blank = try Picture(blank: 400)
        for encoding in [VariantEncoding.jpeg(80), .webP(78)] {
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
