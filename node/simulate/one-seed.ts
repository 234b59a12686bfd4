/** What every simulation tells, in the words of a sweep: one seed, what it broke, what happened to it, and how fast it was. */

export interface OneSeed {
  readonly seed: number
  readonly violations: readonly { readonly invariant: string; readonly message: string }[]
  /** What went wrong on purpose, by kind. */
  readonly faults: Readonly<Record<string, number>>
  /** Rules of the protocol that were used, and how often. */
  readonly covered: Readonly<Record<string, number>>
  readonly events: number
  /** Real time. */
  readonly tookMs: number
}

export function oneSeedReport({ seed, violations, faults, covered, events, tookMs }: OneSeed) {
  const seconds = Math.max(1e-3, tookMs / 1000)
  const replay = `npx shoal ${process.argv.slice(2).join(' ')}`
  return {
    seeds: 1,
    failed: violations.map(({ invariant, message }) => ({ seed, invariant, message, replay })),
    seedsPerSecond: rounded(1 / seconds),
    faults,
    covered,
    eventsPerSecond: rounded(events / seconds),
  }
}

/** How often each of these occurs. */
export function countsOf(names: Iterable<string>): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
