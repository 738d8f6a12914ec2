/** Colours that keep a contrast of 4.5 to 1 on their grounds, on light pages and on dark ones. */
const LIGHT = `
  --ground: #f6f7f9; --card: #ffffff; --ink: #14181f; --soft: #4d5866; --line: #d8dde4; --grid: #e3e7ec;
  --link: #0b57c0; --offload: #1f5fd6; --software: #c2570c; --good: #10703c; --bad: #b3261e; --warn: #8a5300;
  --good-ground: #e4f4ea; --bad-ground: #fdeceb; --warn-ground: #fdf1dc; --calm-ground: #eceff3;`;
const DARK = `
  --ground: #0f1319; --card: #171d26; --ink: #e8ecf2; --soft: #a5b0bf; --line: #2d3643; --grid: #28303c;
  --link: #8ab6ff; --offload: #6ea2ff; --software: #ff9d52; --good: #6fd39b; --bad: #ff8f86; --warn: #f0b85a;
  --good-ground: #14301f; --bad-ground: #3a1a18; --warn-ground: #352611; --calm-ground: #222a35;`;

export const STYLE = `
:root { color-scheme: light dark; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 4px; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem 1rem; z-index: 1; }
header, main, footer { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.25rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .35rem; letter-spacing: -.015em; overflow-wrap: anywhere; }
h2 { font-size: 1.35rem; margin: 0; letter-spacing: -.01em; overflow-wrap: anywhere; }
h3 { font-size: 1.05rem; margin: 0 0 .75rem; }
h4 { font-size: 1rem; margin: 1.25rem 0 .5rem; }
p { margin: .4rem 0; }
.soft { color: var(--soft); }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 1rem 0 0; padding: 0; }
nav a { display: inline-block; padding: .35rem 0; }
.run { margin: 2.25rem 0 0; padding-top: 2rem; border-top: 1px solid var(--line); }
.run:first-child { border-top: 0; padding-top: 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem; margin: 1rem 0; min-width: 0; }
.heading { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .75rem; margin-bottom: .25rem; }
.badge { display: inline-block; font-size: .85rem; font-weight: 600; line-height: 1.3; padding: .2rem .65rem; border-radius: 999px; background: var(--calm-ground); color: var(--ink); }
.badge.good { background: var(--good-ground); color: var(--good); }
.badge.bad { background: var(--bad-ground); color: var(--bad); }
.badge.warn { background: var(--warn-ground); color: var(--warn); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 1rem; margin: 1rem 0; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.25rem; }
.tile .value { font-size: 1.9rem; font-weight: 650; line-height: 1.2; letter-spacing: -.02em; font-variant-numeric: tabular-nums; }
.tile p { margin: .15rem 0; }
.tile .soft { font-size: .9rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)); gap: 0 1rem; }
figure { margin: 1rem 0; }
figcaption { font-weight: 600; margin-bottom: .5rem; }
figcaption span { display: block; font-weight: 400; font-size: .9rem; color: var(--soft); }
figure svg { display: block; overflow: visible; }
svg text { fill: var(--ink); font: 13px system-ui, "Segoe UI", Roboto, Arial, sans-serif; font-variant-numeric: tabular-nums; }
svg .name { font-weight: 600; font-size: 14px; }
svg .note { fill: var(--soft); font-size: 12px; }
svg .track { fill: var(--calm-ground); }
svg .offload { fill: var(--offload); } svg .software { fill: var(--software); }
svg .dot { fill: var(--card); stroke: var(--ink); stroke-width: 1.25; }
svg .grid { stroke: var(--grid); } svg .one { stroke: var(--soft); stroke-width: 1.5; }
svg .interval { stroke: var(--soft); stroke-width: 3; stroke-linecap: round; }
svg .estimate { fill: var(--soft); }
svg .better .interval { stroke: var(--good); } svg .better .estimate { fill: var(--good); }
svg .worse .interval { stroke: var(--bad); } svg .worse .estimate { fill: var(--bad); }
.scroll { overflow-x: auto; border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .5rem .75rem; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th { font-size: .85rem; color: var(--soft); font-weight: 600; border-bottom-width: 2px; }
tbody th { font-weight: 600; white-space: nowrap; }
td .badge { white-space: nowrap; }
.number { text-align: right; white-space: nowrap; }
.number small { display: block; color: var(--soft); font-size: .8rem; }
tr:last-child > th, tr:last-child > td { border-bottom: 0; }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .35rem 1.25rem; margin: .5rem 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
details { border: 1px solid var(--line); border-radius: 8px; margin: .5rem 0; }
summary { cursor: pointer; padding: .6rem .9rem; font-weight: 600; }
summary .badge { margin-left: .5rem; }
details > :not(summary) { margin-left: .9rem; margin-right: .9rem; }
ul.assertions { list-style: none; padding: 0; }
ul.assertions li { padding: .2rem 0 .2rem 1.75rem; position: relative; overflow-wrap: anywhere; }
ul.assertions li::before { position: absolute; left: 0; font-weight: 700; }
li.ok::before { content: "✓"; color: var(--good); } li.failed::before { content: "✗"; color: var(--bad); }
li.failed { font-weight: 600; } li.failed pre { font-weight: 400; }
pre { overflow: auto; max-height: 28rem; background: var(--ground); border: 1px solid var(--line); border-radius: 8px; padding: .75rem .9rem; font: 13px/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.topology img { display: block; max-width: none; }
.notice { border-left: 4px solid var(--warn); background: var(--warn-ground); padding: .75rem 1rem; border-radius: 6px; margin: 1rem 0; }
.notice.bad { border-color: var(--bad); background: var(--bad-ground); }
footer { padding-top: 1.5rem; padding-bottom: 3rem; font-size: .9rem; }
@media (max-width: 40rem) {
  header, main, footer { padding-left: .85rem; padding-right: .85rem; }
  svg .verdict { display: none; }
  h1 { font-size: 1.5rem; } .card { padding: 1rem .85rem; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; }
}
@media print {
  :root { ${LIGHT} --ground: #ffffff; }
  @page { margin: 1.4cm; }
  body { font-size: 10.5pt; } nav, .skip { display: none; }
  header, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
  .card, figure, tr, .tile, li { break-inside: avoid; } h2, h3, h4, figcaption { break-after: avoid; }
  .card.long, .card.long details { break-inside: auto; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .scroll { overflow: visible; } table, .number small, td .badge { font-size: 8pt; }
  pre { max-height: none; overflow: visible; white-space: pre-wrap; overflow-wrap: anywhere; }
  .topology img { max-width: 100%; } .number, tbody th, td .badge { white-space: normal; }
  th, td { padding: .3rem .4rem; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
