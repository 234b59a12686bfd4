/** Best-so-far outputs: each shard finds its own best by numeric keys; the root puts it to the test of the loop. */
import type { BestMeta, OutputMeta } from '../codegen/meta.ts'

/** How generated code asks for what the root holds. */
export interface HeldBest {
  held(): unknown
  /** Nothing is held yet: whatever comes is taken. */
  unset(): boolean
}

/** What a shard found: the key and the values of all variables that go with it; null when it took nothing. */
export type BestPart = { readonly key: number; readonly values: readonly unknown[] } | null

/** The keys of a shard's own bests, by output. */
export class ShardBests {
  readonly #metas: readonly OutputMeta[]
  readonly #keys = new Map<number, number>()
  #asked = 0
  #taken = false

  constructor(metas: readonly OutputMeta[]) {
    this.#metas = metas
  }

  reset(): void {
    this.#keys.clear()
  }

  restore(output: number, key: number): void {
    this.#keys.set(output, key)
  }

  /**
   * What the loop's test would say if this shard's items were all there is.
   * @throws Error for a key that has no place in the order of numbers: then the loop itself decides.
   */
  beats(output: number, key: unknown): boolean {
    const best = this.#metas[output]?.best ?? null
    if (best === null || typeof key !== 'number') throw new Error('a key is no number')
    const held = this.#keys.get(output)
    // A NaN is never less, and so never taken, unless by the failure of a comparison or before anything is held.
    if (Number.isNaN(key) && (best.negated || best.mayBeUnset)) throw new Error('a key is NaN')
    this.#asked = key
    this.#taken = held === undefined ? !Number.isNaN(key) : isTaken(best, key, held)
    return this.#taken
  }

  /**
   * After the variables were set: asked again, they give the key they were chosen for.
   * @throws Error when they do not
   */
  holds(output: number, key: unknown, unset: unknown): void {
    if (!this.#taken) return
    this.#taken = false
    if (key !== this.#asked || unset) throw new Error('what is held does not have the key it was chosen for')
    this.#keys.set(output, this.#asked)
  }

  part(output: number, values: Readonly<Record<string, unknown>>): BestPart {
    const key = this.#keys.get(output)
    if (key === undefined) return null
    return { key, values: (this.#metas[output]?.best?.names ?? []).map((name) => values[name]) }
  }
}

/** Why what the root holds cannot be compared with what shards find, or null. */
export function objectionToHeld(best: HeldBest | undefined): string | null {
  if (best === undefined) return 'cannot be asked for'
  return best.unset() || typeof best.held() === 'number' ? null : 'has a key that is no number'
}

/** True when the loop would have taken the shard's best. */
export function takes(meta: OutputMeta, best: HeldBest | undefined, part: BestPart): part is NonNullable<BestPart> {
  if (part === null || meta.best === null || best === undefined) return false
  return best.unset() || isTaken(meta.best, part.key, Number(best.held()))
}

function isTaken({ operator, negated }: BestMeta, key: number, held: number): boolean {
  return compares(operator, key, held) !== negated
}

function compares(operator: BestMeta['operator'], key: number, held: number): boolean {
  switch (operator) {
    case '<':
      return key < held
    case '<=':
      return key <= held
    case '>':
      return key > held
    case '>=':
      return key >= held
  }
}
