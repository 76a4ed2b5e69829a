#pragma once
#include <stdbool.h>
#include <string.h>
#include <vips/vips.h>

// libvips takes options as a NULL-terminated variable argument list, which Swift cannot call. Each operation that is
// used has a wrapper here with its options spelled out.

/// VIPS_INIT is a macro that also checks the library's version against this header's.
static inline int snug_vips_init(const char *_Nonnull program) {
    return VIPS_INIT(program);
}

/// A picture of nothing; variadic.
static inline VipsImage *_Nullable snug_vips_blank(int side) {
    VipsImage *image = NULL;
    return vips_black(&image, side, side, "bands", 3, NULL) == 0 ? image : NULL;
}

/// A picture that points at red, green, blue and alpha of each pixel; variadic.
static inline VipsImage *_Nullable snug_vips_from_rgba(const void *_Nonnull bytes, size_t count, int width,
                                                       int height) {
    VipsImage *plain = vips_image_new_from_memory(bytes, count, width, height, 4, VIPS_FORMAT_UCHAR);
    if (plain == NULL) return NULL;
    VipsImage *image = NULL;
    int status = vips_copy(plain, &image, "interpretation", VIPS_INTERPRETATION_sRGB, NULL);
    g_object_unref(plain);
    return status == 0 ? image : NULL;
}

/// Opens a picture's header; variadic.
static inline VipsImage *_Nullable snug_vips_open(const void *_Nonnull bytes, size_t count) {
    return vips_image_new_from_buffer(bytes, count, "", NULL);
}

/// Decodes and shrinks into a square box, never enlarged and not turned; variadic. `options` are the loader's: the
/// fail_on argument of this operation is silently ignored when it reads a buffer. `into_srgb` converts by the embedded
/// profile.
static inline int snug_vips_thumbnail(const void *_Nonnull bytes, size_t count, const char *_Nonnull options, int side,
                                      bool into_srgb, VipsImage *_Nullable *_Nonnull out) {
    void *data = (void *)bytes;
    if (into_srgb)
        return vips_thumbnail_buffer(data, count, out, side, "height", side, "size", VIPS_SIZE_DOWN, "no_rotate", TRUE,
                                     "option_string", options, "export_profile", "srgb", NULL);
    return vips_thumbnail_buffer(data, count, out, side, "height", side, "size", VIPS_SIZE_DOWN, "no_rotate", TRUE,
                                 "option_string", options, NULL);
}

/// Shrinks an opaque picture into a square box, never enlarged; variadic. The Lanczos kernel of two lobes needs two
/// thirds of the work of the one of three that vips_thumbnail uses.
static inline int snug_vips_fit(VipsImage *_Nonnull image, int side, VipsImage *_Nullable *_Nonnull out) {
    double scale = VIPS_MIN(1.0, (double)side / VIPS_MAX(image->Xsize, image->Ysize));
    // A side of less than half a pixel would be none.
    return vips_resize(image, out, VIPS_MAX(scale, 1.0 / image->Xsize), "vscale", VIPS_MAX(scale, 1.0 / image->Ysize),
                       "kernel", VIPS_KERNEL_LANCZOS2, NULL);
}

/// Decodes and shrinks an opaque picture in grey or RGB into a square box, never enlarged and not turned; variadic.
/// `options` are the loader's. `into_srgb` converts by the embedded profile.
static inline int snug_vips_photograph(const void *_Nonnull bytes, size_t count, const char *_Nonnull options,
                                       int side, bool into_srgb, VipsImage *_Nullable *_Nonnull out) {
    VipsImage *rows = vips_image_new_from_buffer(bytes, count, options, "access", VIPS_ACCESS_SEQUENTIAL, NULL);
    if (rows == NULL) return -1;
    VipsImage *small = NULL;
    int status = snug_vips_fit(rows, side, into_srgb ? &small : out);
    g_object_unref(rows);
    if (status != 0 || !into_srgb) return status;
    status = vips_icc_transform(small, out, "srgb", "embedded", TRUE, NULL);
    g_object_unref(small);
    return status;
}

/// Turns and mirrors upright by an EXIF orientation, 1-8; variadic.
static inline int snug_vips_upright(VipsImage *_Nonnull image, int orientation, VipsImage *_Nullable *_Nonnull out) {
    VipsImage *copy = NULL;
    if (vips_copy(image, &copy, NULL) != 0) return -1;
    vips_image_set_int(copy, VIPS_META_ORIENTATION, orientation);
    int status = vips_autorot(copy, out, NULL);
    g_object_unref(copy);
    return status;
}

