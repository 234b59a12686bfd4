/** A number for every ordered pair of hubs: asked millions of times, so names are looked up, never joined. */

export class Pairs {
  readonly #ids = new Map<string, number>()
  readonly #rows: Float64Array[] = []

  get(from: string, to: string): number {
    return this.#rows[this.#id(from)]?.[this.#id(to)] ?? 0
  }

  set(from: string, to: string, value: number): void {
    const column = this.#id(to)
    const row = this.#row(this.#id(from), column)
    row[column] = value
  }

  clear(): void {
    for (const row of this.#rows) row.fill(0)
  }

  #id(name: string): number {
    const known = this.#ids.get(name)
    if (known !== undefined) return known
    const id = this.#ids.size
    this.#ids.set(name, id)
    this.#rows.push(new Float64Array(0))
    return id
  }

  #row(index: number, column: number): Float64Array {
    const row = this.#rows[index] ?? new Float64Array(0)
    if (column < row.length) return row
    const wider = new Float64Array(2 ** Math.ceil(Math.log2(Math.max(8, this.#ids.size, column + 1))))
    wider.set(row)
    this.#rows[index] = wider
    return wider
  }
}
