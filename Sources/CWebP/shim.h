#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <webp/decode.h>

/// Decodes the available rows of a static WebP, scaled to `width`×`height`, to red, green, blue and alpha. `pixels` has
/// four bytes for each pixel, row by row.
///
/// The incremental decoder of libwebp returns the rows that it has; libvips rejects a truncated file.
/// Returns the number of rows, or -1 when there is no picture.
static inline int snug_webp_rows(const uint8_t *_Nonnull bytes, size_t count, int width, int height,
                                 uint8_t *_Nonnull pixels) {
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) return -1;
    config.options.use_scaling = 1;
    config.options.scaled_width = width;
    config.options.scaled_height = height;
    config.output.colorspace = MODE_RGBA;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = pixels;
    config.output.u.RGBA.stride = width * 4;
    config.output.u.RGBA.size = (size_t)width * 4 * (size_t)height;
    WebPIDecoder *decoder = WebPIDecode(NULL, 0, &config);
    if (decoder == NULL) return -1;
    WebPIUpdate(decoder, bytes, count);
    int rows = 0;
    if (WebPIDecGetRGB(decoder, &rows, NULL, NULL, NULL) == NULL) rows = -1;
    WebPIDelete(decoder);
    WebPFreeDecBuffer(&config.output);
    return rows;
}
