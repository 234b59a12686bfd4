import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { LedgerRecord } from '../../src/ledger/record.ts'
import { OpenLedger } from '../../src/live/open-ledger.ts'
import { type Disk, realDisk } from '../../src/store/disk.ts'
import { LedgerStore } from '../../src/store/ledger-store.ts'
import { signAs, verifyAny } from '../ledger/keys.ts'
import { until } from './hubs.ts'

const job = 'openledgeraaaaaaaaaaaaaaaa'

function init(boot: string) {
  return { job, author: { hub: 'hub-a', boot }, clientId: boot.length + 77, sign: signAs('hub-a'), verify: verifyAny }
}

function claim(epoch: number): LedgerRecord {
  const place = { generation: 0, family: 'root', lo: 0, hi: 1, epoch, cost: 1 }
  return { kind: 'claim', ...place, state: 'claimed', reason: 'plan', resumedFrom: 0, atMs: 0 }
}

test('updates are told only when they are on disk, in the order of their appends', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-ledger-'))
  const store = new LedgerStore(realDisk, folder)
  let told = 0
  const ledger = new OpenLedger(init('one'), store, {
    flushed: (updates) => {
      told += updates.length
    },
    diskFailed: (error) => expect.fail(String(error)),
  })
  for (let epoch = 0; epoch < 50; epoch++) ledger.append([claim(epoch)])
  expect(told).toBe(0)
  await until(() => told > 0, 'the first flush is told')
  await ledger.close()
  const again = new OpenLedger(init('second'), store, { flushed: () => undefined, diskFailed: () => undefined })
  const stored = await store.load(job)
  const epochs = again
    .loadStored(stored ?? expect.fail('nothing is stored'))
    .records.map(({ record }) => 'epoch' in record && record.epoch)
  expect(epochs.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 50 }, (_, epoch) => epoch))
  await again.close()
  await rm(folder, { recursive: true })
})

test('records of one moment go as one update', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-ledger-'))
  const told: number[] = []
  const ledger = new OpenLedger(init('one'), new LedgerStore(realDisk, folder), {
    flushed: (updates) => told.push(updates.length),
    diskFailed: (error) => expect.fail(String(error)),
  })
  ledger.append([claim(0)])
  await null
  ledger.append([claim(1)])
  await until(() => told.length > 0, 'the flush is told')
  await ledger.close()
  expect(told).toEqual([1])
  await rm(folder, { recursive: true })
})

test('a full disk is reported, and what was written is still told', async () => {
  const full: Disk = {
    ...realDisk,
    open: () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' })),
  }
  const folder = await mkdtemp(join(tmpdir(), 'shoal-ledger-'))
  const failures: unknown[] = []
  let told = 0
  const ledger = new OpenLedger(init('one'), new LedgerStore(full, folder), {
    flushed: () => {
      told++
    },
    diskFailed: (error) => failures.push(error),
  })
  ledger.append([claim(0)])
  await until(() => told > 0, 'the update is told')
  expect(failures.length).toBeGreaterThan(0)
  await ledger.close()
  await rm(folder, { recursive: true })
})
