import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../packages.mjs'
import { checkSnippets } from './snippets.mjs'

const pages = Object.fromEntries(
  globSync(['docs/guide/*.md', 'README.md', 'packages/*/README.md'], { cwd: root })
    .sort()
    .map((page) => [page, readFileSync(join(root, page), 'utf8')]),
)

test('what the documentation shows compiles', () => {
  assert.deepEqual(checkSnippets(pages), [])
})

test('a snippet that does not compile is told with its page and line', () => {
  const wrong = '# Wrong\n\n```ts\nconst n: number = 1\nconst s: string = n\n```\n\n```ts\nlet = 1\n```\n'

  const found = checkSnippets({ 'docs/guide/wrong.md': wrong })

  assert.equal(found[0], "docs/guide/wrong.md:5: Type 'number' is not assignable to type 'string'.")
  assert.match(found[1], /^docs\/guide\/wrong\.md:9: /)
})
