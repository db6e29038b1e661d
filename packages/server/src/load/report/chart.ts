import { markup } from './markup.ts'
import type { Markup } from './markup.ts'
import { linearScale, logScale } from './scale.ts'
import type { Scale } from './scale.ts'

export interface Chart {
  readonly title: string
  /** What the numbers are, for the reader: `ms, logarithmic`. */
  readonly unit: string
  readonly lines: readonly Line[]
  readonly isLogarithmic?: boolean
  format(value: number): string
}

/** One value for each of the chart's times; none where there was nothing to tell. */
export interface Line {
  readonly name: string
  readonly values: readonly (number | undefined)[]
}

/** When what happened, in seconds. */
export interface Span {
  readonly name: string
  readonly from: number
  readonly to: number
}

/** Returns a line chart over `times` as a figure with inline SVG. Colours are classes: the page has them. */
export function drawChart(chart: Chart, times: readonly number[], spans: readonly Span[]): Markup {
  const values = chart.lines.flatMap((line) => line.values.filter((value) => value !== undefined))
  const y = (chart.isLogarithmic ? logScale : linearScale)(values, [bottom, top])
  const x = linearScale([0, ...times], [left, right])
  return markup`<figure>
<figcaption><h3>${chart.title}</h3><span class="unit">${chart.unit}</span>${drawLegend(chart)}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${describe(chart)}">
${spans.map((span, index) => drawSpan(span, index, x))}
${y.ticks.map((tick) => drawTick(tick, y, chart))}
${x.ticks.map((tick) => markup`<text class="tick" x="${at(x.place(tick))}" y="${height - 8}" text-anchor="middle">${tick} s</text>\n`)}
${chart.lines.map((line, index) => drawLine({ line, index, times, x, y }))}
${times.map((_, index) => drawHit({ chart, times, x, index }))}
</svg>
</figure>
`
}

const [width, height] = [560, 240]
const [left, right, top, bottom] = [56, width - 12, 24, height - 28]

function drawLegend({ lines }: Chart): Markup {
  if (lines.length < 2) return markup``
  const keys = lines.map(({ name }, index) => markup`<li class="key line-${index}">${name}</li>`)
  return markup`<ul class="legend">${keys}</ul>`
}

function drawSpan({ name, from, to }: Span, index: number, x: Scale): Markup {
  const [start, end] = [x.place(from), x.place(to)]
  // a name that is wider than its span would run into the next
  const label = name.length * 6 < end - start ? name : ''
  return markup`<rect class="span span-${index % 2}" x="${at(start)}" y="${top - 16}" width="${at(end - start)}" height="${bottom - top + 16}" />
<text class="span-name" x="${at(start + 4)}" y="${top - 5}">${label}</text>
`
}

function drawTick(tick: number, y: Scale, { format }: Chart): Markup {
  const place = y.place(tick)
  return markup`<line class="grid" x1="${left}" x2="${right}" y1="${at(place)}" y2="${at(place)}" />
<text class="tick" x="${left - 6}" y="${at(place + 4)}" text-anchor="end">${format(tick)}</text>
`
}

interface Drawing {
  readonly line: Line
  readonly index: number
  readonly times: readonly number[]
  readonly x: Scale
  readonly y: Scale
}

function drawLine({ line, index, times, x, y }: Drawing): Markup {
  const points = line.values.map((value, at) => ({ value, time: times[at] ?? 0 }))
  let isDrawing = false
  const path = points.map(({ value, time }) => {
    if (value === undefined) {
      isDrawing = false
      return ''
    }
    const command = isDrawing ? 'L' : 'M'
    isDrawing = true
    return `${command}${at(x.place(time))} ${at(y.place(value))}`
  })
  return markup`<path class="line line-${index}" d="${path.join('')}" />\n`
}

/** The values of one moment, as a tooltip that needs no script. */
function drawHit({
  chart,
  times,
  x,
  index,
}: {
  chart: Chart
  times: readonly number[]
  x: Scale
  index: number
}): Markup {
  const time = times[index] ?? 0
  const from = x.place(times[index - 1] ?? 0)
  const values = chart.lines.map(({ name, values }) => `${name} ${show(values[index], chart)}`)
  return markup`<rect class="hit" x="${at(from)}" y="${top}" width="${at(Math.max(0, x.place(time) - from))}" height="${bottom - top}"><title>${time.toFixed(1)} s: ${values.join(', ')}</title></rect>
`
}

function describe(chart: Chart): string {
  const largest = chart.lines.map(({ name, values }) => {
    const numbers = values.filter((value) => value !== undefined)
    return `${name} up to ${show(numbers.length > 0 ? Math.max(...numbers) : undefined, chart)}`
  })
  return `${chart.title} over time: ${largest.join(', ')}`
}

function show(value: number | undefined, { format }: Chart): string {
  return value === undefined ? 'none' : format(value)
}

function at(place: number): string {
  return place.toFixed(1)
}
