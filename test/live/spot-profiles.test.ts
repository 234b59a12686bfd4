import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shellLimits } from '../../src/limits.ts'
import type { Log } from '../../src/live/log.ts'
import { SpotProfiles } from '../../src/live/spot-profiles.ts'
import { realDisk } from '../../src/store/disk.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-profiles-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ignore = () => undefined
const log: Log = { error: ignore, warn: ignore, info: ignore, debug: ignore }
const blob = (cid: string) => ({ kind: 'blob', cid, size: 2000 }) as const
const open = (name: string) => SpotProfiles.open(realDisk, join(folder, name), log)

test('items cost what they cost on average, newer jobs counting as much as all before', async () => {
  const profiles = await open('mean')
  expect(profiles.of(blob('a'))).toBeNull()
  profiles.learn(blob('a'), [{ spot: 3, items: 10, ms: 200 }])
  profiles.learn(blob('a'), [{ spot: 3, items: 100, ms: 1000 }])
  expect(profiles.of(blob('a'))).toEqual(new Map([[3, 15]]))
  const inline = { kind: 'inline', bytes: Uint8Array.of(1, 2) } as const
  profiles.learn(inline, [{ spot: 0, items: 1, ms: 5 }])
  expect(profiles.of({ kind: 'inline', bytes: Uint8Array.of(1, 2) })).toEqual(new Map([[0, 5]]))
})

test('profiles outlive the hub, a damaged file counts as none, and old programs make room', async () => {
  const first = await open('kept')
  for (let n = 0; n <= shellLimits.profiledProgramsMax; n++) first.learn(blob(`p${n}`), [{ spot: 0, items: 2, ms: n }])
  await first.saved()
  const second = await open('kept')
  expect(second.of(blob('p0'))).toBeNull()
  expect(second.of(blob('p7'))).toEqual(new Map([[0, 3.5]]))
  writeFileSync(join(folder, 'kept'), 'nonsense')
  expect((await open('kept')).of(blob('p7'))).toBeNull()
})
