import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { platform } from 'node:os'
import { test } from 'node:test'
import { ServerProcesses } from '../../src/load/server-processes.ts'

test('children count too', { skip: platform() !== 'linux' }, async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume(); console.log("up")'])
  await once(child.stdout, 'data')

  const { processes, memoryBytes } = new ServerProcesses([process.pid]).read()
  const own = new ServerProcesses([child.pid ?? 0]).read()
  child.kill()
  await once(child, 'close')

  assert.ok(processes >= 2)
  assert.ok(own.memoryBytes > 10e6)
  assert.ok(memoryBytes > own.memoryBytes)
})

test(
  'CPU counts from the first reading, and is not lost with the process that used it',
  { skip: platform() !== 'linux' },
  async () => {
    const spin =
      'const end = Date.now() + 300; process.stdin.once("data", () => { while (Date.now() < end); console.log("spun") })'
    const child = spawn(process.execPath, ['-e', `${spin}; console.log("up")`])
    await once(child.stdout, 'data')
    const processes = new ServerProcesses([child.pid ?? 0])
    assert.equal(processes.read().cpuSeconds, 0)

    child.stdin.write('go\n')
    await once(child.stdout, 'data')
    const used = processes.read().cpuSeconds
    child.kill('SIGKILL')
    await once(child, 'close')

    assert.ok(used > 0)
    assert.equal(processes.read().cpuSeconds, used)
  },
)

test('a process that is not there uses nothing', () => {
  assert.deepEqual(new ServerProcesses([2 ** 22 + 1]).read(), { cpuSeconds: 0, memoryBytes: 0, processes: 0 })
})
