// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The style of the report, and the beginning and end of its page. The report is a single
 * file that loads nothing and runs no script but its own: its content security policy
 * forbids both, in case a mistake in escaping lets markup from a dump through. Here is also
 * the order of the sections. Called by report.c, and by the folder of `report --sos`.
 */
#include <stdio.h>

#include "cmd/report/page/report.h"

static const char head[] =
	"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	"style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; script-src 'sha256-";

static const char head_end[] =
	"'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";

static const char colours[] =
	":root{color-scheme:light dark;--paper:#fff;--ink:#1c2126;--soft:#5b6670;--line:#dde2e6;"
	"--tint:#f5f7f8;--accent:#1f5fa8;--bad:#b3261e;--badbg:#fdecea;--userbg:#e9f1fb;--warn:#8a5a00;"
	"--warnbg:#fff4dc;--good:#1d7a3e;--goodbg:#e8f5ec;--vmcore:#1f5fa8;--core:#1d7a3e;"
	"--file:#7a5cc0;--zero:#c3cbd2;--swap:#c98a00;--absent:#d9534a}\n"
	"@media(prefers-color-scheme:dark){:root{--paper:#15191d;--ink:#dfe4e8;--soft:#93a0ab;"
	"--line:#2c343b;--tint:#1c2228;--accent:#7db3f0;--bad:#ff8a80;--badbg:#3a1f1d;--userbg:#1a2a3d;"
	"--warn:#f0bf5f;--warnbg:#33290f;--good:#7fd19b;--goodbg:#17301f;--vmcore:#5a9be6;"
	"--core:#4fb573;--file:#a58be6;--zero:#4a555f;--swap:#d9a53a;--absent:#d9645c}}\n";

static const char layout[] =
	"*{box-sizing:border-box}\n"
	"body{margin:0 auto;max-width:76rem;padding:0 1.5rem 4rem;background:var(--paper);"
	"color:var(--ink);font:15px/1.5 system-ui,sans-serif}\n"
	"nav{position:sticky;top:0;z-index:1;display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;"
	"padding:.6rem 0;background:var(--paper);border-bottom:1px solid var(--line);"
	"font-size:.87rem}\n"
	"[hidden]{display:none!important}#tools{display:flex;flex-wrap:wrap;align-items:center;gap:.3rem .5rem;"
	"width:100%}#tools input,#tools select,#tools button{padding:.1rem .4rem;border:1px solid var(--line);"
	"border-radius:.3rem;background:var(--tint);color:inherit;font:inherit;max-width:12rem}"
	"#tools span{color:var(--soft)}#tools p{width:100%;margin:.2rem 0;color:var(--soft);white-space:pre-wrap}"
	"::highlight(hits){background:var(--warnbg);color:inherit}::highlight(hit){background:var(--swap);color:#000}"
	":target{outline:2px solid var(--accent);outline-offset:2px}\n"
	"nav a{color:var(--accent);text-decoration:none}nav a:hover{text-decoration:underline}\n"
	"header{padding-top:1.8rem}\n"
	".kicker{margin:0;color:var(--soft);font-size:.8rem;letter-spacing:.08em;"
	"text-transform:uppercase}\n"
	"h1{margin:.2rem 0;font-size:1.65rem;line-height:1.25;color:var(--bad);"
	"overflow-wrap:anywhere}\n"
	".where{margin:0 0 1.2rem;font-size:1.05rem}\n"
	"section{margin-top:2.8rem;scroll-margin-top:3rem}\n"
	"h2{margin:0 0 .3rem;font-size:1.25rem}h3{margin:1.2rem 0 .3rem;font-size:1rem}\n"
	".intro{margin:0 0 .8rem;max-width:60rem;color:var(--soft)}\n"
	"dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.2rem;margin:1.4rem 0 0}\n"
	"dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}\n";

