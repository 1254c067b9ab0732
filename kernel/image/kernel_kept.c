// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stores with an opened kernel what other folders of kernel/ compute once from a whole dump, such as the mappings left
 * in slabs. Each kind is computed when it is first needed, and destroyed with the kernel. Called by those folders
 * through kernel.h; this code does not depend on the types of what it stores.
 */
#include "kernel/image/kernel_private.h"

void fb_kernel_kept_init(struct fb_kernel *kernel)
{
	for (int i = 0; i < FB_KERNEL_KEPT_KINDS; i++)
		pthread_mutex_init(&kernel->kept[i].lock, NULL); /* the default kind cannot fail */
}

void fb_kernel_kept_deinit(struct fb_kernel *kernel)
{
	for (int i = 0; i < FB_KERNEL_KEPT_KINDS; i++) {
		if (kernel->kept[i].thing)
			kernel->kept[i].destroy(kernel->kept[i].thing);
		pthread_mutex_destroy(&kernel->kept[i].lock);
	}
}

struct fb_error *fb_kernel_keep(struct fb_kernel *kernel, enum fb_kernel_kept kind,
				struct fb_error *(*make)(struct fb_kernel *kernel,
							 void **thing_ret),
				void (*destroy)(void *thing), void **thing_ret)
{
	struct fb_error *err = NULL;

	pthread_mutex_lock(&kernel->kept[kind].lock);
	if (!kernel->kept[kind].thing) {
		kernel->kept[kind].destroy = destroy;
		err = make(kernel, &kernel->kept[kind].thing);
	}
	if (!err)
		*thing_ret = kernel->kept[kind].thing;
	pthread_mutex_unlock(&kernel->kept[kind].lock);
	return err;
}
