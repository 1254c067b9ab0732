// SPDX-License-Identifier: GPL-2.0-or-later
/* Looks for enumerators in all enums of the kernel's types. Called for the list of disks and for queues. */
#include "kernel/block/flags.h"

#include <string.h>

/* What a kernel has whose flags are macros: GENHD_FL_HIDDEN until 5.16, QUEUE_FLAG_* until 6.10. */
#define OLD_HIDDEN 0x0400u
#define OLD_DYING 1
#define OLD_NONROT 6
#define OLD_QUIESCED 24

struct wanted {
	const char *name;
	int64_t value;
	bool found;
};

static void look_at(const struct fb_btf *types, uint32_t id, struct wanted *wanted, size_t count)
{
	uint32_t length = fb_btf_length(types, id);

	for (uint32_t i = 0; i < length; i++) {
		const char *name;
		int64_t value;

		fb_btf_enumerator(types, id, i, &name, &value);
		for (size_t w = 0; w < count; w++)
			if (!wanted[w].found && strcmp(wanted[w].name, name) == 0) {
				wanted[w].value = value;
				wanted[w].found = true;
			}
	}
}

static int bit_of(const struct wanted *wanted, int otherwise)
{
	if (!wanted->found)
		return otherwise;
	return wanted->value >= 0 && wanted->value < 64 ? (int)wanted->value : -1;
}

void fb_block_flags_find(struct fb_kernel *kernel, struct fb_block_flags *flags_ret)
{
	const struct fb_btf *types = fb_kernel_types(kernel);
	struct wanted wanted[] = {{.name = "GENHD_FL_HIDDEN"},
				  {.name = "QUEUE_FLAG_DYING"},
				  {.name = "QUEUE_FLAG_QUIESCED"},
				  {.name = "QUEUE_FLAG_NONROT"}};
	uint32_t count = types ? fb_btf_count(types) : 0;
	bool numbered;

	for (uint32_t id = 1; id <= count; id++) {
		enum fb_type_kind kind = fb_btf_kind(types, id);

		if (kind == FB_TYPE_ENUM && !*fb_btf_name(types, id))
			look_at(types, id, wanted, FB_ARRAY_SIZE(wanted));
	}
	/* One enum has all flags of queues: those that are not in it are gone. */
	numbered = wanted[1].found;
	*flags_ret = (struct fb_block_flags){
		.disk_hidden = wanted[0].found ? (uint64_t)wanted[0].value : OLD_HIDDEN,
		.queue_dying = bit_of(&wanted[1], OLD_DYING),
		.queue_quiesced = bit_of(&wanted[2], numbered ? -1 : OLD_QUIESCED),
		.queue_nonrotational = bit_of(&wanted[3], numbered ? -1 : OLD_NONROT),
	};
}
