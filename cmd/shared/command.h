/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What commands share. Each command is a file (or folder) of its own, which exports a
 * struct fb_command. A command prints its output on stdout. The error that it returns, if
 * any, and the warnings are printed by fb_run() (run.h), which derives the exit status from them.
 */
#ifndef FB_CMD_COMMAND_H
#define FB_CMD_COMMAND_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/files/outfile.h"
#include "base/isolation/fetcher.h"
#include "base/isolation/sandbox.h"
#include "base/warnings.h"
#include "bundle/input/input.h"
#include "cmd/shared/output.h"

enum fb_exit {
	FB_EXIT_OK = 0,
	FB_EXIT_FAILURE = 1, /* no usable output */
	FB_EXIT_USAGE = 2,   /* wrong options or arguments */
	FB_EXIT_PARTIAL = 3, /* there is output, but a part of it is missing or damaged */
};

/* The options of every command. Strings are borrowed from argv. */
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
	unsigned threads; /* -j; 0: one for each CPU */
	bool json;
	bool quiet;
	bool no_sandbox; /* --no-sandbox */
	enum fb_color color;
};

/* An input that is open already, which the commands of a shell share: each runs in a child that was forked with it. */
struct fb_opened {
	struct fb_input *input;
	struct fb_options options; /* with which it was opened, of the shell */
	struct fb_warnings *warnings, *remarks;
	size_t warnings_told, remarks_told; /* so many were printed when it was opened */
	struct fb_sandbox sandbox;
	/* The width of the terminal that standard output comes to by a pipe; 0: to none. */
	unsigned terminal_width;
};

/* What a command works with while it runs. */
struct fb_context {
	const struct fb_opened *opened;           /* NULL: the command opens its own input */
	const struct fb_command *const *commands; /* all of the program, as fb_commands below */
	struct fb_options options;
	const char **args; /* the arguments after INPUT; the array is owned */
	size_t arg_count;
	struct fb_warnings *warnings;
	/* Lines for stderr that are no warnings, such as which file of a folder was read. */
	struct fb_warnings *remarks;
	size_t remarks_printed;
	/* Set by the command before fb_context_open(), as writes, reads_host and writes_many below are too. */
	bool want_dump;           /* as in struct fb_input_options */
	bool memory_only;         /* likewise */
	bool few_types;           /* likewise */
	struct fb_output *output; /* owned; made when the options are known */
	/* The file that the command will write, or the folder in which it will write. NULL: none. */
	const char *writes;
	/* It reads the programs and libraries of this host where --sysroot is not given. */
	bool reads_host;
	bool writes_many; /* it writes more than one file */
	/* Further files and folders that it reads, borrowed. */
	const char *const *reads;
	size_t read_count;
	/* The rest is set by fb_context_confine(). output_start is for fb_outfile_create_on(), where the command
	 * writes one file. */
	struct fb_outfile_start output_start;
	bool confined;
	struct fb_fetcher *fetcher; /* owned; NULL: DEBUGINFOD_URLS is not set */
	struct fb_sandbox sandbox;  /* which mechanisms are in force */
	int status; /* set by the shell: the exit status, in place of what warnings make of it */
};

struct fb_command {
	const char *name;
	const char *summary; /* one line for `fbundle --help` */
	/* Runs the command; argv[0] is its name. */
	struct fb_error *(*run)(struct fb_context *context, int argc, char **argv);
	const struct fb_usage *usage;
	/* It writes files, or takes no INPUT: the shell runs it in a process of its own, with an input of its own. */
	bool apart;
};

/* All commands, in the order of `fbundle --help`; NULL after the last. */
extern const struct fb_command *const fb_commands[];

