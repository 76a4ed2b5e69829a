#pragma once
#include <stdbool.h>
#include <string.h>
#include <vips/vips.h>

// libvips takes options as a NULL-terminated variable argument list, which Swift cannot pass. Each operation that is
// used has a wrapper here with its options.

/// VIPS_INIT is a macro that also compares the version of the library with that of this header.
static inline int snug_vips_init(const char *_Nonnull program) {
    return VIPS_INIT(program);
}

/// Sets how many rows libvips processes at a time, for which it has only a command-line option. A row-by-row
/// pipeline holds a multiple of that: up to 1,750 rows with the default of 128, and 260 with 16, in the same time.
static inline bool snug_vips_set_tile_height(int rows) {
    GOptionGroup *group = g_option_group_new("vips", "", "", NULL, NULL);
    vips_add_option_entries(group);
    GOptionContext *context = g_option_context_new(NULL);
    g_option_context_set_main_group(context, group);
    char option[40];
    g_snprintf(option, sizeof option, "--vips-tile-height=%d", rows);
    char program[] = "snug";
    char *words[] = {program, option, NULL};
    char **list = words;
    int count = 2;
    gboolean is_set = g_option_context_parse(context, &count, &list, NULL);
    g_option_context_free(context);
    return is_set;
}

/// A black picture; variadic.
static inline VipsImage *_Nullable snug_vips_blank(int side) {
    VipsImage *image = NULL;
    return vips_black(&image, side, side, "bands", 3, NULL) == 0 ? image : NULL;
}

/// A picture on top of pixels of red, green, blue and alpha in memory; variadic.
static inline VipsImage *_Nullable snug_vips_from_rgba(const void *_Nonnull bytes, size_t count, int width,
                                                       int height) {
    VipsImage *plain = vips_image_new_from_memory(bytes, count, width, height, 4, VIPS_FORMAT_UCHAR);
    if (plain == NULL) return NULL;
    VipsImage *image = NULL;
    int status = vips_copy(plain, &image, "interpretation", VIPS_INTERPRETATION_sRGB, NULL);
    g_object_unref(plain);
    return status == 0 ? image : NULL;
}

/// Opens a picture and reads its header; variadic.
static inline VipsImage *_Nullable snug_vips_open(const void *_Nonnull bytes, size_t count) {
    return vips_image_new_from_buffer(bytes, count, "", NULL);
}

/// Decodes and shrinks to fit a square, without enlarging or rotating; variadic. `options` are those of the loader: the
/// operation ignores its own fail_on argument when it reads a buffer. `into_srgb` converts with the embedded profile.
static inline int snug_vips_thumbnail(const void *_Nonnull bytes, size_t count, const char *_Nonnull options, int side,
                                      bool into_srgb, VipsImage *_Nullable *_Nonnull out) {
    void *data = (void *)bytes;
    if (into_srgb)
        return vips_thumbnail_buffer(data, count, out, side, "height", side, "size", VIPS_SIZE_DOWN, "no_rotate", TRUE,
                                     "option_string", options, "export_profile", "srgb", NULL);
    return vips_thumbnail_buffer(data, count, out, side, "height", side, "size", VIPS_SIZE_DOWN, "no_rotate", TRUE,
                                 "option_string", options, NULL);
}

/// Premultiplies colours with alpha, or reverts that, and rounds to 8 bits; variadic.
static inline int snug_vips_weight(VipsImage *_Nonnull image, bool undo, VipsImage *_Nullable *_Nonnull out) {
    VipsImage *weighted = NULL;
    VipsImage *half = NULL;
    if ((undo ? vips_unpremultiply(image, &weighted, NULL) : vips_premultiply(image, &weighted, NULL)) != 0) return -1;
    int status = vips_linear1(weighted, &half, 1.0, 0.5, NULL);
    g_object_unref(weighted);
    if (status != 0) return status;
    status = vips_cast_uchar(half, out, NULL);
    g_object_unref(half);
    return status;
}

/// Resizes; variadic. The Lanczos kernel of two lobes needs two thirds of the work of the one of three that
/// vips_thumbnail uses.
static inline int snug_vips_lanczos(VipsImage *_Nonnull image, double scale, double vertical_scale,
                                    VipsImage *_Nullable *_Nonnull out) {
    return vips_resize(image, out, scale, "vscale", vertical_scale, "kernel", VIPS_KERNEL_LANCZOS2, NULL);
}

