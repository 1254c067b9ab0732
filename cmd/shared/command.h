/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One file per command; each exports a struct fb_command. A command prints its
 * answer on stdout and returns an exit status; an error it returns is printed
 * by main(), as are the warnings collected on the way.
 */
#ifndef FB_CMD_COMMAND_H
#define FB_CMD_COMMAND_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/isolation/fetcher.h"
#include "base/isolation/sandbox.h"
#include "base/outfile.h"
#include "base/warnings.h"
#include "bundle/input/input.h"
#include "cmd/shared/output.h"

enum fb_exit {
	FB_EXIT_OK = 0,
	FB_EXIT_FAILURE = 1, /* nothing usable */
	FB_EXIT_USAGE = 2,
	FB_EXIT_PARTIAL = 3, /* an answer, but a part of it is missing or damaged */
};

/* What every command takes. Strings are borrowed from argv. */
struct fb_options {
	const char *input;  /* the first argument */
	const char **parts; /* --part */
	size_t part_count;
	const char **cores; /* --core */
	size_t core_count;
	const char *vmlinux;     /* --vmlinux */
	const char *sysroot;     /* --sysroot */
	const char **debug_dirs; /* --debug-dir */
	size_t debug_dir_count;
	unsigned threads; /* -j; 0: one per CPU */
	bool json;
	bool quiet;
	bool no_sandbox; /* --no-sandbox */
	enum fb_color color;
};

/* What a command works with while it runs. */
struct fb_context {
	struct fb_options options;
	const char **args; /* behind INPUT; owned */
	size_t arg_count;
	struct fb_warnings *warnings;
	/* What is worth a line on stderr where nothing is amiss, as which file of a folder was read. */
	struct fb_warnings *remarks;
	size_t remarks_printed;
	bool want_dump;           /* set before fb_context_open(): as in struct fb_input_options */
	bool memory_only;         /* likewise */
	struct fb_output *output; /* made once the options are known */
	/* A file the command will write, or the folder it will write in: set before
	 * fb_context_open(). NULL: none. */
	const char *writes;
	/* It reads the programs and libraries of this host where no sysroot is named; set before
	 * fb_context_open() too. */
	bool reads_host;
	bool writes_many; /* more than one file; set before fb_context_open() too */
	/* Once confined: what the one file that it writes is made of, as fb_outfile_create_on() takes
	 * it. */
	struct fb_outfile_start output_start;
	bool confined;
	struct fb_fetcher *fetcher; /* once confined; owned; NULL: DEBUGINFOD_URLS is not set */
	struct fb_sandbox sandbox;  /* what of it applies, once confined */
};

struct fb_command {
	const char *name;
	const char *summary; /* one line for `fbundle --help` */
	/* Parses its arguments (argv[0] is the command's name) and answers. */
	struct fb_error *(*run)(struct fb_context *context, int argc, char **argv);
	const struct fb_usage *usage;
};

/* All commands, in the order of `fbundle --help`, and behind them NULL. */
extern const struct fb_command *const fb_commands[];

extern const struct fb_command fb_command_bt;
extern const struct fb_command fb_command_capture;
extern const struct fb_command fb_command_cpus;
extern const struct fb_command fb_command_doctor;
extern const struct fb_command fb_command_dump;
extern const struct fb_command fb_command_extract;
extern const struct fb_command fb_command_files;
extern const struct fb_command fb_command_info;
extern const struct fb_command fb_command_log;
extern const struct fb_command fb_command_mem;
extern const struct fb_command fb_command_merge;
extern const struct fb_command fb_command_mods;
extern const struct fb_command fb_command_mounts;
extern const struct fb_command fb_command_ps;
extern const struct fb_command fb_command_rd;
extern const struct fb_command fb_command_report;
extern const struct fb_command fb_command_struct;
extern const struct fb_command fb_command_sym;
extern const struct fb_command fb_command_verify;
extern const struct fb_command fb_command_vm;
extern const struct fb_command fb_command_vtop;
extern const struct fb_command fb_command_waits;

struct fb_example {
	const char *text;    /* what it does; no full stop */
	const char *command; /* as typed, beside the sample; 74 columns at most */
	bool on_host;        /* it is for the host that is to be dumped, and for root */
};

/* How a command is called: `--help`, the manual page and the table of options in docs/cli.md are made of it. */
struct fb_usage {
	const char *arguments; /* "INPUT [PID...]"; NULL: none */
	const char *doc;       /* what it does, a sentence or more */
	size_t most_arguments; /* behind INPUT */
	size_t least_arguments;
	bool no_input;                     /* it reads none: all arguments are context->args */
	const struct argp_option *options; /* its own; NULL: none */
	const struct fb_example *examples; /* behind them one without a text */
	/* One of its own options; own is what fb_options_parse() was given. */
	error_t (*parse)(int key, char *arg, struct argp_state *state, void *own);
};

/* Fills context->options, and context->args with the arguments behind INPUT. Wrong usage prints
 * what is wrong and exits with FB_EXIT_USAGE; --help prints and exits 0. */
void fb_options_parse(struct fb_context *context, const struct fb_usage *usage, int argc,
		      char **argv, void *own);

/* The options that every command takes; behind them one that is all zeros. */
const struct argp_option *fb_options_common(void);

/* Says on standard error what is wrong with the use of a command, and exits with FB_EXIT_USAGE. */
_Noreturn void fb_usage_error(const char *command, const char *format, ...) FB_PRINTF(2, 3);

/* Exits with FB_EXIT_USAGE where path, the value of a command's --output, is "-": outputs are files, put in
 * place whole. NULL: none was named. */
void fb_check_output_name(const char *command, const char *path);

/* FB_OS where a folder that the options name is none. */
FB_MUST_CHECK struct fb_error *fb_options_check(const struct fb_options *options);

/* The PID that text is, in decimal, or exits with FB_EXIT_USAGE. */
int32_t fb_parse_pid(const char *text);

/* Appends paths (borrowed) to those of --core. */
FB_MUST_CHECK struct fb_error *fb_options_add_cores(struct fb_options *options,
						    const char *const *paths, size_t count);

/* Makes context->output by the options; fb_context_open() does it too. */
FB_MUST_CHECK struct fb_error *fb_context_output(struct fb_context *context);

/* Shuts the process in to the files of its options, unless --no-sandbox; once. Before any thread
 * is created; fb_context_open() does it first of all. */
FB_MUST_CHECK struct fb_error *fb_context_confine(struct fb_context *context);

/* Prints the remarks that came since the last call, unless --quiet. */
void fb_context_print_remarks(struct fb_context *context);

/* Opens context->options.input with --core, --part, --vmlinux and -j, and says what a folder was
 * taken for. */
FB_MUST_CHECK struct fb_error *fb_context_open(struct fb_context *context,
					       struct fb_input **input_ret);

#endif
