import { SetupError } from '../errors.ts'

/** The client library of NATS. */
export type NatsClient = typeof import('@nats-io/transport-node')

/**
 * Loads the client library, which is for the application to install: who runs on one machine does without.
 * @throws {SetupError} it is not installed.
 */
export async function loadNatsClient(): Promise<NatsClient> {
  try {
    return await import('@nats-io/transport-node')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new SetupError(
      'NATS needs the package @nats-io/transport-node: npm install @nats-io/transport-node',
      { cause },
    )
  }
}