/// Resizes a picture of 8 bits a channel without mixing in the colours of transparent pixels. vips_thumbnail does that
/// in floating point: 280 MB for a picture of 16,384 pixels a row, where integers take 120.
static inline int snug_vips_resize(VipsImage *_Nonnull image, double scale, double vertical_scale,
                                   VipsImage *_Nullable *_Nonnull out) {
    if (!vips_image_hasalpha(image) || (scale == 1.0 && vertical_scale == 1.0))
        return snug_vips_lanczos(image, scale, vertical_scale, out);
    VipsImage *weighted = NULL;
    VipsImage *small = NULL;
    if (snug_vips_weight(image, false, &weighted) != 0) return -1;
    int status = snug_vips_lanczos(weighted, scale, vertical_scale, &small);
    g_object_unref(weighted);
    if (status != 0) return status;
    status = snug_vips_weight(small, true, out);
    g_object_unref(small);
    return status;
}

/// The factor by which a picture of this size fits a square, at most 1.
static inline double snug_vips_scale(int width, int height, int side) {
    return VIPS_MIN(1.0, (double)side / VIPS_MAX(width, height));
}

/// Shrinks a picture to fit a square, without enlarging.
static inline int snug_vips_fit(VipsImage *_Nonnull image, int side, VipsImage *_Nullable *_Nonnull out) {
    double scale = snug_vips_scale(image->Xsize, image->Ysize, side);
    // A side of less than half a pixel would be rounded to 0.
    return snug_vips_resize(image, VIPS_MAX(scale, 1.0 / image->Xsize), VIPS_MAX(scale, 1.0 / image->Ysize), out);
}

/// Converts to 8-bit sRGB, or a grey picture to 8-bit grey; variadic.
static inline int snug_vips_to_8_bit(VipsImage *_Nonnull image, VipsImage *_Nullable *_Nonnull out) {
    VipsInterpretation space = image->Bands < 3 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
    return vips_colourspace(image, out, space, NULL);
}

/// Converts to sRGB with the embedded profile; variadic.
static inline int snug_vips_to_srgb(VipsImage *_Nonnull image, VipsImage *_Nullable *_Nonnull out) {
    return vips_icc_transform(image, out, "srgb", "embedded", TRUE, NULL);
}

/// Opens a picture for reading row by row; variadic. `options` are those of the loader.
static inline VipsImage *_Nullable snug_vips_open_rows(const void *_Nonnull bytes, size_t count,
                                                       const char *_Nonnull options) {
    return vips_image_new_from_buffer(bytes, count, options, "access", VIPS_ACCESS_SEQUENTIAL, NULL);
}

/// Shrinks a picture in grey or RGB, with or without alpha, to fit a square, row by row, without enlarging or rotating.
/// `into_srgb` converts with the embedded profile.
static inline int snug_vips_shrink_rows(VipsImage *_Nonnull rows, int side, bool into_srgb,
                                        VipsImage *_Nullable *_Nonnull out) {
    VipsImage *samples = NULL;
    int status = snug_vips_to_8_bit(rows, &samples);
    if (status != 0) return status;
    VipsImage *small = NULL;
    status = snug_vips_fit(samples, side, into_srgb ? &small : out);
    g_object_unref(samples);
    if (status != 0 || !into_srgb) return status;
    status = snug_vips_to_srgb(small, out);
    g_object_unref(small);
    return status;
}

/// Decodes and shrinks a picture like snug_vips_shrink_rows. `options` are those of the loader.
static inline int snug_vips_rows(const void *_Nonnull bytes, size_t count, const char *_Nonnull options, int side,
                                 bool into_srgb, VipsImage *_Nullable *_Nonnull out) {
    VipsImage *rows = snug_vips_open_rows(bytes, count, options);
    if (rows == NULL) return -1;
    int status = snug_vips_shrink_rows(rows, side, into_srgb, out);
    g_object_unref(rows);
    return status;
}

/// The number of decodable rows at the top of a picture, in steps of sixteen as libvips reads them; -1 when it cannot
/// be opened.
static inline int snug_vips_sound_rows(const void *_Nonnull bytes, size_t count, const char *_Nonnull options) {
    VipsImage *image = snug_vips_open_rows(bytes, count, options);
    if (image == NULL) return -1;
    VipsRegion *region = vips_region_new(image);
    int sound = 0;
    while (sound < image->Ysize) {
        VipsRect rows = {0, sound, image->Xsize, VIPS_MIN(16, image->Ysize - sound)};
        if (vips_region_prepare(region, &rows) != 0) break;
        sound += rows.height;
    }
    g_object_unref(region);
    g_object_unref(image);
    return sound;
}

