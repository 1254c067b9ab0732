// SPDX-License-Identifier: GPL-2.0-or-later
/* See make_dwarf.h. A wrong call of a test ends it. */
#include "tests/symbols/make_dwarf.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"

static void put_bytes(struct mk_dwarf_part *part, const void *bytes, size_t size)
{
	if (part->size + size > part->room) {
		part->room = 2 * (part->size + size);
		part->data = realloc(part->data, part->room);
		if (!part->data)
			abort();
	}
	memcpy(part->data + part->size, bytes, size);
	part->size += size;
}

/* Little-endian. */
static void put(struct mk_dwarf_part *part, uint64_t value, size_t size)
{
	put_bytes(part, &value, size);
}

static void put_text(struct mk_dwarf_part *part, const char *text)
{
	put_bytes(part, text, strlen(text) + 1);
}

static void put_unsigned(struct mk_dwarf_part *part, uint64_t value)
{
	for (; value > 0x7f; value >>= 7)
		put(part, (value & 0x7f) | 0x80, 1);
	put(part, value, 1);
}

static void put_signed(struct mk_dwarf_part *part, int64_t value)
{
	for (; value < -0x40 || value > 0x3f; value >>= 7)
		put(part, ((uint64_t)value & 0x7f) | 0x80, 1);
	put(part, (uint64_t)value & 0x7f, 1);
}

static void put_value(struct mk_dwarf_part *info, const struct mk_attribute *attribute)
{
	switch (attribute->form) {
	case DW_FORM_udata:
		put_unsigned(info, attribute->value);
		break;
	case DW_FORM_sdata:
		put_signed(info, (int64_t)attribute->value);
		break;
	case DW_FORM_addr:
		put(info, attribute->value, 8);
		break;
	case DW_FORM_sec_offset:
	case DW_FORM_ref_addr:
		put(info, attribute->value, 4);
		break;
	case DW_FORM_string:
		put_text(info, attribute->text);
		break;
	case DW_FORM_flag_present:
		break;
	default:
		abort();
	}
}

uint64_t mk_dwarf_here(const struct mk_dwarf *dwarf)
{
	return dwarf->parts[MK_INFO].size;
}

uint64_t mk_dwarf_entry(struct mk_dwarf *dwarf, unsigned tag, bool parent,
			const struct mk_attribute *attributes)
{
	struct mk_dwarf_part *abbreviations = &dwarf->parts[MK_ABBREVIATIONS];
	struct mk_dwarf_part *info = &dwarf->parts[MK_INFO];
	uint64_t at = mk_dwarf_here(dwarf);

	put_unsigned(abbreviations, ++dwarf->last_code);
	put_unsigned(abbreviations, tag);
	put(abbreviations, parent ? DW_CHILDREN_yes : DW_CHILDREN_no, 1);
	put_unsigned(info, dwarf->last_code);
	for (; attributes->name; attributes++) {
		put_unsigned(abbreviations, attributes->name);
		put_unsigned(abbreviations, attributes->form);
		put_value(info, attributes);
	}
	put(abbreviations, 0, 2);
	dwarf->open += parent;
	return at;
}

uint64_t mk_dwarf_unit(struct mk_dwarf *dwarf, const struct mk_attribute *attributes)
{
	struct mk_dwarf_part *info = &dwarf->parts[MK_INFO];

	if (dwarf->open)
		abort();
	dwarf->unit = info->size;
	put(info, 0, 4); /* the length: mk_dwarf_end() */
	put(info, 4, 2); /* DWARF 4 */
	put(info, 0, 4); /* all units share the abbreviations */
	put(info, 8, 1); /* bytes of an address */
	return mk_dwarf_entry(dwarf, DW_TAG_compile_unit, true, attributes);
}

void mk_dwarf_end(struct mk_dwarf *dwarf)
{
	struct mk_dwarf_part *info = &dwarf->parts[MK_INFO];
	uint32_t length;

	if (!dwarf->open)
		abort();
	put(info, 0, 1);
	if (--dwarf->open)
		return;
	length = (uint32_t)(info->size - dwarf->unit - sizeof(length));
	memcpy(info->data + dwarf->unit, &length, sizeof(length));
}

