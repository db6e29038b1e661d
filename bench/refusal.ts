/** Why a run has no result: nothing is said of the servers, neither good nor bad. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}

/** Measures again when there was no result, as on a machine that does other things for a while. @throws {Refusal} the last. */
export async function insist<T>(times: number, measure: () => Promise<T>): Promise<T> {
  for (let time = 1; ; time++) {
    try {
      return await measure()
    } catch (error) {
      if (!(error instanceof Refusal) || time === times) throw error
      console.log(`again, since ${error.message}`)
    }
  }
}
