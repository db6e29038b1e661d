/** One side's view of a link: each side has given it a number, which for the same other side only grows. */
export interface LinkNumbers {
  /** What it is here. */
  readonly number: number
  /** What it is there; 0 as long as it is called and has not been answered. */
  readonly theirs: number
  readonly isOpen: boolean
}

/** The head of a message: over which link it was said, and the how manieth. */
export interface MessageHead {
  /** What the link is to who says it. */
  readonly theirs: number
  /** What it is to who hears it, as far as the other knows; 0: it calls. */
  readonly mine: number
  /** 0: its hello. */
  readonly message: number
}

/**
 * `hear`: it is this link's. `open`: it is the hello that this link waited for. `reopen`: so too, but one that came before
 * was taken for it, of a link that the other side has given up. `answer`: it calls, so that it has lost any link that
 * there was; begin one that answers. `call`: begin one anew. `ignore`: it is out of date.
 */
export type Verdict = 'hear' | 'open' | 'reopen' | 'answer' | 'call' | 'ignore'

/**
 * Judges a message from another bus. Messages of links that both sides have given up may come late, after a cut, and both
 * sides may call at once; yet they end with one link. For only a call is answered; an answer never is.
 */
export function judge(known: LinkNumbers | undefined, { theirs, mine, message }: MessageHead): Verdict {
  if (known === undefined) return message === 0 && mine === 0 ? 'answer' : 'call'
  if (theirs < known.theirs) return 'ignore'
  if (known.isOpen && theirs === known.theirs) return 'hear'
  // the other side hears nothing here, or does not know this link yet
  if (message > 0) return known.isOpen ? 'call' : 'ignore'
  if (mine === known.number) return known.isOpen ? 'reopen' : 'open'
  // it answers an earlier call: it will hear of the later one, or has
  if (mine !== 0) return 'ignore'
  return known.isOpen ? 'answer' : 'open'
}
