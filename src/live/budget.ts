/** How often each sender may be listened to: a bucket of tokens for each, and one for all of them together. */
import { setLatest } from '../execute/latest.ts'

export interface BudgetInit {
  /** What a sender may do at once, and how much of it comes back in a second. */
  readonly burst: number
  readonly perSecond: number
  /** How deep in debt a sender may be; by default what it may do at once. */
  readonly debtMax?: number
  /** The same for all senders together: made-up addresses share it. */
  readonly burstAll: number
  readonly perSecondAll: number
  /** Senders remembered; the one that was quiet for the longest goes first. */
  readonly sendersMax: number
  readonly nowMs: () => number
}

interface Bucket {
  tokens: number
  atMs: number
}

export class Budget {
  readonly #init: BudgetInit
  readonly #senders = new Map<string, Bucket>()
  readonly #all: Bucket

  constructor(init: BudgetInit) {
    this.#init = init
    this.#all = { tokens: init.burstAll, atMs: init.nowMs() }
  }

  /** Whether one more thing of this sender is within its budget, which it then uses up. */
  take(sender: string): boolean {
    const { burst, perSecond, burstAll, perSecondAll } = this.#init
    const bucket = this.#bucketOf(sender)
    this.#refill(bucket, burst, perSecond)
    this.#refill(this.#all, burstAll, perSecondAll)
    if (bucket.tokens < 1 || this.#all.tokens < 1) return false
    bucket.tokens--
    this.#all.tokens--
    return true
  }

  /** Takes so much more from a sender, down to the deepest debt; less than nothing gives back. */
  charge(sender: string, tokens: number): void {
    const { burst, perSecond, debtMax = burst } = this.#init
    const bucket = this.#bucketOf(sender)
    this.#refill(bucket, burst, perSecond)
    bucket.tokens = Math.min(burst, Math.max(-debtMax, bucket.tokens - tokens))
  }

  #bucketOf(sender: string): Bucket {
    const bucket = this.#senders.get(sender) ?? { tokens: this.#init.burst, atMs: this.#init.nowMs() }
    setLatest(this.#senders, sender, bucket, this.#init.sendersMax)
    return bucket
  }

  #refill(bucket: Bucket, burst: number, perSecond: number): void {
    const nowMs = this.#init.nowMs()
    bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) * perSecond) / 1000)
    bucket.atMs = nowMs
  }
}
