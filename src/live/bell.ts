/** Wakes the one who waits; a ring that nobody waited for is heard at once. */
export class Bell {
  #isRung = false
  #wake: (() => void) | null = null

  ring(): void {
    this.#isRung = true
    this.#wake?.()
  }

  /** Resolves when it rings, or after so long. */
  async rung(withinMs: number): Promise<void> {
    if (!this.#isRung) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = Number.isFinite(withinMs) ? setTimeout(resolve, withinMs) : undefined
      this.#wake = resolve
      await promise
      clearTimeout(timer)
      this.#wake = null
    }
    this.#isRung = false
  }
}
