import type { Percentiles } from '../latencies.ts'
import { formatLatency, formatNumber, formatShare, sumOf } from '../numbers.ts'
import type { Result, Sample } from '../result.ts'
import { describeEntering, tablesOf } from '../summary.ts'
import type { Table } from '../summary.ts'
import { drawChart } from './chart.ts'
import type { Chart, Span } from './chart.ts'
import { markup } from './markup.ts'
import type { Markup } from './markup.ts'
import { style } from './style.ts'

/** Returns a result as an HTML page that needs nothing else: no script, no font, no network. */
export function createReport(title: string, result: Result): string {
  const { machine, timeline, startedAt } = result
  const times = timeline.map(({ atSeconds }) => atSeconds)
  const spans = spansOf(timeline)
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>${title}: load report</title>
<style>${{ html: style }}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="soft">${startedAt.replace('T', ' ').slice(0, 16)} UTC, Node ${machine.node} on ${machine.system}, ${machine.processors} × ${machine.processor}</p>
<p>${describeEntering(result)}.</p>
${result.doubts.map((doubt) => markup`<p class="doubt">Not to be trusted: the load generator was the bottleneck. ${doubt}.</p>\n`)}
${result.interrupted ? markup`<p class="doubt">Interrupted: this is what there was until then.</p>\n` : ''}
${drawTiles(result)}
<h2>Over time</h2>
<div class="charts">
${chartsOf(timeline).map((chart) => drawChart(chart, times, spans))}
</div>
${tablesOf(result).map(drawTable)}
</main>
</body>
</html>
`.html
}

/** Each the most of any phase. */
function drawTiles({ phases, entering }: Result): Markup {
  const measured = phases.filter((phase) => phase.measured)
  const most = (of: (phase: (typeof measured)[number]) => number) => Math.max(0, ...measured.map(of))
  const errors = measured.reduce((sum, phase) => sum + sumOf(phase.errors), 0)
  const tiles = [
    ['clients', formatNumber(entering.count)],
    ['answers a second', formatNumber(most(({ answered, seconds }) => answered / seconds))],
    ['deliveries a second', formatNumber(most(({ deliveries, seconds }) => deliveries / seconds))],
    ['answer p99', formatLatency(most(({ requests }) => requests.p99))],
    ['delivery p99', formatLatency(most(({ delivering }) => delivering.p99))],
    ['errors', formatNumber(errors)],
  ]
  return markup`<dl class="tiles">${tiles.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>`
}

function chartsOf(timeline: readonly Sample[]): Chart[] {
  const charts = [
    latencyChart(
      'Answer latency',
      timeline.map(({ requests }) => requests),
    ),
    latencyChart(
      'Delivery latency',
      timeline.map(({ delivering }) => delivering),
    ),
    rateChart(
      'Answers',
      timeline.map(({ requestsPerSecond }) => requestsPerSecond),
    ),
    rateChart(
      'Deliveries',
      timeline.map(({ deliveriesPerSecond }) => deliveriesPerSecond),
    ),
    {
      title: 'Server memory',
      unit: 'MiB, all processes together',
      lines: [
        { name: 'memory', values: timeline.map(({ server }) => server && server.memoryBytes / 1_048_576) },
      ],
      format: formatNumber,
    },
    {
      title: 'Server CPU',
      unit: '100 % is one processor',
      lines: [{ name: 'CPU', values: timeline.map(({ server }) => server?.cpu) }],
      format: formatShare,
    },
    {
      title: 'Clients',
      unit: 'connected',
      lines: [{ name: 'clients', values: timeline.map(({ connected }) => connected) }],
      format: formatNumber,
    },
  ]
  return charts.filter(({ lines }) => lines.some(({ values }) => values.some((value) => (value ?? 0) > 0)))
}

function latencyChart(title: string, percentiles: readonly Percentiles[]): Chart {
  const line = (name: string, of: (percentiles: Percentiles) => number) => ({
    name,
    values: percentiles.map((each) => (each.count === 0 ? undefined : of(each))),
  })
  return {
    title,
    unit: 'logarithmic',
    isLogarithmic: true,
    format: formatLatency,
    lines: [
      line('p50', ({ p50 }) => p50),
      line('p90', ({ p90 }) => p90),
      line('p99', ({ p99 }) => p99),
      line('p99.9', ({ p999 }) => p999),
    ],
  }
}

function rateChart(title: string, values: readonly number[]): Chart {
  return { title, unit: 'a second', lines: [{ name: title.toLowerCase(), values }], format: formatNumber }
}

function spansOf(timeline: readonly Sample[]): Span[] {
  const spans: { name: string; from: number; to: number }[] = []
  for (const { phase, atSeconds } of timeline) {
    const last = spans.at(-1)
    if (last?.name === phase) last.to = atSeconds
    else spans.push({ name: phase, from: last?.to ?? 0, to: atSeconds })
  }
  return spans
}

function drawTable({ title, rows }: Table): Markup {
  const [head = [], ...body] = rows
  const cells = body.map(
    ([first, ...rest]) =>
      markup`<tr><th scope="row">${first}</th>${rest.map((cell) => markup`<td>${cell}</td>`)}</tr>\n`,
  )
  return markup`<h2>${title}</h2>
<div class="table${title === 'Failures' ? ' words' : ''}" tabindex="0" role="region" aria-label="${title}">
<table><thead><tr>${head.map((cell) => markup`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${cells}</tbody></table>
</div>
`
}
