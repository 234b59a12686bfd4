/** An AbortSignal for isolates, where there is none: enough for code that asks or listens. */

export class GuestSignal {
  aborted = false
  reason: unknown = undefined
  onabort: (() => void) | null = null
  readonly #listeners = new Set<() => void>()

  addEventListener(_type: string, listener: () => void): void {
    this.#listeners.add(listener)
  }

  removeEventListener(_type: string, listener: () => void): void {
    this.#listeners.delete(listener)
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason
  }

  /** Called by the slot alone. */
  abort(): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = Object.assign(new Error('This operation was aborted'), { name: 'AbortError' })
    this.onabort?.()
    for (const listener of this.#listeners) listener()
  }
}
