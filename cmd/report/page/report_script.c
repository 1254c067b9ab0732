// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The script of the report: search, filters and keys. The page has all its content and links without it, and what it
 * adds it makes itself, so that nothing is there that does not work where scripts are off. It makes no markup from
 * text, and the policy of the page lets run this script alone, by its hash. Called by report_style.c.
 */
#include "cmd/report/page/report.h"

/* SHA-256 of the text between <script> and </script>, in base64. tests/cli/html_check.py checks it, and says what it
 * has to be. */
const char fb_report_script_hash[] = "aBnwQ1KRnpw43Q1WRdC2FHy/jQFzeY/fO9twWRnW+ao=";

static const char elements[] =
	"\n'use strict';(function(){\n"
	"var d=document,main=d.querySelector('main'),nodes=null,hits=[],at=-1,timer=0;\n"
	"function make(tag,text,title){var e=d.createElement(tag);if(text)e.textContent=text;"
	"if(title){e.title=title;e.setAttribute('aria-label',title);}return e;}\n"
	"var bar=make('div'),find=make('input','','Search the page'),count=make('span'),"
	"back=make('button','\\u2191','Previous match (p)'),next=make('button','\\u2193','Next match (n)'),\n"
	"state=make('select','','Only this state'),comm=make('input','','Only names with this in them'),"
	"wait=make('select','','Only who waits so'),shown=make('span'),more=make('button','?','Keys (?)'),"
	"help=make('p','/ search    n, Enter next    p, Shift+Enter previous    Esc clear    ? these keys');\n"
	"bar.id='tools';find.type=comm.type='search';find.placeholder='Search ( / )';comm.placeholder='name';"
	"help.hidden=true;count.setAttribute('aria-live','polite');\n"
	"[find,count,back,next,state,comm,wait,shown,more,help].forEach(function(e){bar.appendChild(e);});\n"
	"d.querySelector('nav').appendChild(bar);\n";

/* Text nodes are listed once. Matches are shown as highlights where the browser has them, else as the selection. */
static const char search[] =
	"function list(){var w=d.createTreeWalker(main,NodeFilter.SHOW_TEXT),n;nodes=[];"
	"while((n=w.nextNode()))if(n.parentNode.nodeName!=='title')nodes.push(n);}\n"
	"function range(h){var r=d.createRange(),n=h[0].length;r.setStart(h[0],Math.min(h[1],n));"
	"r.setEnd(h[0],Math.min(h[1]+h[2],n));return r;}\n"
	"function mark(name,list){if(!window.CSS||!CSS.highlights)return false;"
	"var m=new Highlight();list.forEach(function(h){m.add(range(h));});CSS.highlights.set(name,m);return true;}\n"
	"function go(k){var h,e;if(!hits.length)return;at=(k+hits.length)%hits.length;h=hits[at];"
	"for(e=h[0].parentElement;e;e=e.parentElement)if(e.nodeName==='DETAILS')e.open=true;\n"
	"if(!mark('hit',[h])){e=getSelection();e.removeAllRanges();e.addRange(range(h));}"
	"h[0].parentElement.scrollIntoView({block:'center'});"
	"count.textContent=(at+1)+' of '+hits.length+(hits.length===5000?' or more':'');}\n"
	"function search(){var q=find.value.toLowerCase();hits=[];at=-1;if(!nodes)list();\n"
	"if(q)for(var i=0;i<nodes.length&&hits.length<5000;i++){var t=nodes[i].data.toLowerCase(),k=t.indexOf(q);"
	"if(k<0||nodes[i].parentElement.closest('[hidden]'))continue;\n"
	"for(;k>=0&&hits.length<5000;k=t.indexOf(q,k+q.length))hits.push([nodes[i],k,q.length]);}\n"
	"mark('hits',hits);mark('hit',[]);count.textContent=q?(hits.length?'':'no match'):'';go(0);}\n"
	"find.addEventListener('input',function(){clearTimeout(timer);timer=setTimeout(search,200);});\n"
	"back.addEventListener('click',function(){go(at-1);});next.addEventListener('click',function(){go(at+1);});\n"
	"more.addEventListener('click',function(){help.hidden=!help.hidden;});\n";

/* What has data-s, data-c and data-w: states, names ("*": any) and kinds of waits, parted by |. */
static const char filters[] =
	"var items=[].slice.call(d.querySelectorAll('[data-s]')),"
	"names={R:'R runs',S:'S sleeps',D:'D blocked',I:'I idle',T:'T stopped',t:'t traced',Z:'Z ended'};\n"
	"function choices(select,key,all,split){var seen={};"
	"items.forEach(function(e){e.dataset[key].split(split).forEach(function(v){if(v)seen[v]=1;});});\n"
	"[''].concat(Object.keys(seen).sort()).forEach(function(v){var o=make('option',v?names[v]||v:all);o.value=v;"
	"select.appendChild(o);});}\n"
	"choices(state,'s','any state','');choices(wait,'w','any wait','|');\n"
	"function filter(){var s=state.value,w=wait.value,c=comm.value.toLowerCase(),n=0;"
	"items.forEach(function(e){var v=e.dataset;e.hidden=!((!s||v.s.indexOf(s)>=0)&&"
	"(!w||('|'+v.w+'|').indexOf('|'+w+'|')>=0)&&(!c||v.c==='*'||v.c.toLowerCase().indexOf(c)>=0));"
	"if(!e.hidden)n++;});\n"
	"shown.textContent=s||w||c?n+' of '+items.length+' shown':'';if(find.value)search();}\n"
	"state.addEventListener('change',filter);wait.addEventListener('change',filter);"
	"comm.addEventListener('input',function(){clearTimeout(timer);timer=setTimeout(filter,200);});\n"
	/* A link may lead to what a filter hides. */
	"addEventListener('hashchange',function(){var e=d.getElementById(location.hash.slice(1));"
	"if(e&&e.closest('[hidden]')){state.value=wait.value=comm.value='';filter();e.scrollIntoView();}});\n";

static const char keys[] =
	"d.addEventListener('keydown',function(e){if(e.ctrlKey||e.metaKey||e.altKey)return;"
	"var typing=/^(INPUT|SELECT)$/.test(e.target.nodeName);\n"
	"if(e.key==='Escape'){find.value='';search();help.hidden=true;if(typing)e.target.blur();return;}\n"
	"if(typing){if(e.key==='Enter'&&e.target===find){e.preventDefault();go(e.shiftKey?at-1:at+1);}return;}\n"
	"if(e.key==='/'){e.preventDefault();find.focus();find.select();}"
	"else if(e.key==='n')go(at+1);else if(e.key==='p')go(at-1);"
	"else if(e.key==='?')help.hidden=!help.hidden;});\n"
	"})();\n";

void fb_report_script(struct fb_report *report)
{
	struct fb_html *html = &report->html;

	fb_html_raw(html, "<script>");
	fb_html_raw(html, elements);
	fb_html_raw(html, search);
	fb_html_raw(html, filters);
	fb_html_raw(html, keys);
	fb_html_raw(html, "</script>\n");
}
