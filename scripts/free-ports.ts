import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Server } from 'node:net'

/**
 * Returns ports of 127.0.0.1 on which nobody listens. Until this process ends, no other one is given them; and the system
 * gives them to nobody who asks for any port, as they are below its own.
 */
export async function freePorts(count: number): Promise<number[]> {
  range ??= claimRange()
  const first = await range
  const ports: number[] = []
  for (let tried = 0; ports.length < count; tried++) {
    if (tried === rangeSize - 1) throw new Error(`no ${count} ports are free from ${first} on`)
    const port = first + 1 + (given++ % (rangeSize - 1))
    if (await isFree(port)) ports.push(port)
  }
  return ports
}

/** From here to where systems begin to give ports away. */
const lowest = 16_384
const rangeSize = 128
const rangeCount = 128

let range: Promise<number> | undefined
let given = 0

/** Resolves with the first port of a range, on which this process listens for as long as it lives: so the range is its own. */
async function claimRange(): Promise<number> {
  for (let n = 0; n < rangeCount; n++) {
    const first = lowest + ((process.pid + n) % rangeCount) * rangeSize
    const keeper = await listen(first)
    if (keeper === undefined) continue
    keeper.unref()
    return first
  }
  throw new Error('other processes have all ports')
}

async function isFree(port: number): Promise<boolean> {
  const server = await listen(port)
  if (server !== undefined) await once(server.close(), 'close')
  return server !== undefined
}

/** Resolves with nothing if the port is taken. */
async function listen(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return server
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined
    throw error
  }
}
