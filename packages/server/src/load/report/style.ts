/** The look of a report: light or dark, as its reader has it; on paper light. */
export const style = `
:root { color-scheme: light dark; --page: #f6f7f9; --card: #ffffff; --text: #1b1e24; --soft: #596070; --edge: #dfe3ea; --grid: #e8ebf0;
  --band: #f4f6fa; --warn: #8a4b00; --warn-back: #fff3df; --line-0: #4a90e2; --line-1: #2a6fc4; --line-2: #17498f; --line-3: #b4430e; }
@media (prefers-color-scheme: dark) { :root { --page: #121418; --card: #1a1d23; --text: #e9ecf1; --soft: #a1a9b8; --edge: #2c313b;
  --grid: #272c35; --band: #1f232a; --warn: #ffd191; --warn-back: #3a2a10; --line-0: #4d87cc; --line-1: #7fb2ef; --line-2: #c0dcfb; --line-3: #f2935c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 1180px; margin: 0 auto; padding: 32px 20px 48px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; text-wrap: balance; }
h2 { font-size: 17px; margin: 32px 0 12px; }
h3 { font-size: 14px; margin: 0; }
p { margin: 0 0 8px; }
.soft, .unit { color: var(--soft); }
.doubt { color: var(--warn); background: var(--warn-back); border-radius: 8px; padding: 12px 16px; margin: 16px 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 20px 0 0; padding: 0; }
.tiles div, figure, .table { background: var(--card); border: 1px solid var(--edge); border-radius: 10px; }
.tiles div { padding: 12px 16px; display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.tiles dt { color: var(--soft); font-size: 13px; }
.tiles dd { margin: 0; font-size: 24px; font-weight: 600; line-height: 1.25; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 16px; }
figure { margin: 0; padding: 14px 16px 8px; }
figcaption { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 8px; margin-bottom: 6px; }
.unit { font-size: 13px; }
.legend { display: flex; gap: 12px; list-style: none; margin: 0 0 0 auto; padding: 0; font-size: 13px; color: var(--soft); }
.key::before { content: ""; display: inline-block; width: 14px; height: 3px; border-radius: 2px; margin-right: 5px; vertical-align: middle; background: var(--line); }
svg { display: block; width: 100%; height: auto; }
svg text { font-size: 11px; fill: var(--soft); }
.grid { stroke: var(--grid); }
.span { fill: none; }
.span-1 { fill: var(--band); }
.line { fill: none; stroke: var(--line); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.line-0 { --line: var(--line-0); }
.line-1 { --line: var(--line-1); }
.line-2 { --line: var(--line-2); }
.line-3 { --line: var(--line-3); }
.hit { fill: transparent; }
.hit:hover { fill: var(--text); fill-opacity: 0.07; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: right; padding: 7px 14px; white-space: nowrap; }
th { font-weight: 500; color: var(--soft); font-size: 13px; }
tbody th { color: inherit; font-size: inherit; }
th:first-child, td:first-child { text-align: left; }
tbody tr { border-top: 1px solid var(--edge); }
.words td, .words th { text-align: left; white-space: normal; }
@media print { :root { color-scheme: light; } body { background: none; } figure, .table { break-inside: avoid; } }
`