extern const struct fb_command fb_command_bt;
extern const struct fb_command fb_command_bpf;
extern const struct fb_command fb_command_capture;
extern const struct fb_command fb_command_cgroups;
extern const struct fb_command fb_command_check;
extern const struct fb_command fb_command_cpus;
extern const struct fb_command fb_command_dis;
extern const struct fb_command fb_command_doctor;
extern const struct fb_command fb_command_dump;
extern const struct fb_command fb_command_extract;
extern const struct fb_command fb_command_files;
extern const struct fb_command fb_command_info;
extern const struct fb_command fb_command_list;
extern const struct fb_command fb_command_irq;
extern const struct fb_command fb_command_ipcs;
extern const struct fb_command fb_command_limits;
extern const struct fb_command fb_command_log;
extern const struct fb_command fb_command_mem;
extern const struct fb_command fb_command_merge;
extern const struct fb_command fb_command_mods;
extern const struct fb_command fb_command_mounts;
extern const struct fb_command fb_command_block;
extern const struct fb_command fb_command_net;
extern const struct fb_command fb_command_nfs;
extern const struct fb_command fb_command_page;
extern const struct fb_command fb_command_ps;
extern const struct fb_command fb_command_rd;
extern const struct fb_command fb_command_report;
extern const struct fb_command fb_command_search;
extern const struct fb_command fb_command_shell;
extern const struct fb_command fb_command_signature;
extern const struct fb_command fb_command_slab;
extern const struct fb_command fb_command_sig;
extern const struct fb_command fb_command_struct;
extern const struct fb_command fb_command_swap;
extern const struct fb_command fb_command_sym;
extern const struct fb_command fb_command_eval;
extern const struct fb_command fb_command_tree;
extern const struct fb_command fb_command_triage;
extern const struct fb_command fb_command_sysctl;
extern const struct fb_command fb_command_timers;
extern const struct fb_command fb_command_verify;
extern const struct fb_command fb_command_vm;
extern const struct fb_command fb_command_vtop;
extern const struct fb_command fb_command_waits;
extern const struct fb_command fb_command_workqueues;

struct fb_example {
	const char *text;    /* what it does, without a full stop */
	const char *command; /* as typed in the folder of the sample; at most 74 columns */
	bool on_host;        /* it has to be run by root on the host that is to be dumped */
};

/* The usage of a command, from which `--help`, the manual page and the table of options in docs/cli.md are made. */
struct fb_usage {
	const char *arguments; /* "INPUT [PID...]"; NULL: none */
	const char *doc;       /* what it does, one or more sentences */
	size_t most_arguments; /* after INPUT */
	size_t least_arguments;
	bool no_input;                     /* it has no INPUT: all arguments are context->args */
	const struct argp_option *options; /* of this command only; NULL: none */
	const struct fb_example *examples; /* the last one has no text */
	/* Parses one of the command's own options; own is the parameter of fb_options_parse(). */
	error_t (*parse)(int key, char *arg, struct argp_state *state, void *own);
};

/* Fills context->options, and context->args with the arguments after INPUT. Where the usage is wrong, prints what is
 * wrong and exits with FB_EXIT_USAGE; for --help, prints the help and exits with 0. */
void fb_options_parse(struct fb_context *context, const struct fb_usage *usage, int argc,
		      char **argv, void *own);

/* fb_usage.parse of a command whose only option is --all (-a): own is a bool, which it sets. */
error_t fb_parse_all(int key, char *arg, struct argp_state *state, void *own);

/* The options that every command takes; the last one is all zeros. */
const struct argp_option *fb_options_common(void);

/* Prints on standard error what is wrong with the usage of a command, and exits with FB_EXIT_USAGE. */
_Noreturn void fb_usage_error(const char *command, const char *format, ...) FB_PRINTF(2, 3);

/* Exits with FB_EXIT_USAGE where path, the value of a command's --output, is "-": an output must be a file, because it
 * is put in place when it is complete. path NULL: --output was not given. */
void fb_check_output_name(const char *command, const char *path);

/* FB_OS where a path that must be a folder (--sysroot, --debug-dir) is none. */
FB_MUST_CHECK struct fb_error *fb_options_check(const struct fb_options *options);

/* The PID that text has in decimal; exits with FB_EXIT_USAGE where it is none. */
int32_t fb_parse_pid(const char *text);

/* Appends paths (borrowed) to those of --core. */
FB_MUST_CHECK struct fb_error *fb_options_add_cores(struct fb_options *options,
						    const char *const *paths, size_t count);

/* Makes context->output by the options. fb_context_open() calls this too. */
FB_MUST_CHECK struct fb_error *fb_context_output(struct fb_context *context);

/* Enters the sandbox, in which only the files of the options can be opened, unless --no-sandbox was given. Further
 * calls do nothing. To be called before any thread is created; fb_context_open() calls it first of all. */
FB_MUST_CHECK struct fb_error *fb_context_confine(struct fb_context *context);

/* Prints the remarks that were added since the last call, unless --quiet was given. */
void fb_context_print_remarks(struct fb_context *context);

/* Opens context->options.input with --core, --part, --vmlinux and -j. For a folder, prints which file in it was opened.
 * The caller destroys the input. In a shell it is the one that is open already, and FB_INVALID where the command was
 * given an option about the input. */
FB_MUST_CHECK struct fb_error *fb_context_open(struct fb_context *context,
					       struct fb_input **input_ret);

#endif