static void put_file_table(struct mk_dwarf_part *part, const char *const *files, size_t count)
{
	put(part, 0, 1); /* no folders but the unit's */
	for (size_t i = 0; i < count; i++) {
		put_text(part, files[i]);
		put(part, 0, 3); /* folder, time, size */
	}
	put(part, 0, 1);
}

uint64_t mk_dwarf_lines(struct mk_dwarf *dwarf, const char *const *files, size_t file_count,
			const struct mk_line *lines, size_t count, uint64_t end)
{
	/* Operands of the opcodes below 13. */
	static const uint8_t operands[] = {0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1};
	struct mk_dwarf_part *part = &dwarf->parts[MK_LINES];
	struct mk_dwarf_part header = {0};
	size_t at = part->size, length;
	uint64_t line = 1;

	put(&header, 1, 1);    /* minimum_instruction_length */
	put(&header, 1, 1);    /* maximum_operations_per_instruction */
	put(&header, 1, 1);    /* default_is_stmt */
	put(&header, 0xfb, 1); /* line_base -5, line_range 14 */
	put(&header, 14, 1);
	put(&header, 13, 1); /* opcode_base */
	put_bytes(&header, operands, sizeof(operands));
	put_file_table(&header, files, file_count);
	put(part, 0, 4);
	put(part, 4, 2);
	put(part, header.size, 4);
	put_bytes(part, header.data, header.size);
	free(header.data);
	for (size_t i = 0; i <= count; i++) {
		put(part, 0x0900, 2); /* an extended opcode of 9 bytes */
		put(part, DW_LNE_set_address, 1);
		put(part, i < count ? lines[i].address : end, 8);
		if (i == count)
			break;
		put(part, DW_LNS_set_file, 1);
		put_unsigned(part, lines[i].file);
		put(part, DW_LNS_advance_line, 1);
		put_signed(part, (int64_t)(lines[i].line - line));
		put(part, DW_LNS_copy, 1);
		line = lines[i].line;
	}
	put(part, 0x0100, 2);
	put(part, DW_LNE_end_sequence, 1);
	length = part->size - at - 4;
	memcpy(part->data + at, &length, 4);
	return at;
}

uint64_t mk_dwarf_ranges(struct mk_dwarf *dwarf, const uint64_t pairs[][2], size_t count)
{
	struct mk_dwarf_part *part = &dwarf->parts[MK_RANGES];
	uint64_t at = part->size;

	/* Addresses are relative to the unit's: that is set to 0 first. */
	put(part, UINT64_MAX, 8);
	put(part, 0, 8);
	for (size_t i = 0; i < count; i++) {
		put(part, pairs[i][0], 8);
		put(part, pairs[i][1], 8);
	}
	put(part, 0, 8);
	put(part, 0, 8);
	return at;
}

void mk_dwarf_symbol(struct mk_dwarf *dwarf, const char *name, unsigned info, uint64_t address,
		     uint64_t size)
{
	struct mk_dwarf_part *symbols = &dwarf->parts[MK_SYMBOLS], *names = &dwarf->parts[MK_NAMES];
	Elf64_Sym symbol = {.st_info = (unsigned char)info,
			    .st_shndx = 1, /* .text */
			    .st_value = address,
			    .st_size = size};

	if (!names->size) {
		static const Elf64_Sym none;

		put(names, 0, 1);
		put_bytes(symbols, &none, sizeof(none));
	}
	symbol.st_name = (uint32_t)names->size;
	put_text(names, name);
	put_bytes(symbols, &symbol, sizeof(symbol));
}

void mk_dwarf_build_id(struct mk_dwarf *dwarf, const uint8_t *bytes, size_t size)
{
	const Elf64_Nhdr header = {4, (uint32_t)size, NT_GNU_BUILD_ID};

	put_bytes(&dwarf->parts[MK_BUILD_ID], &header, sizeof(header));
	put_bytes(&dwarf->parts[MK_BUILD_ID], "GNU", 4);
	put_bytes(&dwarf->parts[MK_BUILD_ID], bytes, size);
}

/* Sections: none, .text, those of enum mk_dwarf_section, and their names. */
#define TEXT_SECTION 1u
#define FIRST_PART 2u
#define SECTIONS (FIRST_PART + MK_DWARF_SECTIONS + 1)

