/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compiler attributes under the names this project uses. */
#ifndef FB_BASE_ATTR_H
#define FB_BASE_ATTR_H

#define FB_MUST_CHECK __attribute__((warn_unused_result))
#define FB_PRINTF(fmt_index, first_arg) __attribute__((format(printf, fmt_index, first_arg)))
#define FB_NEVER_NULL __attribute__((returns_nonnull))
#define FB_UNUSED __attribute__((unused))
/* Runs cleanup_fn(&variable) when the variable leaves its scope. */
#define FB_CLEANUP(cleanup_fn) __attribute__((cleanup(cleanup_fn)))

/* FB_ADDRESS_SANITIZER is defined where AddressSanitizer is compiled in; gcc and clang show that in
 * different ways. */
#if defined(__SANITIZE_ADDRESS__)
#define FB_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FB_ADDRESS_SANITIZER
#endif
#endif

#define FB_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Every supported kernel is x86-64, whose base page is 4 KiB. */
#define FB_PAGE_SHIFT 12
#define FB_PAGE_SIZE 4096u
#define FB_PAGE_MASK (~(uint64_t)(FB_PAGE_SIZE - 1))

#endif
