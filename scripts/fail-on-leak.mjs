// Loaded into each test file: one whose sockets, timers or processes outlive its tests fails, instead of never ending.
import { ChildProcess } from 'node:child_process'
import { after } from 'node:test'

const graceMs = 5000

// the runner loads this too, and has no tests of its own
if (process.env.NODE_TEST_CONTEXT) after(() => setTimeout(fail, graceMs).unref())

function fail() {
  const open = process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap')
  console.error(`still open ${String(graceMs)} ms after the last test: ${open.join(', ')}`)

  // a child may hold this file's output, for whose end the runner waits
  for (const handle of process._getActiveHandles()) if (handle instanceof ChildProcess) handle.kill('SIGKILL')
  process.exit(1)
}
