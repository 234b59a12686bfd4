/** Runs workflows inside a slot: shards burn the CPU time of their node, the root spawns the whole graph at once. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { encodeOutcome } from '../../execute/codec/outcome.ts'
import { decomposeLimits } from '../../limits.ts'
import { decodeWorkflow, type Workflow } from '../workflow.ts'
import type { LoadedProgram, RootCall, RuntimeHost, ShardCall } from './contract.ts'

const STATE_BYTES = 8
/** Between two looks at cancellation and checkpoints: the slot must stay able to hear. */
const TURN_MS = 10

/** The program of a workflow, or null when the bytes are something else. */
export function loadWorkflow(bytes: Uint8Array): LoadedProgram | null {
  const workflow = decodeWorkflow(bytes)
  if (workflow === null) return null
  return {
    runShard: (call, host) => runNode(workflow, call, host),
    runRoot: (call) => runGraph(workflow, call),
  }
}

async function runNode(workflow: Workflow, call: ShardCall, host: RuntimeHost): Promise<Uint8Array> {
  const { index, restored } = call.work
  const workMs = workflow.workMs[index] ?? 0
  let burnedMs = restored === null ? 0 : readState(restored)
  while (burnedMs < workMs) {
    burnedMs += burn(Math.min(TURN_MS, workMs - burnedMs))
    if (host.checkpointDue()) host.checkpoint(Math.floor(burnedMs), writeState(burnedMs))
    host.progress(Math.min(1, burnedMs / workMs))
    await nextTurn()
  }
  const output = new Uint8Array(workflow.outputBytes[index] ?? 0).fill(index & 255)
  return encodeOutcome({ kind: 'value', value: output })
}

async function runGraph(workflow: Workflow, call: RootCall): Promise<Uint8Array> {
  const nodes = workflow.workMs.length
  const outcomes = await call.spawn({
    sequence: 1,
    spot: 0,
    cut: { items: nodes, starts: Array.from({ length: nodes }, (_, index) => index) },
    shared: null,
    slices: [],
    workMs: workflow.workMs.map((ms) => Math.max(0.001, ms)),
    edges: workflow.edges.map(([from, to, bytes]) => ({ sequence: 1, from, to, bytes })),
  })
  const outputBytes = workflow.outputBytes.reduce((sum, bytes) => sum + bytes, 0)
  return encodeOutcome({ kind: 'value', value: { name: workflow.name, tasks: outcomes.length, outputBytes } })
}

/** Uses `ms` milliseconds of CPU time of this process; returns what it used. */
function burn(ms: number): number {
  const before = process.cpuUsage()
  for (;;) {
    let sum = 0
    for (let i = 0; i < decomposeLimits.workflowRounds; i++) sum += Math.sqrt(i)
    if (sum < 0) return 0
    const { user, system } = process.cpuUsage(before)
    if (user + system >= ms * 1000) return (user + system) / 1000
  }
}

function writeState(burnedMs: number): Uint8Array {
  const bytes = new Uint8Array(STATE_BYTES)
  new DataView(bytes.buffer).setFloat64(0, burnedMs)
  return bytes
}

function readState(bytes: Uint8Array): number {
  return bytes.byteLength === STATE_BYTES ? new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0) : 0
}
