/** Why a run has no result: nothing is said of the servers, neither good nor bad. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}
