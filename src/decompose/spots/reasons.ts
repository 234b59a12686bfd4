/** Why a spot stays in order: reason codes, and one sentence for people that names line and variable. */

/** Reason codes of `shoal explain`. */
export type Reason =
  | 'carried-dependency'
  | 'mutated-capture'
  | 'fp-order'
  | 'alias'
  | 'early-exit'
  | 'sort'
  | 'unknown-call'
  | 'random'
  | 'clock'
  | 'side-effect'
  | 'generator'
  | 'locale'
  | 'accessor'
  | 'async-order'
  | 'host'
  | 'unsupported'
  | 'user'

/** An obstacle: what keeps a spot in order. */
export interface Obstacle {
  readonly reason: Reason
  readonly name: string
  readonly line: number
}

const SENTENCES: Record<Reason, (name: string, line: number) => string> = {
  'carried-dependency': (name, line) => `each step needs ${name} as the step before left it (line ${line})`,
  'mutated-capture': (name, line) => `changes ${name}, which outlives one iteration (line ${line})`,
  'fp-order': (name, line) => `sums into ${name}; floating-point sums depend on their order (line ${line})`,
  alias: (name, line) => `writes ${name}, which may be reachable by a second name (line ${line})`,
  'early-exit': (name, line) => `${name} ends it early, so later iterations may not run (line ${line})`,
  sort: (name, line) => `${name} compares across all elements (line ${line})`,
  'unknown-call': (name, line) => `calls ${name}, whose effects are not known (line ${line})`,
  random: (name, line) => `draws from ${name}, one stream for all iterations (line ${line})`,
  clock: (name, line) => `reads the clock by ${name} (line ${line})`,
  'side-effect': (name, line) => `${name} reaches outside the function (line ${line})`,
  generator: (name, line) => `${name} runs in steps between other code (line ${line})`,
  locale: (name, line) => `${name} depends on the machine's locale or time zone (line ${line})`,
  accessor: (name, line) => `${name} may run code when a property is used: it is in line ${line}`,
  'async-order': (name, line) => `${name} runs concurrently with other code (line ${line})`,
  host: (name, line) => `is inside ${name}, which cannot wait for shards (line ${line})`,
  unsupported: (name, line) => `uses ${name}, which cannot be moved to another machine (line ${line})`,
  user: (_name, line) => `marked to stay sequential (line ${line})`,
}

/** All reason codes. */
export const reasonCodes: readonly string[] = Object.keys(SENTENCES)

export function sentence(obstacle: Obstacle): string {
  return `kept in order: ${SENTENCES[obstacle.reason](obstacle.name, obstacle.line)}`
}
