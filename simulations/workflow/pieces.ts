/** Executions of nodes, each from a share of the work to another: what a checkpoint carried on was not wasted. */
import type { Execution } from './central.ts'
import type { Dag } from './dag.ts'
import { executionEnd, trueWork, type WorkflowWorld } from './world.ts'

/** One execution while it goes on. */
export interface Piece {
  readonly id: number
  readonly node: number
  readonly machine: number
  /** Seconds. */
  readonly start: number
  /** Share of the node's work that its checkpoint spared it. */
  readonly from: number
  /** The execution that took the checkpoint. */
  readonly basedOn: Piece | null
}

/** What a checkpoint of a simulated node holds. */
export interface SavedState {
  readonly share: number
  readonly piece: Piece
}

export class Pieces {
  readonly executions: Execution[] = []
  readonly #world: WorkflowWorld
  readonly #dag: Dag
  readonly #ended: { readonly piece: Piece; readonly end: number; readonly committed: boolean }[] = []
  #count = 0

  constructor(world: WorkflowWorld, dag: Dag) {
    this.#world = world
    this.#dag = dag
  }

  begin(node: number, machine: number, start: number, saved: SavedState | null): Piece {
    const from = saved?.share ?? 0
    return { id: this.#count++, node, machine, start, from, basedOn: saved?.piece ?? null }
  }

  end(piece: Piece, end: number, committed: boolean): void {
    const { node, machine, start, from } = piece
    this.#ended.push({ piece, end, committed })
    const resumed = from > 0 ? { from } : {}
    this.executions.push({ task: node, hub: machine, start, end, committed, ...resumed })
  }

  /** Machine time that no result rests on, over that on which all results rest. */
  wasted(): number {
    const useful = new Map<Piece, number>()
    for (const { piece, end, committed } of this.#ended) {
      if (!committed) continue
      useful.set(piece, end - piece.start)
      for (let resumed = piece; resumed.basedOn !== null; resumed = resumed.basedOn) {
        const known = useful.get(resumed.basedOn) ?? 0
        useful.set(
          resumed.basedOn,
          Math.max(known, this.#reached(resumed.basedOn, resumed.from) - resumed.basedOn.start),
        )
      }
    }
    const all = this.#ended.reduce((sum, { piece, end }) => sum + end - piece.start, 0)
    const used = [...useful.values()].reduce((sum, seconds) => sum + seconds, 0)
    return used > 0 ? Math.max(0, all - used) / used : 0
  }

  #reached({ node, machine, start, from }: Piece, share: number): number {
    const work = trueWork(this.#world, this.#dag, node, machine) * Math.max(0, share - from)
    return executionEnd(this.#world, machine, start, work)
  }
}
