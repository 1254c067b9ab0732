// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the log: which of its two forms this kernel has, and where it is. Called by the commands log and report, and
 * for the message of the panic.
 */
#include "kernel/log/log.h"

#include "base/part.h"
#include "kernel/log/log_source.h"

/* An offset that VMCOREINFO names, or the kernel's types. */
static struct fb_error *offset_of(const struct fb_kernel *kernel, const char *name,
				  const struct fb_field *field, uint32_t *offset_ret)
{
	uint64_t offset;

	if (fb_vmcoreinfo_offset(fb_kernel_vmcoreinfo(kernel), name, &offset) &&
	    offset <= UINT32_MAX)
		*offset_ret = (uint32_t)offset;
	else if (field->found)
		*offset_ret = field->offset;
	else
		return fb_error_create(FB_NOT_FOUND,
				       "neither VMCOREINFO nor the kernel's types "
				       "say where %s is",
				       name);
	return NULL;
}

static struct fb_error *size_of(const struct fb_kernel *kernel, const struct fb_type_size *type,
				uint32_t *size_ret)
{
	uint64_t size;

	if (fb_vmcoreinfo_size(fb_kernel_vmcoreinfo(kernel), type->name, &size) &&
	    size <= UINT32_MAX)
		*size_ret = (uint32_t)size;
	else if (type->size)
		*size_ret = type->size;
	else
		return fb_error_create(FB_NOT_FOUND,
				       "neither VMCOREINFO nor the kernel's types "
				       "have struct %s",
				       type->name);
	return NULL;
}

/* Offsets within the structs of the ring, and those of what is read once. */
static struct fb_error *ring_offsets(const struct fb_kernel *kernel, struct fb_log_ring *ring,
				     uint32_t at[static 7])
{
	const struct fb_layout *l = fb_kernel_layout(kernel);
	uint32_t blk = 0, begin = 0, next = 0;
	const struct {
		const char *name;
		const struct fb_field *field;
		uint32_t *to;
	} offsets[] = {
		{"printk_ringbuffer.desc_ring", &l->prb_desc_ring, &at[0]},
		{"printk_ringbuffer.text_data_ring", &l->prb_text_data_ring, &at[1]},
		{"prb_desc_ring.count_bits", &l->prb_desc_ring_count_bits, &at[2]},
		{"prb_desc_ring.descs", &l->prb_desc_ring_descs, &at[3]},
		{"prb_desc_ring.infos", &l->prb_desc_ring_infos, &at[4]},
		{"prb_desc_ring.head_id", &l->prb_desc_ring_head_id, &at[5]},
		{"prb_desc_ring.tail_id", &l->prb_desc_ring_tail_id, &at[6]},
		{"prb_desc.state_var", &l->prb_desc_state_var, &ring->desc_state},
		{"prb_desc.text_blk_lpos", &l->prb_desc_text_blk_lpos, &blk},
		{"prb_data_blk_lpos.begin", &l->prb_data_blk_lpos_begin, &begin},
		{"prb_data_blk_lpos.next", &l->prb_data_blk_lpos_next, &next},
		{"printk_info.seq", &l->printk_info_seq, &ring->info_sequence},
		{"printk_info.ts_nsec", &l->printk_info_ts_nsec, &ring->info_time},
		{"printk_info.text_len", &l->printk_info_text_len, &ring->info_length},
		{"printk_info.caller_id", &l->printk_info_caller_id, &ring->info_caller},
	};
	struct fb_error *err;

	err = size_of(kernel, &l->prb_desc, &ring->desc_size);
	if (!err)
		err = size_of(kernel, &l->printk_info, &ring->info_size);
	for (size_t i = 0; i < FB_ARRAY_SIZE(offsets) && !err; i++)
		err = offset_of(kernel, offsets[i].name, offsets[i].field, offsets[i].to);
	ring->desc_begin = blk + begin;
	ring->desc_next = blk + next;
	return err;
}

static struct fb_error *find_ring(const struct fb_kernel *kernel, struct fb_log_ring *ring_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_space *space = fb_kernel_space(kernel);
	struct fb_log_ring ring = {0};
	uint32_t at[7], size_bits = 0, data = 0;
	uint64_t prb;
	struct fb_error *err;

	err = fb_kernel_variable_u64(kernel, "prb", &prb);
	if (!err)
		err = ring_offsets(kernel, &ring, at);
	if (!err)
		err = offset_of(kernel, "prb_data_ring.size_bits", &layout->prb_data_ring_size_bits,
				&size_bits);
	if (!err)
		err = offset_of(kernel, "prb_data_ring.data", &layout->prb_data_ring_data, &data);
	if (!err)
		err = fb_space_u32(space, prb + at[0] + at[2], &ring.desc_bits);
	if (!err)
		err = fb_space_u64(space, prb + at[0] + at[3], &ring.descs);
	if (!err)
		err = fb_space_u64(space, prb + at[0] + at[4], &ring.infos);
	if (!err)
		err = fb_space_u64(space, prb + at[0] + at[5], &ring.head_id);
	if (!err)
		err = fb_space_u64(space, prb + at[0] + at[6], &ring.tail_id);
	if (!err)
		err = fb_space_u32(space, prb + at[1] + size_bits, &ring.text_bits);
	if (!err)
		err = fb_space_u64(space, prb + at[1] + data, &ring.text);
	if (!err)
		*ring_ret = ring;
	return err;
}

