/** How benchmarks report: one JSON line per figure with median, minimum, maximum and count. */

export interface Figure {
  readonly bench: string
  readonly unit: string
  readonly median: number
  readonly min: number
  readonly max: number
  readonly n: number
}

/** Prints a figure from its samples. */
export function report(bench: string, unit: string, samples: readonly number[], extra: object = {}): Figure {
  const sorted = [...samples].sort((a, b) => a - b)
  const figure = {
    bench,
    unit,
    median: rounded(quantile(sorted, 0.5)),
    min: rounded(sorted[0] ?? Number.NaN),
    max: rounded(sorted.at(-1) ?? Number.NaN),
    n: sorted.length,
    ...extra,
  }
  process.stdout.write(`${JSON.stringify(figure)}\n`)
  return figure
}

/** The value below which a share of the sorted samples lies. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

/** Of samples in any order. */
export function median(samples: readonly number[]): number {
  return quantile(
    [...samples].sort((a, b) => a - b),
    0.5,
  )
}

/** Runs `measure` `rounds` times in turn. */
export async function sample(rounds: number, measure: (round: number) => Promise<number>): Promise<number[]> {
  const samples: number[] = []
  for (let round = 0; round < rounds; round++) samples.push(await measure(round))
  return samples
}

function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
