import type { BusMessage } from './bus.ts'

export type OnMessage = (message: BusMessage) => void

export interface SubscriptionsOptions {
  /** Takes what a subscriber throws: neither the others nor the sender are harmed by it. */
  readonly onError: (error: unknown, subject: string) => void
  /** Called when a subject gets its first subscriber, with the number that it goes by from then on. */
  readonly onAdd: (number: number, subject: string) => void
  /** Called when a subject has lost its last subscriber. */
  readonly onRemove: (number: number, subject: string) => void
}

/** Who listens on this bus. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions
  readonly #bySubject = new Map<string, Subscription>()
  readonly #byNumber = new Map<number, Subscription>()
  /** Numbers are not used twice: a message that is under way to an old one must not reach another subject. */
  #lastNumber = 0

  constructor(options: SubscriptionsOptions) {
    this.#options = options
  }

  /** Returns the function that unsubscribes. */
  add(subject: string, onMessage: OnMessage): () => void {
    const subscriber: Subscriber = { onMessage, ended: false }
    const subscription = this.#bySubject.get(subject) ?? this.#create(subject)
    subscription.subscribers = [...subscription.subscribers, subscriber]
    return () => {
      if (subscriber.ended) return
      subscriber.ended = true
      subscription.subscribers = subscription.subscribers.filter((other) => other !== subscriber)
      if (subscription.subscribers.length === 0) this.#remove(subscription)
    }
  }

  /** Returns the number and the subject of each subscription. */
  all(): [number, string][] {
    return [...this.#byNumber.values()].map(({ number, subject }) => [number, subject])
  }

  /** Hands a message to all subscribers of a subject. */
  deliver(number: number, message: BusMessage): void {
    const subscription = this.#byNumber.get(number)
    if (subscription === undefined) return
    for (const subscriber of subscription.subscribers) this.#run(subscriber, subscription, message)
  }

  /** Hands a request to one subscriber of a subject, in turn. Returns whether there is one. */
  deliverToOne(number: number, message: BusMessage): boolean {
    const subscription = this.#byNumber.get(number)
    if (subscription === undefined) return false
    const { subscribers } = subscription
    this.#run(subscribers[subscription.turn++ % subscribers.length]!, subscription, message)
    return true
  }

  #create(subject: string): Subscription {
    const subscription = { subject, number: ++this.#lastNumber, subscribers: [], turn: 0 }
    this.#bySubject.set(subject, subscription)
    this.#byNumber.set(subscription.number, subscription)
    this.#options.onAdd(subscription.number, subject)
    return subscription
  }

  #remove({ number, subject }: Subscription): void {
    this.#bySubject.delete(subject)
    this.#byNumber.delete(number)
    this.#options.onRemove(number, subject)
  }

  #run(subscriber: Subscriber, { subject }: Subscription, message: BusMessage): void {
    // one subscriber may have ended another a moment ago
    if (subscriber.ended) return
    try {
      subscriber.onMessage(message)
    } catch (error) {
      this.#options.onError(error, subject)
    }
  }
}

interface Subscription {
  readonly subject: string
  readonly number: number
  /** Replaced, not changed, so that a delivery under way is not disturbed. */
  subscribers: readonly Subscriber[]
  /** Whose turn it is to be asked. */
  turn: number
}

interface Subscriber {
  readonly onMessage: OnMessage
  ended: boolean
}
