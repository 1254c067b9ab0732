// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Says once, and with what to do, that the filter which wrote a dump left out what it should have kept. Called by
 * input.c when tasks were loaded, because every command that walks over the kernel's structures loads them.
 */
#include <stdio.h>

#include "base/text.h"
#include "bundle/input/input_private.h"
#include "kernel/memory/filter_loss.h"

struct fb_error *fb_input_ask_filter(struct fb_input *input)
{
	struct fb_filter_loss loss = {0};
	char lost[32], used[32], slabs[96] = "";
	struct fb_error *err;

	if (input->filter_asked || !fb_warnings_absences(input->warnings, 0))
		return NULL;
	input->filter_asked = true;
	err = fb_filter_loss_find(input->kernel, &loss);
	if (err || !fb_filter_loss_is_pattern(&loss))
		return err;
	if (loss.lost_slab > loss.lost / 2)
		snprintf(slabs, sizeof(slabs), ", %s pages of slabs",
			 loss.lost_second > loss.lost / 2 ? "most of them the second"
							  : "most of them");
	fb_warn_cause(
		input->warnings,
		"the program that filtered this dump does not know its kernel: it left out %s of %s%s pages "
		"that the kernel used%s. Answers lack what was in them. Filter with `fbundle dump`, or do "
		"not filter (makedumpfile -d 0)",
		fb_text_count(loss.lost, lost, sizeof(lost)),
		fb_text_count(loss.kernel, used, sizeof(used)), loss.all ? "" : " looked-at",
		slabs);
	return NULL;
}
