// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For LD_PRELOAD: uname() of a host whose kernel's release is OTHER_RELEASE, and whose name is OTHER_NODE.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

int uname(struct utsname *to)
{
	memset(to, 0, sizeof(*to));
	strncpy(to->sysname, "Linux", sizeof(to->sysname) - 1);
	strncpy(to->release, getenv("OTHER_RELEASE"), sizeof(to->release) - 1);
	strncpy(to->nodename, getenv("OTHER_NODE"), sizeof(to->nodename) - 1);
	strncpy(to->machine, "x86_64", sizeof(to->machine) - 1);
	return 0;
}
