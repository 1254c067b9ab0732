// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the callers of code without unwind tables (the libc of musl, generated code). A word on the stack is a likely
 * return address if there is a call of the function right before that address; and the function's first instructions
 * show how far up the stack its return address lies. Each caller that is found so is a guess, and is marked as one.
 * Called by unwind.c.
 */
#include <elf.h>
#include <string.h>

#include "user/unwind/prologue.h"
#include "user/unwind/unwind_private.h"

/* Words of the stack that are looked at for a call site: frames without tables are small. */
#define MOST_WORDS 1024u
/* Bytes before a return address that its call may take. */
#define CALL_BYTES 8u

/* 8 bytes of code: as they are mapped, else of the file, or as a bundle keeps them. */
static bool read_code(struct fb_unwind_session *session, uint64_t address, uint64_t *word_ret)
{
	const struct fb_unwind_module *module;

	if (fb_unwind_read_bytes(session, address, word_ret))
		return true;
	module = fb_unwind_module_at(session, address);
	return module && module->object &&
	       fb_cached_object_code(module->object,
				     address - module->start + module->object->first_vaddr,
				     word_ret);
}

/* The bytes before address, from the lowest on. */
static bool read_before(struct fb_unwind_session *session, uint64_t address,
			uint8_t code[CALL_BYTES])
{
	uint64_t word;

	if (address < CALL_BYTES || !read_code(session, address - CALL_BYTES, &word))
		return false;
	memcpy(code, &word, sizeof(word));
	return true;
}

/* Bytes of the call r/m64 (ff /2) that code begins with: opcode, ModRM, maybe SIB, and a displacement
 * of 0, 1 or 4 bytes; 0: it is another instruction, or its SIB lies behind the size bytes. */
static unsigned indirect_call_length(const uint8_t *code, unsigned size)
{
	static const unsigned displacements[] = {0, 1, 4, 0};
	unsigned mod = code[1] >> 6, rm = code[1] & 7, length = 2;

	if (code[0] != 0xff || (code[1] & 0x38) != 0x10)
		return 0;
	if (mod != 3 && rm == 4) {
		if (size < 3)
			return 0;
		rm = code[2] & 7;
		length++;
	}
	/* Without a displacement, base 5 (RIP or none) has one of 4 bytes. */
	return length + (mod == 0 && rm == 5 ? 4 : displacements[mod]);
}

bool fb_unwind_may_follow_call(struct fb_unwind_session *session, uint64_t address)
{
	uint8_t code[CALL_BYTES];

	if (!fb_unwind_is_code(session, address) || address < CALL_BYTES)
		return false;
	if (!read_before(session, address, code))
		return true;
	if (code[3] == 0xe8) /* call rel32 */
		return true;
	for (unsigned length = 2; length <= 7; length++)
		if (indirect_call_length(&code[CALL_BYTES - length], length) == length)
			return true;
	return false;
}

uint64_t fb_unwind_function_start(struct fb_unwind_session *session, uint64_t address)
{
	const struct fb_unwind_module *module = fb_unwind_module_at(session, address);
	const struct fb_elf_symbol *symbol;
	const char *name;
	uint64_t bias;

	if (!module || !module->object)
		return 0;
	bias = module->start - module->object->first_vaddr;
	symbol = fb_elf_symbols_find(&module->object->symbols, address - bias, &name);
	return symbol ? symbol->address + bias : 0;
}

static bool is_32bit(const struct fb_unwind_session *session)
{
	return session->regs.machine->elf_machine == EM_386;
}

/* Where a call or jump leads whose last 4 bytes end at address. */
static uint64_t displaced(const struct fb_unwind_session *session, uint64_t address,
			  const uint8_t bytes[4])
{
	int32_t displacement;

	memcpy(&displacement, bytes, sizeof(displacement));
	address += (uint64_t)(int64_t)displacement;
	return is_32bit(session) ? (uint32_t)address : address;
}

/* The address of the word through which a call or jump (ff 15, ff 25) leads whose last 4 bytes end at address. These
 * bytes are a distance from there, and in code of 32 bits the address itself. */
static uint64_t through(const struct fb_unwind_session *session, uint64_t address,
			const uint8_t bytes[4])
{
	return displaced(session, is_32bit(session) ? 0 : address, bytes);
}

