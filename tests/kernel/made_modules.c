// SPDX-License-Identifier: GPL-2.0-or-later
/* The modules of made_modules.h. */
#include "tests/kernel/made_modules.h"

#include <string.h>

#include "kernel/modules/module.h"

/* Where the members stand: as in no kernel. */
static void put_members(struct made_kernel *made)
{
	made->kernel.layout.module.size = 1024;
	MADE_FIELD(made, module_list, 8, 16);
	MADE_FIELD(made, module_name, 24, FB_MODULE_NAME);
	MADE_FIELD(made, module_state, 0, 4);
	MADE_FIELD(made, module_core_layout, 128, 40);
	MADE_FIELD(made, module_init_layout, 168, 40);
	MADE_FIELD(made, module_refcnt, 208, 4);
	MADE_FIELD(made, module_source_list, 216, 16);
	MADE_FIELD(made, module_taints, 232, 8);
	MADE_FIELD(made, module_init, 240, 8);
	MADE_FIELD(made, module_exit, 248, 8);
	MADE_FIELD(made, module_kallsyms, 256, 8);
	MADE_FIELD(made, module_layout_base, 0, 8);
	MADE_FIELD(made, module_layout_size, 8, 4);
	MADE_FIELD(made, module_layout_text_size, 12, 4);
	MADE_FIELD(made, module_layout_ro_size, 16, 4);
	MADE_FIELD(made, module_layout_ro_after_init_size, 20, 4);
	MADE_FIELD(made, module_use_source_list, 0, 16);
	MADE_FIELD(made, module_use_source, 32, 8);
	MADE_FIELD(made, mod_kallsyms_symtab, 0, 8);
	MADE_FIELD(made, mod_kallsyms_num_symtab, 8, 4);
	MADE_FIELD(made, mod_kallsyms_strtab, 16, 8);
	MADE_FIELD(made, mod_kallsyms_typetab, 24, 8);
}

uint64_t made_module(struct made_kernel *made, uint64_t head, const char *name)
{
	uint64_t module = made_alloc_pages(made, 1024);
	uint64_t core = made_alloc_pages(made, MADE_CORE_BYTES);
	uint64_t layout = module + made->kernel.layout.module_core_layout.offset;

	memcpy(made_at(made, module + 24), name, strlen(name) + 1);
	MADE_SET(made, layout, module_layout_base, core);
	MADE_SET(made, layout, module_layout_size, MADE_CORE_BYTES);
	MADE_SET(made, layout, module_layout_text_size, MADE_TEXT_BYTES);
	MADE_SET(made, layout, module_layout_ro_size, MADE_RO_BYTES);
	MADE_SET(made, layout, module_layout_ro_after_init_size, MADE_RO_INIT_BYTES);
	MADE_SET(made, module, module_refcnt, 1);
	MADE_SET(made, module, module_init, core);
	MADE_SET(made, module, module_exit, core);
	made_list_init(made, module + made->kernel.layout.module_source_list.offset);
	made_list_add(made, head, module + made->kernel.layout.module_list.offset);
	return module;
}

struct made_kernel *made_modules(uint64_t *head_ret)
{
	struct made_kernel *made = made_kernel_create();
	uint64_t head = made_alloc_pages(made, 16);

	put_members(made);
	made_list_init(made, head);
	made_symbols(made, (const char *const[]){"modules", NULL}, &head);
	*head_ret = head;
	return made;
}

void made_module_use(struct made_kernel *made, uint64_t used, uint64_t source)
{
	uint64_t use = made_alloc(made, 64);

	MADE_SET(made, use, module_use_source, source);
	made_list_add(made, used + made->kernel.layout.module_source_list.offset, use);
}
