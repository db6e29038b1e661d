/** The longest delay that `setTimeout` takes: with a longer one it fires at once. */
export const maxTimerMs = 2 ** 31 - 1

export type Timer = ReturnType<typeof setTimeout>
