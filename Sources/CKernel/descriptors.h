#pragma once
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

// Open files are passed between processes with the bytes of a socket (unix(7), SCM_RIGHTS). The macros for their layout
// cannot be called from Swift.

/// Largest number of descriptors in one message.
#define SNUG_DESCRIPTOR_LIMIT 8

/// Sends bytes and, with the first of them, open files. Never blocks or raises a signal. Returns -1 with errno.
static inline ssize_t snug_send_descriptors(int socket, const void *bytes, size_t count, const int *descriptors,
                                            size_t descriptor_count) {
    union {
        char bytes[CMSG_SPACE(sizeof(int) * SNUG_DESCRIPTOR_LIMIT)];
        struct cmsghdr alignment;
    } control;
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (descriptor_count > SNUG_DESCRIPTOR_LIMIT) {
        errno = EINVAL;
        return -1;
    }
    if (descriptor_count > 0) {
        size_t size = sizeof(int) * descriptor_count;
        memset(&control, 0, sizeof(control));
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(size);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(size);
        memcpy(CMSG_DATA(header), descriptors, size);
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/// Receives bytes and the open files that came with them, which `descriptors` has SNUG_DESCRIPTOR_LIMIT places for.
/// Returns 0 when the other side has closed, -1 with errno.
static inline ssize_t snug_receive_descriptors(int socket, void *bytes, size_t count, int *descriptors,
                                               size_t *descriptor_count) {
    union {
        char bytes[CMSG_SPACE(sizeof(int) * SNUG_DESCRIPTOR_LIMIT)];
        struct cmsghdr alignment;
    } control;
    struct iovec part = {.iov_base = bytes, .iov_len = count};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes)};
    *descriptor_count = 0;
    ssize_t received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (received < 0) return received;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        *descriptor_count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(descriptors, CMSG_DATA(header), *descriptor_count * sizeof(int));
    }
    return received;
}
