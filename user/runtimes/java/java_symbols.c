// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the names that the VM keeps as Symbols, and short numbers of its structs. Called by the readers of Java. */
#include "user/runtimes/java/java_objects.h"

struct fb_error *fb_java_u16(const struct fb_java *java, uint64_t address,
			     enum fb_java_value member, uint16_t *ret)
{
	uint8_t bytes[2];
	struct fb_error *err = fb_space_read(java->space, address + fb_java_value(java, member),
					     bytes, sizeof(bytes));

	if (!err)
		*ret = (uint16_t)(bytes[0] | bytes[1] << 8);
	return err;
}

struct fb_error *fb_java_symbol(const struct fb_java *java, uint64_t symbol,
				char text[FB_JAVA_TEXT])
{
	uint16_t length = 0;
	struct fb_error *err = symbol ? fb_java_u16(java, symbol, FB_JAVA_SYMBOL_LENGTH, &length)
				      : fb_error_create(FB_CORRUPT, "a name of the VM is missing");

	if (err)
		return err;
	if (length > FB_JAVA_TEXT - 1)
		length = FB_JAVA_TEXT - 1;
	err = fb_space_read(java->space, symbol + fb_java_value(java, FB_JAVA_SYMBOL_BODY), text,
			    length);
	text[err ? 0 : length] = '\0';
	return err;
}

struct fb_error *fb_java_pool_symbol(const struct fb_java *java, uint64_t pool, uint32_t index,
				     char text[FB_JAVA_TEXT])
{
	uint32_t length = 0;
	uint64_t symbol = 0;
	struct fb_error *err = fb_java_u32(java, pool, FB_JAVA_POOL_LENGTH, &length);

	if (!err && index >= length)
		err = fb_error_create(FB_CORRUPT, "a class's table of constants has no %u", index);
	if (!err)
		err = fb_space_u64(java->space,
				   pool + fb_java_value(java, FB_JAVA_POOL_SIZE) + index * 8ull,
				   &symbol);
	return err ? err : fb_java_symbol(java, symbol, text);
}
