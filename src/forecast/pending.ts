/** Forecasts that wait for their outcome: one per sample, due a fixed number of samples later. */

export class PendingForecasts<Said> {
  readonly #horizon: number
  readonly #said: Said[] = []

  /** @param horizon samples between a forecast and its outcome. */
  constructor(horizon: number) {
    this.#horizon = horizon
  }

  /** The forecast whose outcome has just arrived; undefined while none is old enough. Call once per sample, before `add`. */
  due(): Said | undefined {
    return this.#said.length < this.#horizon ? undefined : this.#said.shift()
  }

  /** What is said at this sample. */
  add(said: Said): void {
    this.#said.push(said)
  }
}
