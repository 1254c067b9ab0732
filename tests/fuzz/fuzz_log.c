// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's log in a space of the input's bytes. The first 24 say which form
 * it has and where it begins:
 *	u8 form (0: ring, 1: log_buf), u8 log2 of descriptors, u8 log2 of text, 5 unused,
 *	u64 head ID or offset of the oldest record, u64 tail ID or offset behind the newest
 * Then the memory. Ring: descriptors of 24 bytes, infos of 88, text.
 */
#include <stdlib.h>
#include <string.h>

#include "kernel/log/log_reports.h"
#include "kernel/log/log_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BASE 0xffffffff80000000ull
#define HEADER 24u
#define DESC_SIZE 24u
#define INFO_SIZE 88u

struct memory {
	struct fb_space space;
	const uint8_t *data;
	size_t size;
};

static struct fb_error *read_memory(struct fb_space *space, uint64_t address, void *to,
				    size_t length)
{
	struct memory *memory = (struct memory *)space;
	uint64_t offset = address - BASE;

	if (offset > memory->size || length > memory->size - offset)
		return fb_error_create(FB_FAULT, "nothing there");
	memcpy(to, memory->data + offset, length);
	return NULL;
}

/* As on x86-64, whichever the kernel. */
static struct fb_error *read_ring(struct memory *memory, const uint8_t *header, struct fb_log *log)
{
	struct fb_log_ring ring = {
		.descs = BASE,
		.desc_bits = header[1],
		.text_bits = header[2],
		.desc_size = DESC_SIZE,
		.desc_begin = 8,
		.desc_next = 16,
		.info_size = INFO_SIZE,
		.info_time = 8,
		.info_length = 16,
		.info_caller = 20,
	};

	/* More would only be time. */
	if (ring.desc_bits > 12 && ring.desc_bits < 40)
		ring.desc_bits = 12;
	ring.infos = ring.descs + ((uint64_t)DESC_SIZE << (ring.desc_bits & 15));
	ring.text = ring.infos + ((uint64_t)INFO_SIZE << (ring.desc_bits & 15));
	memcpy(&ring.head_id, header + 8, 8);
	memcpy(&ring.tail_id, header + 16, 8);
	return fb_log_read_ring(&memory->space, &ring, log);
}

static struct fb_error *read_buffer(struct memory *memory, const uint8_t *header,
				    struct fb_log *log)
{
	struct fb_log_buffer buffer = {
		.address = BASE,
		.size = memory->size,
		.header_size = 16,
		.length = 8,
		.text_length = 10,
		.dict_length = 12,
		.caller = UINT32_MAX,
	};

	memcpy(&buffer.first, header + 8, 8);
	memcpy(&buffer.next, header + 16, 8);
	return fb_log_read_buffer(&memory->space, &buffer, log);
}

static void use(struct fb_log *log)
{
	struct fb_log_panic panic = {0};
	struct fb_log_cause cause;
	struct fb_buf buf;

	fb_log_finish(log);
	fb_buf_init(&buf, 1u << 20);
	for (size_t i = 0; i < fb_log_count(log); i++)
		fb_error_destroy(fb_log_format(fb_log_get(log, i), &buf));
	/* Nothing that could move a terminal's cursor is ever printed. */
	for (size_t i = 0; i < buf.size; i++)
		if (buf.data[i] >= 0x7f ||
		    (buf.data[i] < ' ' && buf.data[i] != '\n' && buf.data[i] != '\t'))
			abort();
	if (fb_log_panic(log, &panic) &&
	    (panic.first > panic.message || panic.message >= fb_log_count(log)))
		abort();
	fb_log_find_cause(log, &cause);
	if ((cause.known && cause.message >= fb_log_count(log)) ||
	    (cause.reported && cause.report.record > panic.message) ||
	    (cause.reports && cause.first.record >= fb_log_count(log)) || cause.report.cpu < -1)
		abort();
	fb_buf_deinit(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fb_space_ops ops = {.read = read_memory};
	struct memory memory = {.space = {.ops = &ops, .name = "input"}};
	struct fb_log *log;

	if (size < HEADER)
		return 0;
	memory.data = data + HEADER;
	memory.size = size - HEADER;
	if (fb_log_create(&log))
		abort();
	fb_error_destroy(data[0] & 1 ? read_buffer(&memory, data, log)
				     : read_ring(&memory, data, log));
	use(log);
	fb_log_destroy(log);
	return 0;
}
