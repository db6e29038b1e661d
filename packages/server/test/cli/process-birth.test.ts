import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { birthFromPs, birthOf } from '../../src/cli/process-birth.ts'

for (const [how, birth] of [
  ['the system', birthOf],
  ['ps, where there is no /proc', birthFromPs],
] as const) {
  test(`a process has one birth from its start to its end, says ${how}`, async () => {
    const child = spawn('sleep', ['3600'])
    const pid = child.pid ?? 0

    const births = [birth(pid), birth(pid)]
    child.kill('SIGKILL')
    await once(child, 'exit')

    assert.equal(typeof births[0], 'string')
    assert.equal(births[1], births[0])
    assert.equal(birth(pid), undefined)
  })
}

test('processes that are started one after the other have different births', async () => {
  // a pid that comes round is that of a process which was started later
  assert.notEqual(birthOf(process.pid), birthOf(process.ppid))
})

test('a process that has ended and that its parent does not look at is none', async () => {
  // the shell becomes a sleep, which knows nothing of the child
  const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 3600'])
  const [output] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(output.toString())

  while (birthOf(pid) !== undefined) await new Promise((resolve) => setImmediate(resolve))

  // it is still there: the system knows its pid
  process.kill(pid, 0)
  parent.kill('SIGKILL')
  await once(parent, 'exit')
})
