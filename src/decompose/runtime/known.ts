/** Object numbers for one shard on top of those that all shards of a family share. */

/** A map that adds to a base without changing it: the codec sees one table, the base stays as it was. */
export class LayeredNumbers extends Map<object, number> {
  readonly #base: ReadonlyMap<object, number>

  constructor(base: ReadonlyMap<object, number>) {
    super()
    this.#base = base
  }

  override get(object: object): number | undefined {
    return super.get(object) ?? this.#base.get(object)
  }

  override has(object: object): boolean {
    return super.has(object) || this.#base.has(object)
  }

  override get size(): number {
    return super.size + (this.#base?.size ?? 0)
  }

  /** Objects of this layer only, in the order of their numbers. */
  added(): object[] {
    return [...super.keys()]
  }
}