static const char parts[] =
	".answers{display:grid;grid-template-columns:repeat(3,1fr);gap:1rem;margin:0 0 1.4rem}"
	".answers>div{padding:.7rem 1rem .8rem;border:1px solid var(--line);border-top:4px solid var(--bad);"
	"border-radius:.4rem;background:var(--tint)}.answers>div+div{border-top-color:var(--warn)}"
	".answers>div+div+div{border-top-color:var(--good)}.answers h2{font-size:1.02rem}"
	".answers ul,.answers ol{margin:.3rem 0 0;padding-left:1.15rem}"
	".answers li{margin:.4rem 0;overflow-wrap:anywhere}.answers a{font-size:.82rem}\n"
	".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.7rem}\n"
	".tile{padding:.6rem .9rem;border:1px solid var(--line);border-radius:.5rem;"
	"background:var(--tint);color:inherit;text-decoration:none}\n"
	".tile b{display:block;font-size:1.5rem;line-height:1.2}.tile span{color:var(--soft)}\n"
	".tile.bad{border-color:var(--bad);background:var(--badbg)}"
	".tile.warn{border-color:var(--warn);background:var(--warnbg)}\n"
	".tag{display:inline-block;margin:0 .35rem .3rem 0;padding:0 .5rem;"
	"border:1px solid var(--line);border-radius:1rem;background:var(--tint);font-size:.85rem;"
	"white-space:pre-wrap}\n"
	".tag.bad{border-color:var(--bad)}.tag.warn{border-color:var(--warn)}\n"
	".bad{color:var(--bad)}.warn{color:var(--warn)}.good{color:var(--good)}"
	".how{color:var(--soft)}\n"
	"tr.bad{background:var(--badbg);color:inherit}tr.warn{background:var(--warnbg);"
	"color:inherit}tr.good{background:var(--goodbg);color:inherit}\n"
	".sub td{padding-top:0;color:var(--soft);font-size:.85rem}.main td{border-bottom:0}\n"
	".scroll{overflow-x:auto}\n"
	"table{width:100%;border-collapse:collapse;font-size:.9rem}\n"
	"th{padding:.35rem .6rem;border-bottom:2px solid var(--line);text-align:left;"
	"font-weight:600;vertical-align:bottom}\n"
	"td{padding:.35rem .6rem;border-bottom:1px solid var(--line);vertical-align:top;"
	"overflow-wrap:anywhere}\n"
	".name{white-space:nowrap}td.what,td.how{min-width:14rem}td p{margin:0 0 .3rem}.dense td{padding:.15rem .6rem}\n"
	"th.n,td.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}\n"
	"pre,.code{font:12.5px/1.5 ui-monospace,'DejaVu Sans Mono',monospace}\n"
	"pre{margin:.3rem 0;padding:.7rem .9rem;white-space:pre-wrap;overflow-wrap:anywhere;"
	"border:1px solid var(--line);border-radius:.4rem;background:var(--tint)}\n"
	"pre i{font-style:normal;color:var(--soft)}pre i.warn{color:var(--warn)}"
	"pre b{color:var(--accent)}\n"
	".log{white-space:pre-wrap;overflow-wrap:anywhere}.mark{padding:.1rem .2rem;"
	"background:var(--badbg);color:var(--bad);font-weight:700}\n"
	"a.tag{color:inherit;text-decoration:none}.threads{white-space:nowrap}summary{cursor:pointer}"
	".names{margin:.1rem 0}.group,.cycle{margin-top:1.4rem}.how+pre{margin-top:.4rem}\n"
	"p.how{margin:.2rem 0}.cycle{padding:.1rem 1rem .6rem;border-left:4px solid var(--bad);"
	"background:var(--badbg)}.cycle ol,.cycle ul{margin:.3rem 0;padding-left:1.4rem}"
	".cycle li{scroll-margin-top:3rem}a{color:var(--accent)}\n"
	".bar{display:flex;min-width:8rem;height:.8rem;margin-top:.3rem;overflow:hidden;"
	"border-radius:.2rem;background:var(--line)}\n"
	".bar i{display:block}.legend{font-size:.85rem;color:var(--soft)}"
	".legend i{display:inline-block;width:.8rem;height:.8rem;margin:0 .2rem 0 .8rem;"
	"border-radius:.15rem;vertical-align:-.1rem}\n"
	"i.vmcore{background:var(--vmcore)}i.core{background:var(--core)}"
	"i.file{background:var(--file)}i.zero{background:var(--zero)}"
	"i.swap{background:var(--swap)}i.absent{background:var(--absent)}\n"
	".wide .bar{height:1.6rem}.uses{columns:22rem;margin:.6rem 0 1.2rem}"
	".uses div{overflow:hidden;break-inside:avoid}.uses span{float:right;margin-right:1.5rem}"
	".pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1.5rem}\n"
	"i.a{background:var(--zero)}i.b{background:var(--core)}i.c{background:var(--vmcore)}"
	"i.d{background:var(--file)}i.e{background:var(--swap)}i.f{background:var(--absent)}"
	"i.g{background:#2f9c95}i.h{background:#b65fa0}i.i{background:#7d8a2e}"
	"i.j{background:var(--soft)}\n"
	"footer{margin-top:3rem;color:var(--soft);font-size:.85rem}\n";

/* Pictures of waits: what is of the kernel is red, what is of programs is blue. */
static const char pictures[] =
	"figure{margin:1rem 0}figcaption{margin-bottom:.3rem;font-weight:600;font-size:.9rem}"
	".picture{display:block;max-width:100%;height:auto;font:12px system-ui,sans-serif}"
	".picture rect{fill:var(--paper);stroke:var(--line);stroke-width:1.5}"
	".picture .l1{fill:var(--ink);font-weight:600}.picture .l2{fill:var(--soft);font-size:11px}"
	".picture .kernel rect{fill:var(--badbg);stroke:var(--bad)}"
	".picture .user rect{fill:var(--userbg);stroke:var(--accent)}"
	".picture .thing .l1{font-weight:400}.picture .more rect{stroke-dasharray:4 3}"
	".picture path{fill:none;stroke:var(--soft);stroke-width:1.5}"
	".picture path.ring{stroke:var(--bad);stroke-width:2.5}"
	".picture path.tip{stroke:none;fill:var(--soft)}"
	".picture path.tip.ring{fill:var(--bad)}\n"
	".times text{fill:var(--soft);font-size:11px}.times line{stroke:var(--line)}"
	".times line.error{stroke:var(--bad);stroke-width:2}.times line.warn{stroke:var(--swap)}"
	".times line.info{stroke:var(--zero)}.times circle{fill:var(--accent);fill-opacity:.55}"
	".times circle.kernel{fill:var(--bad)}.times circle.core{fill:var(--core)}\n";