/// Shrinks a decoded picture further; variadic.
static inline int snug_vips_shrink(VipsImage *_Nonnull image, int side, VipsImage *_Nullable *_Nonnull out) {
    if (!vips_image_hasalpha(image)) return snug_vips_fit(image, side, out);
    return vips_thumbnail_image(image, out, side, "height", side, "size", VIPS_SIZE_DOWN, "no_rotate", TRUE, NULL);
}

/// Converts to 8-bit sRGB, or 8-bit grey if it is grey; variadic.
static inline int snug_vips_to_8_bit(VipsImage *_Nonnull image, VipsImage *_Nullable *_Nonnull out) {
    VipsInterpretation space = image->Bands < 3 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
    return vips_colourspace(image, out, space, NULL);
}

/// Converts to 8-bit red, green, blue and alpha; variadic.
static inline int snug_vips_to_rgba(VipsImage *_Nonnull image, VipsImage *_Nullable *_Nonnull out) {
    VipsImage *colours = NULL;
    if (vips_colourspace(image, &colours, VIPS_INTERPRETATION_sRGB, NULL) != 0) return -1;
    int status = vips_image_hasalpha(colours) ? vips_copy(colours, out, NULL) : vips_addalpha(colours, out, NULL);
    g_object_unref(colours);
    return status;
}

/// Takes neighbouring bands out; variadic.
static inline int snug_vips_bands(VipsImage *_Nonnull image, int first, int count,
                                  VipsImage *_Nullable *_Nonnull out) {
    return vips_extract_band(image, out, first, "n", count, NULL);
}

/// The smallest value of all; variadic.
static inline int snug_vips_min(VipsImage *_Nonnull image, double *_Nonnull out) {
    return vips_min(image, out, NULL);
}

/// Encodes a JPEG without metadata; variadic.
static inline int snug_vips_jpeg(VipsImage *_Nonnull image, int quality, bool full_chroma,
                                 void *_Nullable *_Nonnull bytes, size_t *_Nonnull count) {
    return vips_jpegsave_buffer(image, bytes, count, "Q", quality, "optimize_coding", TRUE, "strip", TRUE,
                                "subsample_mode",
                                full_chroma ? VIPS_FOREIGN_SUBSAMPLE_OFF : VIPS_FOREIGN_SUBSAMPLE_ON, NULL);
}

/// Encodes a WebP without metadata; variadic.
static inline int snug_vips_webp(VipsImage *_Nonnull image, int quality, int alpha_quality, int effort, bool lossless,
                                 void *_Nullable *_Nonnull bytes, size_t *_Nonnull count) {
    return vips_webpsave_buffer(image, bytes, count, "Q", quality, "alpha_q", alpha_quality, "effort", effort,
                                "lossless", lossless, "strip", TRUE, NULL);
}

/// Decodes up to `frame_count` frames and shrinks each into a square box, never enlarged; lazily, so that one frame is in
/// memory at a time. Variadic.
static inline int snug_vips_frames(const void *_Nonnull bytes, size_t count, int frame_count, int side,
                                   VipsImage *_Nullable *_Nonnull out) {
    VipsImage *first = snug_vips_open(bytes, count);
    if (first == NULL) return -1;
    char options[48];
    g_snprintf(options, sizeof options, "[n=%d,fail_on=truncated]", VIPS_MIN(frame_count, vips_image_get_n_pages(first)));
    g_object_unref(first);
    return vips_thumbnail_buffer((void *)bytes, count, out, side, "height", side, "size", VIPS_SIZE_DOWN,
                                 "option_string", options, NULL);
}

/// Whether the embedded profile is for pictures with as many colours as this one has. A grey profile on a colour picture
/// would turn it grey (fixed in libvips 8.14.2), and an unfit one makes the conversion fail. ICC.1:2022 section 7.2.
static inline bool snug_vips_has_fitting_profile(VipsImage *_Nonnull image) {
    const void *profile = NULL;
    size_t count = 0;
    if (vips_image_get_typeof(image, VIPS_META_ICC_NAME) == 0) return false;
    if (vips_image_get_blob(image, VIPS_META_ICC_NAME, &profile, &count) != 0 || count < 128) return false;
    if (image->Type == VIPS_INTERPRETATION_CMYK) return false;
    return memcmp((const char *)profile + 16, image->Bands < 3 ? "GRAY" : "RGB ", 4) == 0;
}

/// GObject's reference counting is a macro in recent versions of GLib.
static inline void snug_vips_release(VipsImage *_Nonnull image) {
    g_object_unref(image);
}
