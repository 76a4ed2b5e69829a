import CVips
import Glibc
import Kernel

/// The module of libvips for HEIC and AVIF. It is loaded by path, because libvips would load all modules that it finds:
/// also those for PDF, JPEG XL and ImageMagick.
enum HEIFModule {
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