/// Extends a picture at the bottom with opaque grey rows; variadic.
static inline int snug_vips_add_grey_rows(VipsImage *_Nonnull image, int height,
                                          VipsImage *_Nullable *_Nonnull out) {
    double grey[] = {128, 128, 128, 255};
    bool has_alpha = vips_image_hasalpha(image);
    VipsArrayDouble *background = vips_array_double_new(has_alpha ? grey + 4 - image->Bands : grey, image->Bands);
    int status = vips_embed(image, out, 0, 0, image->Xsize, height, "extend", VIPS_EXTEND_BACKGROUND, "background",
                            background, NULL);
    vips_area_unref(VIPS_AREA(background));
    return status;
}

/// Decodes and shrinks a picture like snug_vips_rows, with all but the first `count` rows in grey; variadic.
static inline int snug_vips_top_rows(const void *_Nonnull bytes, size_t byte_count, const char *_Nonnull options,
                                     int count, int side, bool into_srgb, VipsImage *_Nullable *_Nonnull out) {
    VipsImage *rows = snug_vips_open_rows(bytes, byte_count, options);
    if (rows == NULL) return -1;
    double scale = snug_vips_scale(rows->Xsize, rows->Ysize, side);
    int height = (int)VIPS_MAX(1, rint(rows->Ysize * scale));
    int shrunk = (int)VIPS_MAX(1, floor(count * scale));
    VipsImage *top = NULL;
    VipsImage *samples = NULL;
    VipsImage *small = NULL;
    VipsImage *shown = NULL;
    int status = vips_crop(rows, &top, 0, 0, rows->Xsize, count, NULL);
    if (status == 0) status = snug_vips_to_8_bit(top, &samples);
    if (status == 0)
        status = snug_vips_resize(samples, VIPS_MAX(scale, 1.0 / rows->Xsize), (double)shrunk / count, &small);
    if (status == 0) status = into_srgb ? snug_vips_to_srgb(small, &shown) : vips_copy(small, &shown, NULL);
    if (status == 0) status = snug_vips_add_grey_rows(shown, height, out);
    VipsImage *steps[] = {rows, top, samples, small, shown};
    for (size_t index = 0; index < 5; index++)
        if (steps[index] != NULL) g_object_unref(steps[index]);
    return status;
}

/// Flattens a picture on a grey background; variadic.
static inline int snug_vips_on_grey(VipsImage *_Nonnull image, VipsImage *_Nullable *_Nonnull out) {
    double grey[] = {128, 128, 128};
    VipsArrayDouble *background = vips_array_double_new(grey, VIPS_MIN(3, image->Bands - 1));
    int status = vips_flatten(image, out, "background", background, NULL);
    vips_area_unref(VIPS_AREA(background));
    return status;
}

/// Rotates and mirrors a picture upright by its EXIF orientation, 1-8; variadic.
static inline int snug_vips_upright(VipsImage *_Nonnull image, int orientation, VipsImage *_Nullable *_Nonnull out) {
    VipsImage *copy = NULL;
    if (vips_copy(image, &copy, NULL) != 0) return -1;
    vips_image_set_int(copy, VIPS_META_ORIENTATION, orientation);
    int status = vips_autorot(copy, out, NULL);
    g_object_unref(copy);
    return status;
}

/// Converts to 8-bit red, green, blue and alpha; variadic.
static inline int snug_vips_to_rgba(VipsImage *_Nonnull image, VipsImage *_Nullable *_Nonnull out) {
    VipsImage *colours = NULL;
    if (vips_colourspace(image, &colours, VIPS_INTERPRETATION_sRGB, NULL) != 0) return -1;
    int status = vips_image_hasalpha(colours) ? vips_copy(colours, out, NULL) : vips_addalpha(colours, out, NULL);
    g_object_unref(colours);
    return status;
}

/// Extracts adjacent bands; variadic.
static inline int snug_vips_bands(VipsImage *_Nonnull image, int first, int count,
                                  VipsImage *_Nullable *_Nonnull out) {
    return vips_extract_band(image, out, first, "n", count, NULL);
}

