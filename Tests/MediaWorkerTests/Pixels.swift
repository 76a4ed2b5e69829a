import CVips
import Media
import Pictures

@testable import MediaWorker

/// A variant's pixels, decoded.
struct Pixels {
    let width: Int
    let height: Int
    let bandCount: Int
    private let bytes: [UInt8]

    init(_ file: VariantFile, in media: MediaFolder) throws {
        try startVips()
        let data = try media.open(.variant(file)).read(at: 0, count: 1 << 24)
        let image = data.withUnsafeBytes { buffer in
            buffer.baseAddress.flatMap { start in snug_vips_open(start, buffer.count) }.flatMap { lazy in
                defer { snug_vips_release(lazy) }
                return vips_image_copy_memory(lazy)
            }
        }
        guard let image else { throw VipsFailure(doing: "test") }
        defer { snug_vips_release(image) }
        width = Int(vips_image_get_width(image))
        height = Int(vips_image_get_height(image))
        bandCount = Int(vips_image_get_bands(image))
        var count = 0
        guard let memory = vips_image_write_to_memory(image, &count) else { throw VipsFailure(doing: "test") }
        defer { g_free(memory) }
        bytes = Array(UnsafeRawBufferPointer(start: memory, count: count))
    }

    /// Every band of the pixel at a place given in parts of the picture, 0–1 each.
    func at(_ x: Double, _ y: Double) -> [Int] {
        let index = (Int(Double(height) * y) * width + Int(Double(width) * x)) * bandCount
        return bytes[index..<index + bandCount].map(Int.init)
    }
}

/// Starts libvips in this process, request: it does not bear being started by two threads.
func startVips() throws { try vipsStart.get() }

private let vipsStart = Result { try VipsRuntime.start() }

/// Whether a colour is red, as the top left quarter of the fixtures is.
func isRed(_ pixel: [Int]) -> Bool { pixel.count >= 3 && pixel[0] > 170 && pixel[1] < 90 && pixel[2] < 90 }

func isGreen(_ pixel: [Int]) -> Bool { pixel.count >= 3 && pixel[1] > pixel[0] + 40 && pixel[1] > pixel[2] + 20 }