static void place_sections(const struct mk_dwarf *dwarf, Elf64_Shdr *sections,
			   struct mk_dwarf_part *names, uint64_t offset)
{
	static const char *const part_names[] = {
		".debug_info", ".debug_abbrev", ".debug_line",       ".debug_ranges",
		".symtab",     ".strtab",       ".note.gnu.build-id"};

	put(names, 0, 1);
	sections[TEXT_SECTION] = (Elf64_Shdr){.sh_name = (uint32_t)names->size,
					      .sh_type = SHT_NOBITS,
					      .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
					      .sh_addr = MK_TEXT,
					      .sh_offset = offset,
					      .sh_size = MK_TEXT_SIZE,
					      .sh_addralign = 16};
	put_text(names, ".text");
	for (unsigned i = 0; i < MK_DWARF_SECTIONS; i++) {
		sections[FIRST_PART + i] = (Elf64_Shdr){.sh_name = (uint32_t)names->size,
							.sh_type = SHT_PROGBITS,
							.sh_offset = offset,
							.sh_size = dwarf->parts[i].size,
							.sh_addralign = 1};
		put_text(names, part_names[i]);
		offset += dwarf->parts[i].size;
		if (!dwarf->parts[i].size)
			sections[FIRST_PART + i].sh_type = SHT_NULL;
	}
	sections[FIRST_PART + MK_SYMBOLS].sh_type = SHT_SYMTAB;
	sections[FIRST_PART + MK_SYMBOLS].sh_link = FIRST_PART + MK_NAMES;
	sections[FIRST_PART + MK_SYMBOLS].sh_info = 1;
	sections[FIRST_PART + MK_SYMBOLS].sh_entsize = sizeof(Elf64_Sym);
	sections[FIRST_PART + MK_NAMES].sh_type = SHT_STRTAB;
	if (dwarf->parts[MK_BUILD_ID].size)
		sections[FIRST_PART + MK_BUILD_ID].sh_type = SHT_NOTE;
	sections[SECTIONS - 1] = (Elf64_Shdr){.sh_name = (uint32_t)names->size,
					      .sh_type = SHT_STRTAB,
					      .sh_offset = offset,
					      .sh_addralign = 1};
	put_text(names, ".shstrtab");
	sections[SECTIONS - 1].sh_size = names->size;
}

char *mk_dwarf_file(struct mk_dwarf *dwarf, const char *name)
{
	Elf64_Ehdr header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
					 ELFDATA2LSB, EV_CURRENT},
			     .e_type = dwarf->type ? dwarf->type : ET_EXEC,
			     .e_machine = EM_X86_64,
			     .e_version = EV_CURRENT,
			     .e_phoff = sizeof(header),
			     .e_shoff = sizeof(header) + sizeof(Elf64_Phdr),
			     .e_ehsize = sizeof(Elf64_Ehdr),
			     .e_phentsize = sizeof(Elf64_Phdr),
			     .e_phnum = 1,
			     .e_shentsize = sizeof(Elf64_Shdr),
			     .e_shnum = SECTIONS,
			     .e_shstrndx = SECTIONS - 1};
	Elf64_Phdr segment = {.p_type = PT_LOAD,
			      .p_flags = PF_R | PF_X,
			      .p_vaddr = MK_TEXT,
			      .p_paddr = MK_TEXT,
			      .p_memsz = MK_TEXT_SIZE,
			      .p_align = 4096};
	Elf64_Shdr sections[SECTIONS] = {{0}};
	struct mk_dwarf_part file = {0}, names = {0};
	char *path;

	if (dwarf->open)
		abort();
	put(&dwarf->parts[MK_ABBREVIATIONS], 0, 1);
	place_sections(dwarf, sections, &names,
		       sizeof(header) + sizeof(segment) + sizeof(sections));
	put_bytes(&file, &header, sizeof(header));
	put_bytes(&file, &segment, sizeof(segment));
	put_bytes(&file, sections, sizeof(sections));
	for (unsigned i = 0; i < MK_DWARF_SECTIONS; i++) {
		if (dwarf->parts[i].size)
			put_bytes(&file, dwarf->parts[i].data, dwarf->parts[i].size);
		free(dwarf->parts[i].data);
	}
	put_bytes(&file, names.data, names.size);
	path = fb_test_file(name, file.data, file.size);
	free(names.data);
	free(file.data);
	memset(dwarf, 0, sizeof(*dwarf));
	return path;
}
