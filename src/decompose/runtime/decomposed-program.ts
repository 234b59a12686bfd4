/** A decomposed program in a slot: its shards and its root, each module text evaluated once. */
import { ShoalError } from '../../errors.ts'
import { decomposeLimits } from '../../limits.ts'
import type { Program } from '../../program/program.ts'
import { Registry } from './compile.ts'
import type { LoadedProgram, RuntimeHost } from './contract.ts'
import { builtinsPatched } from './fingerprint.ts'
import { runRefShard } from './refs/ref-shard.ts'
import { runRoot } from './root.ts'
import { runShard } from './shard.ts'
import { type DecodedShared, decodeShared } from './shared.ts'
import { compiledText } from './texts.ts'

/** A chunk module, evaluated. */
interface LoadedChunk {
  readonly registry: Registry
  readonly shared: WeakMap<Uint8Array, DecodedShared>
}

export function loadDecomposed(program: Pick<Program, 'file' | 'main' | 'chunks'>): LoadedProgram {
  const chunks = new Map<number, Promise<LoadedChunk>>()

  const chunkOf = (spot: number): Promise<LoadedChunk> => {
    const held = chunks.get(spot)
    if (held !== undefined) return held
    const loading = loadChunk(program.chunks.find((chunk) => chunk.spot === spot)?.code, program.file)
    chunks.set(spot, loading)
    return loading
  }

  const loaded: LoadedProgram = {
    async runShard(call, host) {
      checkBuiltins(host)
      const chunk = await chunkOf(call.spot)
      if (chunk.registry.metas.get(call.spot)?.kind === 'ref') return runRefShard(call, host, chunk.registry, program)
      return runShard(call, host, chunk.registry, program, sharedOf(chunk, call.shared))
    },
    runRoot: (call, host) => runRoot(program, call, host),
  }
  return loaded
}

let builtinsCheckedMs = Number.NEGATIVE_INFINITY

/** Iterations that were proved pure patch nothing, so one look per stretch of shards is enough to notice an earlier job's doing. */
function checkBuiltins(host: RuntimeHost): void {
  const nowMs = host.nowMs()
  if (nowMs - builtinsCheckedMs < decomposeLimits.builtinsCheckMs) return
  if (builtinsPatched()) throw new Error('this slot has patched builtins: an earlier job changed them')
  builtinsCheckedMs = nowMs
}

async function loadChunk(code: string | undefined, file: string): Promise<LoadedChunk> {
  if (code === undefined) {
    throw new ShoalError('SHOAL_VALUE_CORRUPT', 'the program has no chunk for this spot', {
      next: 'submit the job again from its source',
    })
  }
  const registry = new Registry()
  await compiledText(code, file)(registry)
  return { registry, shared: new WeakMap() }
}

/** Shards of one family read the same bytes object; iterations leave its value as it is. */
function sharedOf(chunk: LoadedChunk, bytes: Uint8Array | null): DecodedShared {
  if (bytes === null) return decodeShared(null, chunk.registry)
  const held = chunk.shared.get(bytes)
  if (held !== undefined) return held
  const decoded = decodeShared(bytes, chunk.registry)
  chunk.shared.set(bytes, decoded)
  return decoded
}
