import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** Runs `work` while no other process does so under the same `file`. A holder that died blocks nobody. */
export async function withLock(file, work) {
  await take(file)
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

async function take(file) {
  let told = false
  while (!create(file)) {
    if (!isHeld(file)) {
      rmSync(file, { force: true })
      continue
    }
    if (!told) console.log(`Waiting for the process that holds ${file}`)
    told = true
    await delay(200)
  }
}

function create(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    return false
  }
}

function isHeld(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    // 0: the holder has made the file and not yet written to it
    if (pid !== 0) process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