/* Whether at address a linker's stub (of a PLT) begins that jumps to function: endbr or not, bnd or not,
 * then jmp through a word of memory. */
static bool is_stub_of(struct fb_unwind_session *session, uint64_t address, uint64_t function)
{
	const uint8_t endbr[] = {0xf3, 0x0f, 0x1e, is_32bit(session) ? 0xfb : 0xfa};
	uint8_t code[16];
	uint64_t words[2], target;
	size_t at = 0;

	if (!read_code(session, address, &words[0]) ||
	    !read_code(session, address + sizeof(words[0]), &words[1]))
		return false;
	memcpy(code, words, sizeof(code));
	if (memcmp(code, endbr, sizeof(endbr)) == 0)
		at += sizeof(endbr);
	if (code[at] == 0xf2)
		at++;
	if (code[at] != 0xff || code[at + 1] != 0x25)
		return false;
	return fb_unwind_read_word(session, through(session, address + at + 6, &code[at + 2]),
				   &target) &&
	       target == function;
}

/* Whether what ends at address is a call of function: direct, by a stub, or through a word of memory. */
static bool follows_call_of(struct fb_unwind_session *session, uint64_t address, uint64_t function)
{
	uint8_t code[CALL_BYTES];
	uint64_t target;

	if (!fb_unwind_is_code(session, address) || !read_before(session, address, code))
		return false;
	if (code[3] == 0xe8) {
		target = displaced(session, address, &code[4]);
		if (target == function || is_stub_of(session, target, function))
			return true;
	}
	return code[2] == 0xff && code[3] == 0x15 &&
	       fb_unwind_read_word(session, through(session, address, &code[4]), &target) &&
	       target == function;
}

/* Of a function that is longer, the beginning. */
#define READ_BYTES 512u

/* What the current function did to the stack before the current instruction. False where its start or its code is not
 * known. */
static bool read_prologue(struct fb_unwind_session *session, struct fb_prologue *prologue)
{
	uint64_t pc = fb_unwind_pc(session), word;
	uint64_t function = fb_unwind_function_start(session, session->caller ? pc - 1 : pc);
	uint8_t code[READ_BYTES];
	size_t size = 0;

	if (!function || function > pc)
		return false;
	while (size < sizeof(code) && size < pc - function &&
	       read_code(session, function + size, &word)) {
		memcpy(code + size, &word, sizeof(word));
		size += sizeof(word);
	}
	if (size > pc - function)
		size = (size_t)(pc - function);
	fb_prologue_read(session->regs.machine, code, size, prologue);
	return size > 0 || pc == function;
}

bool fb_unwind_is_outermost(struct fb_unwind_session *session)
{
	struct fb_prologue prologue;

	return read_prologue(session, &prologue) && prologue.outermost;
}

/* The frame pointer's bit in fb_cfi_registers.known. */
static uint32_t frame_bit(const struct fb_unwind_session *session)
{
	return 1u << session->regs.machine->frame;
}

/* Sets the pc and the stack pointer to those of the caller, and marks them as known. The other registers, and whether
 * they are known, are set before. */
static void go_up(struct fb_unwind_session *session, uint64_t pc, uint64_t sp)
{
	struct fb_cfi_registers *regs = &session->regs;

	regs->values[regs->machine->pc] = pc;
	regs->values[regs->machine->stack] = sp;
	regs->known |= 1u << regs->machine->pc | 1u << regs->machine->stack;
}

/* Makes the registers those of the caller that returns to the word at place: what the prologue saved is
 * the caller's, and the frame pointer where it did not. */
static void return_to(struct fb_unwind_session *session, const struct fb_prologue *prologue,
		      uint64_t place, uint64_t pc)
{
	struct fb_cfi_registers *regs = &session->regs;
	uint32_t known = regs->known & frame_bit(session);

	for (size_t i = 0; i < prologue->saved_count; i++) {
		unsigned reg = prologue->saved[i].reg;

		known &= ~(1u << reg);
		if (fb_unwind_read_word(session, place - prologue->saved[i].below,
					&regs->values[reg]))
			known |= 1u << reg;
	}
	regs->known = known;
	go_up(session, pc, place + regs->machine->word);
}

/* The word that the prologue left the return address at. strictly: only one behind a call of this very
 * function; else behind any, as one of a pointer is, and one of another function that jumped here. */
