import type { MasterAgent } from './master-agent.ts'

/** How long servers may take to answer before the others' answers count. */
const collectMs = 10_000

/**
 * Asks servers, and resolves with what they answered by their ids. Modules answer in the error's place; who does not
 * answer in time is left out.
 */
export async function collect(
  agent: MasterAgent,
  serverIds: readonly string[],
  moduleId: string,
  msg: unknown,
): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {}
  const asked = serverIds.map(
    (id) =>
      new Promise<void>((resolve) => {
        agent.request(id, moduleId, msg, (answer: unknown) => {
          const { serverId, body } = (answer ?? {}) as { serverId?: string; body?: unknown }
          if (serverId !== undefined) answers[serverId] = body
          resolve()
        })
      }),
  )
  const { promise: late, resolve: onLate } = Promise.withResolvers<void>()
  const timer = setTimeout(onLate, collectMs)
  await Promise.race([Promise.all(asked), late])
  clearTimeout(timer)
  return answers
}