static struct fb_error *read_word(const struct fb_kernel *kernel, const char *symbol, size_t size,
				  uint64_t *value_ret)
{
	uint64_t value = 0;
	struct fb_error *err = fb_kernel_variable(kernel, symbol, &value, size);

	if (!err)
		*value_ret = value;
	return err;
}

static struct fb_error *find_buffer(const struct fb_kernel *kernel,
				    struct fb_log_buffer *buffer_ret)
{
	const struct fb_layout *layout = fb_kernel_layout(kernel);
	struct fb_log_buffer buffer = {.caller = UINT32_MAX};
	struct fb_error *err;

	err = read_word(kernel, "log_buf", 8, &buffer.address);
	if (!err)
		err = read_word(kernel, "log_buf_len", 4, &buffer.size);
	if (!err)
		err = read_word(kernel, "log_first_idx", 4, &buffer.first);
	if (!err)
		err = read_word(kernel, "log_next_idx", 4, &buffer.next);
	if (!err)
		err = size_of(kernel, &layout->printk_log, &buffer.header_size);
	if (!err)
		err = offset_of(kernel, "printk_log.ts_nsec", &layout->printk_log_ts_nsec,
				&buffer.time);
	if (!err)
		err = offset_of(kernel, "printk_log.len", &layout->printk_log_len, &buffer.length);
	if (!err)
		err = offset_of(kernel, "printk_log.text_len", &layout->printk_log_text_len,
				&buffer.text_length);
	if (!err)
		err = offset_of(kernel, "printk_log.dict_len", &layout->printk_log_dict_len,
				&buffer.dict_length);
	if (err)
		return err;
	if (layout->printk_log_caller_id.found) /* CONFIG_PRINTK_CALLER */
		buffer.caller = layout->printk_log_caller_id.offset;
	/* Without it messages are numbered from 0, which says nothing wrong of their order. */
	err = fb_part_skip(read_word(kernel, "log_first_seq", 8, &buffer.first_sequence));
	if (!err)
		*buffer_ret = buffer;
	return err;
}

static struct fb_error *read_log(const struct fb_kernel *kernel, struct fb_log *log)
{
	struct fb_log_buffer buffer;
	struct fb_log_ring ring;
	struct fb_error *err;
	uint64_t prb;

	if (fb_kernel_find_symbol(kernel, "prb", &prb)) {
		err = find_ring(kernel, &ring);
		return err ? err : fb_log_read_ring(fb_kernel_space(kernel), &ring, log);
	}
	err = find_buffer(kernel, &buffer);
	return err ? err : fb_log_read_buffer(fb_kernel_space(kernel), &buffer, log);
}

/* *log_ret is NULL where nothing could be read. */
static struct fb_error *read_into_new(const struct fb_kernel *kernel, struct fb_log **log_ret)
{
	struct fb_log *log;
	struct fb_error *err = fb_log_create(&log);

	*log_ret = NULL;
	if (err)
		return err;
	err = read_log(kernel, log);
	if (err && (!log->count || fb_error_is_fatal(err)))
		fb_log_destroy(log);
	else
		*log_ret = log;
	return err;
}

/* What of the log VMCOREINFO alone leads to. *log_ret is NULL where that is not all: without symbols the
 * direct map is read through page tables only, and the older form has a member that VMCOREINFO does not
 * know. */
static struct fb_error *read_without_symbols(const struct fb_kernel *kernel,
					     struct fb_log **log_ret)
{
	struct fb_error *err;
	uint64_t prb;

	if (!fb_vmcoreinfo_symbol(fb_kernel_vmcoreinfo(kernel), "prb", &prb))
		return NULL;
	err = read_into_new(kernel, log_ret);
	if (*log_ret && (err || fb_log_lost(*log_ret))) {
		fb_log_destroy(*log_ret);
		*log_ret = NULL;
	}
	return fb_part_skip(err);
}

struct fb_error *fb_log_load(struct fb_kernel *kernel, struct fb_log **log_ret)
{
	struct fb_log *log = NULL;
	struct fb_error *err = NULL;

	if (!fb_kernel_is_complete(kernel))
		err = read_without_symbols(kernel, &log);
	if (!err && !log) {
		err = fb_kernel_complete(kernel);
		if (err)
			return err;
		err = read_into_new(kernel, &log);
	}
	if (!log)
		return fb_error_prefix(err, "kernel log");
	fb_warn_error(fb_kernel_warnings(kernel), err, "kernel log");
	fb_log_finish(log);
	*log_ret = log;
	return NULL;
}
