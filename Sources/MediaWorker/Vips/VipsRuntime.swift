import CVips
import Glibc
import Kernel
import Synchronization

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

/// Counts the warnings of libvips instead of logging them, since any odd picture could fill the log.
///
/// Even when told to fail on warnings, libvips 8.14 ignores those in the last rows of a JPEG.
enum VipsWarnings {
    private static let counter = Atomic<Int>(0)

    static var count: Int { counter.load(ordering: .relaxed) }

    /// To be called after libvips has been initialised, which installs its own handler.
    static func start() {
        _ = g_log_set_handler(
            "VIPS",
            G_LOG_LEVEL_WARNING,
            { _, _, _, _ in VipsWarnings.counter.add(1, ordering: .relaxed) },
            nil
        )
    }
}

/// The module of libvips for HEIC and AVIF. It is loaded by path, because libvips would load all modules that it finds:
/// also those for PDF, JPEG XL and ImageMagick.
private enum HEIFModule {
    /// The function that GLib calls when it loads a module (gmodule, "g_module_check_init").
    private typealias Start = @convention(c) (OpaquePointer?) -> UnsafePointer<CChar>?

    /// Loads it, unless libvips was built with HEIF support.
    /// - Returns: whether HEIC and AVIF can be decoded.
    static func load() -> Bool {
        if isLoaded { return true }
        guard let folder = libraryFolder else { return false }
        let path = "\(folder)/vips-modules-\(vips_version(0)).\(vips_version(1))/vips-heif.so"
        guard let module = dlopen(path, RTLD_NOW), let symbol = dlsym(module, "g_module_check_init") else {
            return false
        }
        guard unsafeBitCast(symbol, to: Start.self)(nil) == nil else { return false }
        return isLoaded
    }

    private static var isLoaded: Bool { vips_type_find("VipsForeignLoad", "heifload_buffer") != 0 }

    /// The folder from which libvips was loaded (proc_pid_maps(5)).
    private static var libraryFolder: String? {
        guard let maps = try? OpenFile("/proc/self/maps").read(at: 0, count: 1 << 20) else { return nil }
        let line = String(decoding: maps, as: UTF8.self).split(separator: "\n").first { $0.contains("/libvips.so") }
        guard let start = line?.firstIndex(of: "/"), let path = line?[start...], let end = path.lastIndex(of: "/")
        else {
            return nil
        }
        return String(path[..<end])
    }
}
