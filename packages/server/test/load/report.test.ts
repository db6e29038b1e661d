import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createReport } from '../../src/load/report/report.ts'
import { phaseOf, resultOf } from './results.ts'

test('a report is well-formed', () => {
  assertWellFormed(createReport('talk', resultOf()))
})

test('a report needs nothing else', () => {
  const page = createReport('talk', resultOf())

  assert.doesNotMatch(page, /\b(src|href|url|@import|script|link)\b/)
})

test('a report plots latencies, deliveries, memory and CPU', () => {
  const page = createReport('talk', resultOf())

  const titles = [...page.matchAll(/<h3>([^<]*)<\/h3>/g)].map(([, title]) => title)
  assert.deepEqual(titles, [
    'Answer latency',
    'Delivery latency',
    'Answers',
    'Deliveries',
    'Server memory',
    'Server CPU',
    'Clients',
  ])
  assert.equal([...page.matchAll(/<path class="line line-\d" d="M[\d.]+ [\d.]+L/g)].length, 4 + 4 + 5)
  assert.doesNotMatch(page, /NaN|undefined|Infinity/)
})

test('names are text, whatever stands in them', () => {
  const page = createReport('<b>', resultOf({ phases: [phaseOf({ name: '"a" & <i>' })] }))

  assertWellFormed(page)
  assert.doesNotMatch(page, /<[bi]>/)
  assert.match(page, /&#34;a&#34; &#38; &#60;i&#62;/)
})

test('a report of a run that was interrupted at once is one', () => {
  const page = createReport('talk', resultOf({ phases: [], timeline: [], interrupted: true }))

  assertWellFormed(page)
  assert.match(page, /Interrupted/)
  assert.doesNotMatch(page, /NaN|undefined|Infinity/)
})

test('a report that is not to be trusted says so', () => {
  const page = createReport('talk', resultOf({ doubts: ['talk: it used 97 % of a processor'] }))

  assert.match(page, /Not to be trusted: the load generator was the bottleneck\. talk: it used 97 %/)
})

/** Every tag is closed, in order; none is left open. */
function assertWellFormed(page: string): void {
  const open: string[] = []
  for (const [, end, name = '', self] of page.matchAll(
    /<(\/?)([a-z][a-z0-9]*)(?:\s[a-z][a-z0-9-]*="[^"<]*")*\s*(\/?)>/gi,
  )) {
    if (self) continue
    if (end) assert.equal(open.pop(), name)
    else open.push(name)
  }
  assert.deepEqual(open, [])
  const withoutTags = page.replace(
    /<!doctype html>|<\/?[a-z][a-z0-9]*(?:\s[a-z][a-z0-9-]*="[^"<]*")*\s*\/?>/gi,
    '',
  )
  assert.equal(/[<>].{0,40}/.exec(withoutTags)?.[0], undefined)
}