/// The smallest value of all pixels; variadic.
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
                                 bool sharp_colour, void *_Nullable *_Nonnull bytes, size_t *_Nonnull count) {
    return vips_webpsave_buffer(image, bytes, count, "Q", quality, "alpha_q", alpha_quality, "effort", effort,
                                "lossless", lossless, "smart_subsample", sharp_colour, "strip", TRUE, NULL);
}

/// Whether the embedded profile suits the number of channels of the picture (ICC.1:2022 section 7.2). A grey profile
/// would turn a colour picture grey (fixed in libvips 8.14.2), and others make the conversion fail. Profiles of more
/// than 4 MiB are rejected: PNGs can compress them a thousandfold, and every operation would copy them.
static inline bool snug_vips_has_fitting_profile(VipsImage *_Nonnull image) {
    const void *profile = NULL;
    size_t count = 0;
    if (vips_image_get_typeof(image, VIPS_META_ICC_NAME) == 0) return false;
    if (vips_image_get_blob(image, VIPS_META_ICC_NAME, &profile, &count) != 0) return false;
    if (count < 128 || count > 4 << 20) return false;
    if (image->Type == VIPS_INTERPRETATION_CMYK) return false;
    return memcmp((const char *)profile + 16, image->Bands < 3 ? "GRAY" : "RGB ", 4) == 0;
}

/// Copies the profile of a file to a picture, if it is suitable; variadic.
static inline void snug_vips_take_profile(VipsImage *_Nonnull image, const void *_Nullable bytes, size_t count) {
    VipsImage *file = bytes == NULL ? NULL : snug_vips_open(bytes, count);
    if (file == NULL) return;
    const void *profile = NULL;
    size_t size = 0;
    if (snug_vips_has_fitting_profile(file) && vips_image_get_blob(file, VIPS_META_ICC_NAME, &profile, &size) == 0)
        vips_image_set_blob_copy(image, VIPS_META_ICC_NAME, profile, size);
    g_object_unref(file);
}

/// Converts to sRGB with the embedded profile, if it is suitable; variadic.
static inline int snug_vips_profiled(VipsImage *_Nonnull image, VipsImage *_Nullable *_Nonnull out) {
    if (snug_vips_has_fitting_profile(image)) {
        if (vips_icc_transform(image, out, "srgb", "embedded", TRUE, NULL) == 0) return 0;
        vips_error_clear();
    }
    return vips_copy(image, out, NULL);
}

/// Shrinks stacked frames, each to fit a square and to whole rows, without enlarging; variadic. As in vips_thumbnail, a
/// twentieth of the last row of a frame may come from the first row of the next one.
static inline int snug_vips_fit_frames(VipsImage *_Nonnull frames, int side, VipsImage *_Nullable *_Nonnull out) {
    int height = vips_image_get_page_height(frames);
    double scale = snug_vips_scale(frames->Xsize, height, side);
    int shrunk = (int)VIPS_MAX(1.0, rint(height * scale));
    VipsImage *small = NULL;
    if (snug_vips_resize(frames, VIPS_MAX(scale, 1.0 / frames->Xsize), (double)shrunk / height, &small) != 0) return -1;
    VipsImage *shown = NULL;
    int status = snug_vips_profiled(small, &shown);
    g_object_unref(small);
    if (status != 0) return status;
    // A shared picture must not be changed.
    status = vips_copy(shown, out, NULL);
    g_object_unref(shown);
    if (status == 0) vips_image_set_int(*out, VIPS_META_PAGE_HEIGHT, shrunk);
    return status;
}

/// Decodes up to `frame_count` frames and shrinks each to fit a square, without enlarging; lazily, so that only one
/// frame is in memory at a time. Variadic.
static inline int snug_vips_frames(const void *_Nonnull bytes, size_t count, int frame_count, int side,
                                   VipsImage *_Nullable *_Nonnull out) {
    VipsImage *first = snug_vips_open(bytes, count);
    if (first == NULL) return -1;
    char options[48];
    g_snprintf(options, sizeof options, "[n=%d,fail_on=truncated]", VIPS_MIN(frame_count, vips_image_get_n_pages(first)));
    g_object_unref(first);
    VipsImage *frames = vips_image_new_from_buffer(bytes, count, options, "access", VIPS_ACCESS_SEQUENTIAL, NULL);
    if (frames == NULL) return -1;
    int status = snug_vips_fit_frames(frames, side, out);
    g_object_unref(frames);
    return status;
}

/// GObject's reference counting is a macro in recent versions of GLib.
static inline void snug_vips_release(VipsImage *_Nonnull image) {
    g_object_unref(image);
}
