/** Sums of integers per key: exact in any grouping as long as nothing leaves the safe integers on the way. */
import type { OutputMeta } from '../codegen/meta.ts'
import { isCount, isSingle, objectionToKeys, SINGLE_MAX, TOO_LARGE } from './counts.ts'
import type { Live } from './live.ts'

/** What one shard's items add up to. */
export interface KeySums {
  /** Sums by key: a Map, an object, or an array. */
  readonly values: unknown
  /** What all addends are together, whatever their signs. */
  readonly reach: number
}

/** What the items of a shard add, by output. */
export class ShardSums {
  readonly #reach = new Map<number, number>()

  reset(): void {
    this.#reach.clear()
  }

  /**
   * Notes an addend, and gives it back.
   * @throws Error for one whose sum would depend on the order: then the loop itself adds
   */
  int(output: number, addend: unknown): unknown {
    const reach = (this.#reach.get(output) ?? 0) + Math.abs(addend as number)
    if (!isCount(addend) || reach > Number.MAX_SAFE_INTEGER) throw new Error('what is added is no integer')
    this.#reach.set(output, reach)
    return addend
  }

  /** The values of all outputs as they travel. */
  parts(outputs: readonly unknown[], metas: readonly OutputMeta[]): unknown[] {
    return outputs.map((values, index) => {
      if (!isKeySum(metas[index])) return values
      const part: KeySums = { values, reach: this.#reach.get(index) ?? 0 }
      return part
    })
  }

  /** The values of all outputs as they were when they were made to travel. */
  restore(parts: readonly unknown[], metas: readonly OutputMeta[]): unknown[] {
    return parts.map((part, index) => {
      if (!isKeySum(metas[index])) return part
      const { values, reach } = part as KeySums
      this.#reach.set(index, reach)
      return values
    })
  }
}

function isKeySum(meta: OutputMeta | undefined): boolean {
  return meta?.how === 'sumMap' || meta?.how === 'sumKeys'
}

/** Why the sums of all shards cannot be added exactly, or null. */
export function objectionToKeySums({ value, stand }: Live, parts: readonly KeySums[]): string | null {
  let span = 0
  let largest = 0
  for (const { values, reach } of parts) {
    const objection = values instanceof Map ? null : objectionToKeys(stand, value, values as Record<string, unknown>)
    if (objection !== null) return objection
    let most = 0
    for (const [key, sum] of entriesOf(values)) {
      const held = heldUnder(value, key)
      if (!Number.isSafeInteger(sum) || !isCount(held)) return 'what is added to is no integer'
      most = Math.max(most, Math.abs(Number(sum)))
      largest = Math.max(largest, Math.abs(held))
    }
    // Counts beside the sums are what is left of a value without them: no more than the two together.
    span += 2 * reach + most
  }
  if (isSingle(stand)) return largest + span <= SINGLE_MAX ? null : TOO_LARGE
  return largest + span <= Number.MAX_SAFE_INTEGER ? null : 'sums leave the safe integers'
}

function entriesOf(values: unknown): Iterable<readonly [unknown, unknown]> {
  return values instanceof Map ? values : Object.entries(values as object)
}

/** What the live container has under a key; 0 for nothing. */
function heldUnder(value: unknown, key: unknown): unknown {
  if (value instanceof Map) return value.has(key) ? value.get(key) : 0
  return Object.hasOwn(value as object, key as string) ? Reflect.get(value as object, key as string) : 0
}
