/** Why a loop's state is not kept while it runs: reason codes, and one sentence for people. */

/** Reason codes of the `checkpoint` part of `shoal explain`. */
export type KeepReason =
  | 'inner'
  | 'short'
  | 'in-shards'
  | 'nested-function'
  | 'generator'
  | 'concurrent'
  | 'cooperative'
  | 'iterator'
  | 'closure'
  | 'promise'
  | 'handle'
  | 'class'
  | 'hidden-state'
  | 'unsupported'

export interface KeepObstacle {
  readonly reason: KeepReason
  readonly name: string
  readonly line: number
}

const SENTENCES: Record<KeepReason, (name: string, line: number) => string> = {
  inner: (_name, line) => `the state is kept by the loops around it (line ${line})`,
  short: () => 'its passes are over sooner than a look at them',
  'in-shards': (name) => `${name} also runs within shards, so nobody can tell how often it has run`,
  'nested-function': (name) => `is inside ${name}, which cannot be entered again in the middle`,
  generator: (name) => `${name} runs in steps between other code`,
  concurrent: (name, line) => `${name} runs concurrently with other code (line ${line})`,
  cooperative: (name, line) => `the function keeps its own state by ctx.${name} (line ${line})`,
  iterator: (name, line) => `${name} is an iterator, whose place is not known (line ${line})`,
  closure: (name, line) => `${name} is or holds a function, which may have a memory of its own (line ${line})`,
  promise: (name, line) => `${name} is a promise (line ${line})`,
  handle: (name, line) => `${name} is bound to this process (line ${line})`,
  class: (name, line) => `${name} is of a class with parts that cannot be read from outside (line ${line})`,
  'hidden-state': (name, line) => `changes ${name}, which is no variable (line ${line})`,
  unsupported: (name, line) => `uses ${name} (line ${line})`,
}

/** All reason codes. */
export const keepReasonCodes: readonly string[] = Object.keys(SENTENCES)

export function keepSentence({ reason, name, line }: KeepObstacle): string {
  return `no checkpoints: ${SENTENCES[reason](name, line)}`
}
