/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The JSON of fbundle ipcs. Called by ipcs.c. */
#ifndef FB_CMD_IPCS_JSON_H
#define FB_CMD_IPCS_JSON_H

#include <jansson.h>

#include "kernel/ipc/ipc.h"

/* A new reference, for fb_json_print(). */
json_t *fb_ipcs_json(const struct fb_ipc *ipc);

#endif
