import { formatMicroseconds, formatNumber } from '../packages/server/src/load/numbers.ts'
import { markup } from '../packages/server/src/load/report/markup.ts'
import type { Markup } from '../packages/server/src/load/report/markup.ts'
import { linearScale, logScale } from '../packages/server/src/load/report/scale.ts'
import type { Scale } from '../packages/server/src/load/report/scale.ts'
import type { Cost } from './broadcast-cost.ts'

/** Draws what broadcasts cost, by members and connectors, as a picture that needs nothing else. */
export function drawBroadcasts(costs: readonly Cost[]): string {
  const panels: Panel[] = [
    {
      title: 'Bytes on the bus, a broadcast',
      at: 0,
      scale: linearScale,
      of: (cost) => cost.busBytes,
      format: formatNumber,
    },
    {
      title: 'CPU of all servers, a broadcast',
      at: panelWidth,
      scale: logScale,
      of: (cost) => cost.chatUs + cost.connectorsUs,
      format: formatDuration,
    },
  ]
  const lines = [...Map.groupBy(costs, ({ connectors }) => connectors).values()]
  return markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${2 * panelWidth} ${height}" role="img" aria-label="What a broadcast costs by members and connectors">
<style>${{ html: style }}</style>
<rect class="page" width="${2 * panelWidth}" height="${height}" />
${panels.map((panel) => drawPanel(panel, lines))}
${lines.map(drawKey)}
</svg>
`.html
}

interface Panel {
  readonly title: string
  readonly at: number
  readonly scale: typeof linearScale
  of(cost: Cost): number
  format(value: number): string
}

const [panelWidth, height] = [450, 320]
const [left, right, top, bottom] = [64, panelWidth - 16, 44, height - 64]

function drawPanel({ title, at, scale, of, format }: Panel, lines: readonly (readonly Cost[])[]): Markup {
  const costs = lines.flat()
  const x = membersScale(costs.map(({ members }) => members))
  const y = scale(costs.map(of), [bottom, top])
  return markup`<g transform="translate(${at} 0)">
<text class="title" x="${left}" y="24">${title}</text>
${y.ticks.map((tick) => drawTick(format(tick), y.place(tick)))}
${x.ticks.map((tick) => markup`<text x="${place(x, tick)}" y="${bottom + 18}" text-anchor="middle">${formatNumber(tick)}</text>\n`)}
<text x="${(left + right) / 2}" y="${bottom + 34}" text-anchor="middle">members</text>
${lines.map((line, index) => drawLine(line, index, { x, y, of, format }))}
</g>
`
}

/** Every size has a tick, and each power of ten is as wide. */
function membersScale(members: readonly number[]): Scale {
  const [least, most] = [Math.log10(Math.min(...members)), Math.log10(Math.max(...members))]
  const width = most - least || 1
  return {
    ticks: [...new Set(members)],
    place: (value) => left + 12 + ((Math.log10(value) - least) / width) * (right - left - 32),
  }
}

function drawTick(label: string, at: number): Markup {
  return markup`<line class="grid" x1="${left}" x2="${right}" y1="${at.toFixed(1)}" y2="${at.toFixed(1)}" />
<text x="${left - 8}" y="${(at + 4).toFixed(1)}" text-anchor="end">${label}</text>
`
}

function drawLine(
  line: readonly Cost[],
  index: number,
  { x, y, of, format }: Pick<Panel, 'of' | 'format'> & { readonly x: Scale; readonly y: Scale },
): Markup {
  const points = line.map((cost) => ({ cost, at: `${place(x, cost.members)} ${place(y, of(cost))}` }))
  const dots = points.map(({ cost }) => {
    const what = `${formatNumber(cost.members)} members, ${cost.connectors} connectors: ${format(of(cost))}`
    return markup`<circle class="dot line-${index}" cx="${place(x, cost.members)}" cy="${place(y, of(cost))}" r="3.5"><title>${what}</title></circle>\n`
  })
  return markup`<path class="line line-${index}" d="M${points.map(({ at }) => at).join('L')}" />\n${dots}`
}

function drawKey(line: readonly Cost[], index: number): Markup {
  const connectors = line[0]!.connectors
  const [at, y] = [left + index * 130, height - 12]
  return markup`<path class="line line-${index}" d="M${at} ${y - 4}h20" />
<text x="${at + 26}" y="${y}">${connectors} ${connectors === 1 ? 'connector' : 'connectors'}</text>
`
}

function place(scale: Scale, value: number): string {
  return scale.place(value).toFixed(1)
}

/** Returns `200 µs`, `20 ms`. */
function formatDuration(us: number): string {
  return us < 1_000 ? formatMicroseconds(us) : `${formatNumber(us / 1_000)} ms`
}

/** Light or dark, as the reader has it. */
const style = `
:root { --page: #ffffff; --text: #1b1e24; --soft: #596070; --grid: #e3e7ee; --line-0: #2a6fc4; --line-1: #b4430e; --line-2: #23804c; }
@media (prefers-color-scheme: dark) { :root { --page: #1a1d23; --text: #e9ecf1; --soft: #a1a9b8; --grid: #2c313b;
  --line-0: #7fb2ef; --line-1: #f2935c; --line-2: #6fcf97; } }
.page { fill: var(--page); }
text { font: 12px system-ui, sans-serif; fill: var(--soft); }
.title { font-size: 14px; font-weight: 600; fill: var(--text); }
.grid { stroke: var(--grid); }
.line { fill: none; stroke: var(--line); stroke-width: 2; }
.dot { fill: var(--line); }
.line-0 { --line: var(--line-0); }
.line-1 { --line: var(--line-1); }
.line-2 { --line: var(--line-2); }
`
