import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { run } from '../run.mjs'

test('what a command prints on both streams is kept, with its exit code', async () => {
  const result = await run('sh', ['-c', 'echo out; echo err >&2; exit 3'])

  assert.deepEqual(result, { code: 3, output: 'out\nerr\n' })
})

test('a command that cannot be started rejects', async () => {
  await assert.rejects(run('no-such-command', []), { code: 'ENOENT' })
})

test('what a command leaves running ends with it', { timeout: 20_000 }, async () => {
  // the sleep holds the pipe that run waits for
  const result = await run('sh', ['-c', 'sleep 1000 & echo done'])

  assert.deepEqual(result, { code: 0, output: 'done\n' })
})

for (const signal of ['SIGINT', 'SIGTERM']) {
  test(
    `${signal} ends the command, its children and then the process itself`,
    { timeout: 20_000 },
    async () => {
      const script = `
      import { run } from ${JSON.stringify(join(import.meta.dirname, '../run.mjs'))}
      await run('sh', ['-c', 'sleep 1000 & echo started; wait'], { show: true })`
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await once(child.stdout, 'data')

      child.kill(signal)

      // the pipe closes when the last of the three that hold it has ended
      assert.deepEqual(await once(child, 'close'), [null, signal])
    },
  )
}