static const char narrow[] =
	"@media(max-width:60rem){.answers{grid-template-columns:1fr;gap:.6rem}.picture{max-width:none}body{padding:0 .9rem 3rem}table{font-size:.82rem}"
	"nav{max-height:40vh;overflow-y:auto}"
	"th,td{padding:.3rem .35rem}pre,.code{font-size:11.5px}pre{padding:.5rem .6rem}"
	"td.what,td.how{min-width:10rem}.tile{padding:.4rem .6rem}}\n";

/* A phone: the headings of a table, and each of its rows, become a block of lines with the cells one
 * behind the other, so that nothing is cut at the edge. */
static const char phone[] =
	"@media(max-width:36rem){.scroll table,.scroll thead,.scroll tbody{display:block}"
	".scroll th{display:inline-block;padding:0 .6rem 0 0;border:0;color:var(--soft);"
	"text-align:left}"
	".scroll tr{display:block;padding:.3rem 0;border-bottom:1px solid var(--line)}"
	".scroll td{display:inline-block;max-width:100%;min-width:0;padding:.05rem .6rem .05rem 0;"
	"border:0;text-align:left;white-space:normal}"
	".scroll td.what,.scroll td.how{display:block;min-width:0}"
	"dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.4rem}"
	".cycle{padding:.1rem .6rem .6rem}.cycle ol,.cycle ul{padding-left:1.1rem}}\n";

static const char print[] =
	"@media print{body{max-width:none;padding:0;font-size:10pt}nav{display:none}"
	"pre{font-size:8pt}.scroll{overflow:visible}td.what,td.how{min-width:7rem}"
	"table{font-size:8.5pt}th,td{padding:.2rem .35rem}tr,h2,h3,.tile,.cycle,figure{break-inside:avoid}h2,h3{break-after:avoid}"
	"thead{display:table-header-group}.picture{max-width:100%}"
	"*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}\n";

static const char contents[] =
	"<nav><a href=\"#summary\">Summary</a><a href=\"#findings\">Findings</a><a href=\"#panic\">Panic</a>"
	"<a href=\"#waits\">Waits</a><a href=\"#blocked\">Sleeping in</a>"
	"<a href=\"#usage\">Memory</a><a href=\"#cores\">Cores</a><a href=\"#missing\">Missing</a><a href=\"#log\">Log</a>"
	"<a href=\"#tasks\">Tasks</a><a href=\"#modules\">Modules</a></nav>\n";

static void begin_page(struct fb_report *report, const char *title)
{
	struct fb_html *html = &report->html;

	fb_html_raw(html, head);
	fb_html_raw(html, fb_report_script_hash);
	fb_html_raw(html, head_end);
	fb_html_element(html, "title", NULL, "%s", title);
	fb_html_raw(html, "\n<style>\n");
	fb_html_raw(html, colours);
	fb_html_raw(html, layout);
	fb_html_raw(html, parts);
	fb_html_raw(html, pictures);
	fb_html_raw(html, narrow);
	fb_html_raw(html, phone);
	fb_html_raw(html, print);
	fb_html_raw(html, "</style>\n</head>\n<body>\n");
	fb_html_raw(html, contents);
	fb_html_raw(html, "<main>\n");
}

static void end_page(struct fb_report *report)
{
	fb_html_raw(&report->html, "</main>\n");
	fb_html_element(&report->html, "footer", NULL,
			"Written by fbundle %s. It holds names, command lines and stacks of the "
			"host's programs: share it as you would the dump.",
			FB_VERSION);
	fb_html_raw(&report->html, "\n");
	fb_report_script(report);
	fb_html_raw(&report->html, "</body>\n</html>\n");
}

struct fb_error *fb_report_write(struct fb_report *report, struct fb_outfile *outfile)
{
	char title[256];
	struct fb_error *err;

	fb_html_init(&report->html, outfile);
	snprintf(title, sizeof(title), "%s - Linux %s",
		 report->panic.message ? report->panic.message : "Crash",
		 fb_kernel_info(fb_input_kernel(report->input))->release);
	begin_page(report, title);
	fb_report_summary(report);
	fb_report_findings(report);
	fb_report_timeline(report);
	fb_report_panic(report);
	err = fb_report_waits(report);
	if (!err) {
		fb_report_blocked(report);
		fb_report_usage(report);
		fb_report_cores(report);
		fb_report_memory(report);
		fb_report_missing(report);
		fb_report_log(report);
		err = fb_report_tasks(report);
	}
	if (!err) {
		fb_report_modules(report);
		end_page(report);
	}
	if (err) {
		fb_error_destroy(fb_html_finish(&report->html));
		return err;
	}
	return fb_html_finish(&report->html);
}
