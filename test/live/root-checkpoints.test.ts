/** From which checkpoint a root goes on: the newest that is there and fits, else the one before, else none. */
import { expect, test } from 'vitest'
import { sealCheckpoint } from '../../src/execute/checkpoint.ts'
import type { RootRequest } from '../../src/execute/slots.ts'
import { RootShell } from '../../src/live/root-shell.ts'
import type { ShellComponents } from '../../src/live/run-shell.ts'
import type { Ref } from '../../src/program/ref.ts'

const job = 'job'
const program = 'program-key'
const blob = (cid: string): Ref => ({ kind: 'blob', cid, size: 1 })
const sealed = (of: string, state: number): Uint8Array =>
  sealCheckpoint({ job: of, program, spot: -1 }, new Uint8Array([state]))

/** The last byte of the state that the slot is given. */
async function restoredFrom(held: Readonly<Record<string, Uint8Array>>): Promise<number | null> {
  const asked = Promise.withResolvers<RootRequest>()
  const components = {
    jobs: {
      setting: () =>
        Promise.resolve({ job, program: { key: program, bytes: new Uint8Array() }, seed: 1, clockMs: 0, audit: false }),
      manifest: () => ({ program: blob('p'), input: { kind: 'generated', scale: 1 }, options: { chunks: null } }),
    },
    values: {
      bytes: (ref: Ref) => {
        const bytes = ref.kind === 'blob' ? held[ref.cid] : undefined
        return bytes === undefined ? Promise.reject(new Error('nobody has it')) : Promise.resolve(bytes)
      },
    },
    slots: {
      root: (request: RootRequest) => {
        asked.resolve(request)
        return { cancel: () => undefined }
      },
    },
    input: () => undefined,
    log: { warn: () => undefined },
  } as unknown as ShellComponents
  new RootShell(components).start({
    type: 'start-root',
    run: 1,
    job,
    epoch: 0,
    recordedCuts: new Map(),
    slots: 1,
    restored: blob('newest'),
    previous: blob('before'),
  })
  return (await asked.promise).restored?.at(-1) ?? null
}

test('the newest is taken when it fits; one that is lost, or of another job, gives way to the one before', async () => {
  expect(await restoredFrom({ newest: sealed(job, 2), before: sealed(job, 1) })).toBe(2)
  expect(await restoredFrom({ before: sealed(job, 1) })).toBe(1)
  expect(await restoredFrom({ newest: sealed('another', 2), before: sealed(job, 1) })).toBe(1)
  expect(await restoredFrom({ newest: new Uint8Array([9]), before: sealed(job, 1) })).toBe(1)
  expect(await restoredFrom({ newest: sealed('another', 2) })).toBeNull()
})
