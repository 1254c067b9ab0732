/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A saved guest of qemu: its migration stream (QEVM), of which only the memory is read here. All numbers are
 * big-endian. After migration/savevm.c, migration/ram.c and docs/devel/migration of qemu 7.2:
 *
 *   "QEVM", u32 version (3)
 *   0x07: u32 length and name of the machine type, then subsections (0x05: u8 length and name, u32 version, fields)
 *   sections:
 *     0x01 (begin) or 0x04 (whole): u32 number, u8 length and name, u32 instance, u32 version, data
 *     0x02 (more) or 0x03 (end):    u32 number, data
 *     0x7e: u32 number, behind the data of each section
 *     0x08: u16 command, u16 length, data
 *     0x00: the end of the sections
 *
 * The data of the section "ram" are u64 words, up to one with FB_QEVM_END. Each has the offset of a page in a block of
 * memory, and flags in its low 12 bits that tell what follows it. A page may occur several times: the last occurrence
 * counts. The data of other sections have no length field, so nothing behind the first of them can be read; but the
 * memory comes before them.
 */
#ifndef FB_KERNEL_QEVM_FORMAT_H
#define FB_KERNEL_QEVM_FORMAT_H

#include <stdint.h>

#define FB_QEVM_MAGIC 0x5145564du
#define FB_QEVM_VERSION 3u

enum fb_qevm_section {
	FB_QEVM_SECTION_EOF = 0x00,
	FB_QEVM_SECTION_START = 0x01,
	FB_QEVM_SECTION_PART = 0x02,
	FB_QEVM_SECTION_END = 0x03,
	FB_QEVM_SECTION_FULL = 0x04,
	FB_QEVM_SUBSECTION = 0x05,
	FB_QEVM_CONFIGURATION = 0x07,
	FB_QEVM_COMMAND = 0x08,
	FB_QEVM_SECTION_FOOTER = 0x7e,
};

/* RAM_SAVE_FLAG_* of migration/ram.c. */
#define FB_QEVM_FLAGS 0xfffu
#define FB_QEVM_ZERO 0x002u /* u8: the value of all bytes of the page */
#define FB_QEVM_MEM_SIZE \
	0x004u              /* blocks of that many bytes together: u8 length and name, u64 bytes */
#define FB_QEVM_PAGE 0x008u /* the page's bytes */
#define FB_QEVM_END 0x010u
#define FB_QEVM_CONTINUE \
	0x020u /* of the same block as the last; else u8 length and name, before all else */
#define FB_QEVM_XBZRLE 0x040u
#define FB_QEVM_HOOK 0x080u
#define FB_QEVM_COMPRESSED 0x100u
#define FB_QEVM_MULTIFD_FLUSH 0x200u

/* The header that `virsh save` writes before the stream (struct _virQEMUSaveHeader of libvirt,
 * src/qemu/qemu_saveimage.h), in the byte order of the host that saved it. */
#define FB_QEVM_LIBVIRT_MAGIC "LibvirtQemudSave"
struct fb_qevm_libvirt {
	char magic[16];
	uint32_t version;
	uint32_t data_length; /* bytes of XML between this header and the stream */
	uint32_t was_running;
	uint32_t compression; /* 0: none */
	uint32_t cookie_offset;
	uint32_t unused[14];
};

#endif
