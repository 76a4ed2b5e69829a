// The baseline for thumbnails: makes the three variants of a picture with libvips alone, on one thread and without a
// server, a database or a sync. Prints one line for each file of each round: milliseconds of wall-clock time, and
// milliseconds of processor time of all its threads.
//
// usage: baseline ROUNDS FILE...

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <vips/vips.h>

static void fail(const char *what) {
    fprintf(stderr, "baseline: %s: %s\n", what, vips_error_buffer());
    exit(1);
}

static double milliseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

// Takes over `lazy`. The copy is where libvips does the work; the next smaller variant starts from it.
static VipsImage *in_memory(VipsImage *lazy) {
    VipsImage *copy = vips_image_copy_memory(lazy);
    if (!copy) fail("copy");
    g_object_unref(lazy);
    return copy;
}

static VipsImage *smaller(VipsImage *image, int side) {
    VipsImage *lazy;
    if (vips_thumbnail_image(image, &lazy, side, "height", side, "size", VIPS_SIZE_DOWN, NULL)) fail("thumbnail");
    return in_memory(lazy);
}

static void encode(VipsImage *image) {
    void *bytes;
    size_t length;
    if (vips_jpegsave_buffer(image, &bytes, &length, "Q", 80, "optimize_coding", TRUE, "strip", TRUE, NULL))
        fail("encode");
    g_free(bytes);
}

static void make_variants(const char *file) {
    gchar *bytes;
    gsize length;
    if (!g_file_get_contents(file, &bytes, &length, NULL)) fail(file);
    VipsImage *lazy;
    if (vips_thumbnail_buffer(bytes, length, &lazy, 1920, "height", 1920, "size", VIPS_SIZE_DOWN,
                              "option_string", "[fail_on=truncated]", NULL))
        fail("decode");
    VipsImage *large = in_memory(lazy);
    VipsImage *medium = smaller(large, 800);
    VipsImage *small = smaller(medium, 150);
    encode(small);
    encode(medium);
    encode(large);
    g_object_unref(small);
    g_object_unref(medium);
    g_object_unref(large);
    g_free(bytes);
}

int main(int count, char **arguments) {
    if (count < 3 || VIPS_INIT(arguments[0])) {
        fprintf(stderr, "usage: baseline ROUNDS FILE...\n");
        return 2;
    }
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    int rounds = atoi(arguments[1]);
    for (int round = 0; round < rounds; round++) {
        for (int index = 2; index < count; index++) {
            double started = milliseconds(CLOCK_MONOTONIC);
            double busy = milliseconds(CLOCK_PROCESS_CPUTIME_ID);
            make_variants(arguments[index]);
            busy = milliseconds(CLOCK_PROCESS_CPUTIME_ID) - busy;
            printf("%.3f %.3f\n", milliseconds(CLOCK_MONOTONIC) - started, busy);
        }
    }
    vips_shutdown();
    return 0;
}
