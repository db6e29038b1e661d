import { readFileSync } from 'node:fs'
import { Refusal } from './refusal.ts'

/** @throws {Refusal} a process cannot have so many connections. */
export function checkFiles(members: number): void {
  const limit = Number(/^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1])
  if (limit >= members + otherFiles) return
  throw new Refusal(
    `${members} members need ${members + otherFiles} open files, and ${limit} is the limit: ulimit -n`,
  )
}

/** What a process has open beside its clients. */
const otherFiles = 200
