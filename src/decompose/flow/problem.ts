/** What the flow analysis finds that no output can mend. */
import type { AnyNode } from 'acorn'

/** What is called where an analysis gave up. */
export const TOO_MUCH_CODE = 'more code than is looked at'

/** Why a piece of code cannot be sharded, whatever it writes. */
export type ProblemCode =
  | 'unknown-call'
  | 'random'
  | 'clock'
  | 'side-effect'
  | 'generator'
  | 'locale'
  | 'accessor'
  | 'static'
  | 'unsupported'

export interface Problem {
  readonly code: ProblemCode
  readonly node: AnyNode
  readonly name: string
}