static bool guess_by_prologue(struct fb_unwind_session *session, const struct fb_prologue *prologue,
			      bool strictly)
{
	const struct fb_cfi_registers *regs = &session->regs;
	uint64_t pc = fb_unwind_pc(session), sp = fb_unwind_sp(session), word;
	uint64_t function = fb_unwind_function_start(session, session->caller ? pc - 1 : pc);
	uint64_t place = sp + prologue->depth;

	if (prologue->has_frame && regs->known & frame_bit(session))
		place = regs->values[regs->machine->frame] + prologue->frame;
	else if (!prologue->known)
		return false;
	if (place % regs->machine->word || place < sp || place > INT64_MAX ||
	    !fb_unwind_read_word(session, place, &word) ||
	    !(strictly ? follows_call_of(session, word, function)
		       : fb_unwind_may_follow_call(session, word)))
		return false;
	return_to(session, prologue, place, word);
	return true;
}

/* The word on top of the stack: the return address where pc was called without being code, and
 * where the thread's registers are of a function that has pushed nothing, as the wrappers of
 * system calls are. */
static bool guess_by_stack_top(struct fb_unwind_session *session, uint64_t sp)
{
	uint64_t pc;

	if (session->caller || !fb_unwind_read_word(session, sp, &pc) ||
	    !fb_unwind_may_follow_call(session, pc))
		return false;
	go_up(session, pc, sp + session->regs.machine->word);
	return true;
}

/* Finds the first word on the stack that a call of the current function has pushed. What else the function changed is
 * not known; its caller's frame pointer is assumed to be unchanged. */
static bool guess_by_call_site(struct fb_unwind_session *session, uint64_t sp)
{
	const unsigned size = session->regs.machine->word;
	uint64_t pc = fb_unwind_pc(session), word;
	uint64_t function = fb_unwind_function_start(session, session->caller ? pc - 1 : pc);

	if (!function || sp % size)
		return false;
	for (unsigned i = 0; i < MOST_WORDS; i++, sp += size) {
		if (!fb_unwind_read_word(session, sp, &word))
			return false;
		if (!follows_call_of(session, word, function))
			continue;
		session->regs.known &= frame_bit(session);
		go_up(session, word, sp + size);
		return true;
	}
	return false;
}

/* A frame that begins as the ABI suggests: the frame pointer leads to the caller's, and behind that is the return
 * address. Only what a function must not change stays known. */
static bool guess_by_frame_pointer(struct fb_unwind_session *session, uint64_t sp)
{
	struct fb_cfi_registers *regs = &session->regs;
	const unsigned size = regs->machine->word;
	uint64_t frame = regs->values[regs->machine->frame], caller, pc;

	if (!(regs->known & frame_bit(session)) || frame < sp || frame % size ||
	    frame > INT64_MAX || !fb_unwind_read_word(session, frame, &caller) ||
	    !fb_unwind_read_word(session, frame + size, &pc) ||
	    !fb_unwind_may_follow_call(session, pc))
		return false;
	regs->values[regs->machine->frame] = caller;
	regs->known = frame_bit(session);
	go_up(session, pc, frame + 2 * size);
	return true;
}

/* A call of this very function is the best evidence, the more where the function's beginning leads to it; a
 * frame pointer may be that of a function further out, so that what lies between is passed over. */
bool fb_unwind_guess_caller(struct fb_unwind_session *session, enum fb_frame_found *found_ret)
{
	uint64_t sp = fb_unwind_sp(session);
	struct fb_prologue prologue;
	bool read = read_prologue(session, &prologue);
	bool pushed = read && (prologue.depth || prologue.has_frame);
	enum fb_frame_found found = FB_FRAME_PROLOGUE;

	if (!pushed || !guess_by_prologue(session, &prologue, true)) {
		if (!pushed && guess_by_stack_top(session, sp)) {
			found = FB_FRAME_STACK_TOP;
		} else if (guess_by_call_site(session, sp)) {
			found = FB_FRAME_CALL_SITE;
		} else if (!pushed || !guess_by_prologue(session, &prologue, false)) {
			if (!guess_by_frame_pointer(session, sp))
				return false;
			found = FB_FRAME_FRAME_POINTER;
		}
	}
	*found_ret = found;
	return true;
}
