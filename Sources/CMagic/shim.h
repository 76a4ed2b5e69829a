#pragma once
#include <magic.h>

/// magic_setparam takes an untyped pointer to a size_t; a value is safer to pass from Swift.
static inline int snug_magic_limit(struct magic_set *_Nonnull cookie, int parameter, size_t value) {
    return magic_setparam(cookie, parameter, &value);
}
