/** Roots on a simulated machine: they spawn their families in turn, wait for all results, and fold them to the job's value. */
import type { Effect } from '../../src/hub/effect.ts'
import type { RunId } from '../../src/hub/input.ts'
import { ROOT_FAMILY } from '../../src/program/family.ts'
import type { Ref } from '../../src/program/ref.ts'
import type { SimHub } from './sim-hub.ts'
import { rootValue, type SimFamily, type SimJob } from './workload.ts'
import type { SimWorld } from './world.ts'

type Deliver = Extract<Effect, { type: 'deliver' }>
type StartRoot = Extract<Effect, { type: 'start-root' }>

/** Speed-1 milliseconds of a root's own code between two checkpoints. */
const PART_MS = 250

interface Root {
  readonly run: RunId
  readonly job: SimJob
  family: number
  values: Map<number, string>
  readonly folded: string[][]
  /** Deliveries on their way or done: a hub owes each result once. */
  readonly owed: Set<string>
  /** Speed-1 milliseconds of its own code that it has behind it. */
  doneMs: number
}

export class SimRoots {
  readonly #world: SimWorld
  readonly #hub: SimHub
  readonly #roots = new Map<RunId, Root>()

  constructor(world: SimWorld, hub: SimHub) {
    this.#world = world
    this.#hub = hub
  }

  start({ run, job: id, restored, previous }: StartRoot): void {
    const job = this.#world.jobs.get(id)
    if (job === undefined) return
    this.#hub.note('root', { job: id, detail: 'starts' })
    const root: Root = { run, job, family: -1, values: new Map(), folded: [], owed: new Set(), doneMs: 0 }
    this.#roots.set(run, root)
    if (this.#world.rootGoesDown()) {
      this.#world.events.after(3, () => this.#hub.whenAwake(() => this.#goDown(root)))
      return
    }
    this.#restore(
      root,
      [restored, previous].filter((ref) => ref !== null),
    )
  }

  /** Returns whether the run was a root. */
  stop(run: RunId): boolean {
    if (!this.#roots.delete(run)) return false
    this.#world.events.after(0, () => this.#hub.input({ type: 'ended', run, end: { kind: 'cancelled' } }))
    return true
  }

  deliver(effect: Deliver): void {
    const root = this.#roots.get(effect.run)
    const family = root?.job.families.find((one) => one.spec.sequence === effect.sequence)
    if (root === undefined || family === undefined) return
    for (let shard = effect.lo; shard < effect.hi; shard++) {
      const key = `${effect.sequence}:${shard}`
      if (root.owed.has(key)) this.#world.broken('I1', `${root.job.id}/${family.spec.key}:${shard} was delivered twice`)
      root.owed.add(key)
    }
    this.#world.blobs.read(this.#hub, effect.ref, (values) => {
      if (this.#roots.get(effect.run) !== root) return
      if (values === null) this.#unavailable(root, family, effect)
      else this.#delivered(root, family, effect, values)
    })
  }

  #unavailable(root: Root, family: SimFamily, effect: Deliver): void {
    const { lo, hi, sequence } = effect
    for (let shard = lo; shard < hi; shard++) root.owed.delete(`${sequence}:${shard}`)
    this.#hub.input({ type: 'unavailable', job: root.job.id, family: family.spec.key, lo, hi })
  }

  #delivered(root: Root, family: SimFamily, effect: Deliver, values: readonly string[]): void {
    const { lo, hi, offset } = effect
    if (root.job.families[root.family] !== family) return
    for (let shard = lo; shard < hi; shard++) {
      const value = values[offset + shard - lo]
      this.#world.checkValue(root.job, family, shard, value ?? 'nothing')
      root.values.set(shard, value ?? 'nothing')
    }
    const shards = family.spec.cut.starts.length
    if (root.values.size < shards) return
    root.folded.push(Array.from({ length: shards }, (_, shard) => root.values.get(shard) ?? ''))
    this.#hub.input({ type: 'root-computes', run: root.run, computes: true })
    this.#later(root, () => this.#spawnNext(root))
  }

  /** Goes on from the newest state that can be had. */
  #restore(root: Root, [ref, ...older]: readonly Ref[]): void {
    if (ref === undefined) return this.#compute(root)
    const goOn = (isHere: boolean): void => {
      if (this.#roots.get(root.run) !== root) return
      if (!isHere) return this.#restore(root, older)
      root.doneMs = this.#world.blobs.progressOf(ref, checkpointName(root))
      this.#compute(root)
    }
    if (ref.kind === 'inline') goOn(true)
    else this.#world.blobs.fetch(this.#hub, ref.cid, goOn)
  }

  /** Its own code, in parts with a checkpoint after each. */
  #compute(root: Root): void {
    const partMs = Math.min(PART_MS, root.job.rootMs - root.doneMs)
    const goOn = (): void => {
      root.doneMs += partMs
      if (root.doneMs >= root.job.rootMs) return this.#spawnNext(root)
      this.#checkpoint(root)
      this.#compute(root)
    }
    this.#later(root, goOn, this.#hub.takesMs(partMs))
  }

  #checkpoint({ run, doneMs, ...root }: Root): void {
    const ref = this.#world.blobs.storeCheckpoint(this.#hub, checkpointName(root), doneMs)
    if (ref !== null) this.#hub.input({ type: 'checkpoint', run, shard: 0, progress: doneMs, ref })
  }

  #spawnNext(root: Root): void {
    root.family++
    root.values = new Map()
    const family = root.job.families[root.family]
    if (family === undefined) return this.#finish(root)
    const isStored = family.spec.slices.every(({ ref }) => ref.kind === 'inline' || this.#hub.disk.keep(ref.cid))
    // As in the shell of a live hub: a root whose inputs find no room is stopped.
    if (!isStored) return void this.stop(root.run)
    if (this.#hub.diesAt('root')) return
    this.#hub.input({ type: 'root-computes', run: root.run, computes: false })
    this.#hub.input({ type: 'spawned', run: root.run, spec: family.spec })
  }

  #finish(root: Root): void {
    this.#roots.delete(root.run)
    const value = rootValue(root.folded)
    this.#hub.note('root', { job: root.job.id, detail: value })
    this.#world.executed(this.#hub, root.job.id, ROOT_FAMILY, 0)
    const ref = this.#world.blobs.inline([value])
    this.#hub.input({ type: 'results', run: root.run, lo: 0, hi: 1, ref, busyMs: 0 })
    this.#hub.input({ type: 'ended', run: root.run, end: { kind: 'complete' } })
  }

  #goDown(root: Root): void {
    if (!this.#roots.delete(root.run)) return
    this.#hub.note('slot-lost', { job: root.job.id, family: ROOT_FAMILY, lo: 0 })
    this.#hub.input({ type: 'ended', run: root.run, end: this.#world.slotEnd() })
  }

  /** The root's sequential code takes a moment. */
  #later(root: Root, run: () => void, workMs = 0): void {
    this.#world.events.after(1 + workMs, () =>
      this.#hub.whenAwake(() => {
        if (this.#roots.get(root.run) === root) run()
      }),
    )
  }
}

function checkpointName({ job }: Pick<Root, 'job'>): string {
  return `${job.id}/${ROOT_FAMILY}:0`
}
