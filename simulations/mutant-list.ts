/** The planted bugs: each is a small, plausible mistake in one place. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of source text.

export interface Mutant {
  readonly name: string
  readonly file: string
  /** Occurs exactly once in the file. */
  readonly find: string
  readonly replace: string
  /** The sweep that has to catch it, where the usual one seldom comes that way. */
  readonly hubs?: number
  readonly shards?: number
  readonly faults?: string
  /** What the ledgers of the sweep are made of; mixed, if not given. */
  readonly ledger?: string
  /** Part of the short run. */
  readonly isQuick?: boolean
}

export const mutants: readonly Mutant[] = [
  {
    name: 'the last result wins',
    file: 'src/ledger/join-results.ts',
    find: 'if (held !== undefined && !this.#precedes(candidate, held)) return false',
    replace: '',
    isQuick: true,
  },
  {
    name: 'the last claim wins',
    file: 'src/ledger/join-claims.ts',
    find: 'if (!this.#wins(row, authorId, reasonId, rank, record)) return false',
    replace: '',
  },
  {
    name: 'the next claim does not raise the epoch',
    file: 'src/hub/job.ts',
    find: 'return view.epochMax(shard) + 1',
    replace: 'return Math.max(0, view.epochMax(shard))',
  },
  {
    name: 'a later life of a hub writes on in the log of the former',
    file: 'simulations/kernel/sim-hub.ts',
    find: 'this.boot = `${id}.${life.boot}`',
    replace: 'this.boot = id',
  },
  {
    name: 'claims of a silent hub hold',
    file: 'src/hub/membership.ts',
    find: "if (member === undefined || member.state !== 'alive') return true",
    replace: 'if (member === undefined) return true',
    isQuick: true,
  },
  {
    name: 'claims of an earlier life hold',
    file: 'src/hub/membership.ts',
    find: 'return member.boot !== boot && (member.beacon !== null || hub === this.#self)',
    replace: 'return false',
  },
  {
    name: 'a result is recorded before a second hub has it',
    file: 'src/hub/results.ts',
    find: "if (results.ref.kind === 'inline' || !replicate(state, state.job(run.job), results.ref.cid)) {",
    replace: 'if (run !== null) {',
  },
  {
    name: 'a failed copy is not tried again',
    file: 'src/hub/results.ts',
    find: 'if (mayRetry && replicate(state, job, cid)) {',
    replace: 'if (mayRetry && replicate(state, job, cid) && tries < 0) {',
  },
  {
    name: 'a root is given its results again and again',
    file: 'src/hub/root.ts',
    find: '    delivered[end] = 1\n',
    replace: '',
    isQuick: true,
  },
  {
    name: 'nobody has patience',
    file: 'src/hub/evaluate.ts',
    find: 'return state.idleSinceMs !== null && state.nowMs - state.idleSinceMs >= times * patienceMs(plan)',
    replace: 'return state.idleSinceMs === null && times * patienceMs(plan) < 0',
  },
  {
    name: 'a shard starts before its parents are done',
    file: 'src/hub/ready-set.ts',
    find: 'return parents.every((edge) => job.view.families.get(edge.family)?.isDone(edge.from) === true)',
    replace: 'return parents.length >= 0',
    isQuick: true,
  },
  {
    name: 'a shard resumes from its neighbour’s checkpoint',
    file: 'src/hub/claims.ts',
    find: 'restored: usableCheckpoint(job, view, index)?.ref ?? null,',
    replace: 'restored: usableCheckpoint(job, view, run.lo)?.ref ?? null,',
  },
  {
    name: 'a cancelled job keeps its queued runs',
    file: 'src/hub/records.ts',
    find: 'else state.runs.delete(run.id)',
    replace: '',
    isQuick: true,
  },
  {
    name: 'one lost slot makes a shard poison',
    file: 'src/limits.ts',
    find: 'poisonHubsMax: 3,',
    replace: 'poisonHubsMax: 1,',
  },
  {
    name: 'a poison shard is tried for ever',
    file: 'src/hub/execution.ts',
    find: '  condemn(state, job, run, shard, end.detail)\n',
    replace: '',
  },
  {
    name: 'a lost slot is not recorded',
    file: 'src/hub/execution.ts',
    find: "  writeClaim(state, run, 'failed', shard, shard + 1, end.kind)\n",
    replace: '',
  },
  {
    name: 'a drain is never told to be over',
    file: 'src/hub/leave.ts',
    find: 'if (state.runs.size > 0 || state.pendingDone.size > 0) return',
    replace: 'if (state.runs.size >= 0) return',
  },
  {
    name: 'nothing is forgotten when a job ends',
    file: 'src/hub/records.ts',
    find: '  forgetWork(state, job)\n',
    replace: '',
  },
  {
    name: 'no anti-entropy',
    file: 'src/hub/hub.ts',
    find: "if (peer !== undefined) state.effect({ type: 'sync', peer: peer.hub })",
    replace: '',
  },
  {
    name: 'lost results are never re-opened',
    file: 'src/hub/recovery.ts',
    find: 'if (!isDead && !isGivenUp(state, job, `${family}:${shard}`)) return',
    replace: 'if (!isDead || isGivenUp(state, job, `${family}:${shard}`)) return',
  },
  {
    name: 'a result that living hubs have lost is asked for without end',
    file: 'src/hub/recovery.ts',
    find: 'return miss.times >= recovery.missesMax && state.nowMs - miss.sinceMs >= recovery.missingForMs',
    replace: 'return miss.times < 0',
  },
  {
    name: 'a lost checkpoint is asked for again and again',
    faults: 'lost-blobs,crash',
    hubs: 4,
    file: 'src/hub/recovery.ts',
    find: '    job.lostCheckpoints.add(checkpoint.cid)\n    return true\n',
    replace: '    return false\n',
  },
  {
    name: 'a lost result of a parent stays lost',
    faults: 'lost-blobs',
    hubs: 3,
    shards: 100,
    file: 'src/hub/recovery.ts',
    find: '      reopenLost(state, job, parent, edge.from)\n',
    replace: '',
  },
  {
    name: 'a result that a child missed is owed to the root again',
    faults: 'lost-blobs',
    hubs: 3,
    shards: 100,
    file: 'src/hub/recovery.ts',
    find: '      reopenLost(state, job, parent, edge.from)\n',
    replace: '      resultsUnavailable(state, job.id, edge.family, edge.from, edge.from + 1)\n',
  },
  {
    name: 'lost inputs of a family stay lost',
    faults: 'lost-blobs',
    hubs: 3,
    shards: 100,
    file: 'src/hub/recovery.ts',
    find: 'if (isInput && job.blobsHere && isGivenUp(state, job, run.family)) replayRoot(state, job, run.family)',
    replace: '',
  },
  {
    name: 'overtaken runs go on',
    faults: 'none',
    file: 'src/hub/lost-claims.ts',
    find: 'return claim.epoch < run.epoch || state.members.isVoid(claim.hub, claim.boot)',
    replace: 'return true',
  },
  {
    name: 'shards that were lent and never claimed stay lent',
    file: 'src/hub/lending.ts',
    find: "  for (const { lo, hi } of held) writeClaim(state, lent.run, 'released', lo, hi, 'steal-unclaimed')\n",
    replace: '',
  },
  {
    name: 'a shard that moved goes on at its former hub',
    faults: 'load',
    file: 'src/hub/migration.ts',
    find: "  state.effect({ type: 'stop-run', run: run.id })\n",
    replace: '',
  },
  {
    name: 'a result bears no epoch of its claim',
    file: 'src/hub/results.ts',
    find: '    epoch: run.epoch,\n    cost: run.cost,\n    ref,\n    holders,',
    replace: '    epoch: 0,\n    cost: run.cost,\n    ref,\n    holders,',
    isQuick: true,
  },
  {
    name: 'a claim takes the highest epoch that it knows of',
    file: 'src/hub/claims.ts',
    find: 'epoch = Math.max(epoch, nextEpoch(view, shard))',
    replace: 'epoch = Math.max(epoch, nextEpoch(view, shard) - 1)',
  },
  {
    name: 'strangers may write',
    faults: 'stranger',
    ledger: 'yjs',
    file: 'src/ledger/guard.ts',
    find: '  if (!context.admits(hub)) throw refused(`${hub} is no member`)\n',
    replace: '',
    isQuick: true,
  },
  {
    name: 'onlookers may write results',
    faults: 'observer',
    ledger: 'yjs',
    file: 'src/ledger/guard.ts',
    find: '  checkRoles(binding.hub, records, context)\n',
    replace: '',
    isQuick: true,
  },
]
