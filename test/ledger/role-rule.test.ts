/** A hub's roles say what it may write: the guard refuses the rest, whoever passes it on. */
import { expect, test } from 'vitest'
import { JobLedger } from '../../src/ledger/doc.ts'
import type { LedgerRecord } from '../../src/ledger/record.ts'
import { mayWrite } from '../../src/ledger/role-rule.ts'

const claim: LedgerRecord = {
  kind: 'claim',
  generation: 0,
  family: 'f',
  lo: 0,
  hi: 1,
  epoch: 0,
  cost: 0,
  state: 'claimed',
  reason: 'plan',
  resumedFrom: 0,
  atMs: 0,
}
const cancel = (reason: string): LedgerRecord => ({ kind: 'cancel', reason, atMs: 0 })

test('compute writes results, submit begins and ends jobs, time ends them for everybody', () => {
  expect([['compute'], ['submit'], ['observe']].map((roles) => mayWrite(roles, claim))).toEqual([true, false, false])
  expect([['compute'], ['submit'], ['observe']].map((roles) => mayWrite(roles, cancel('user')))).toEqual([
    false,
    true,
    false,
  ])
  expect(mayWrite(['observe'], cancel('deadline'))).toBe(true)
})

const sign = () => new Uint8Array([1])
const verify = () => true

function ledger(hub: string, clientId: number, roles: Record<string, readonly string[]> = {}): JobLedger {
  return new JobLedger({ job: 'j', author: { hub, boot: 'b' }, clientId, sign, verify, roles: (of) => roles[of] ?? [] })
}

test('what a role does not allow is refused, from its author and through others, and changes nothing', () => {
  const here = ledger('here', 1, { onlooker: ['observe'], computer: ['compute'] })
  const fromOnlooker = ledger('onlooker', 2).append([claim])
  const fromComputer = ledger('computer', 3).append([claim])
  for (const [relayed, from] of [
    [false, 'onlooker'],
    [true, 'computer'],
  ] as const) {
    const { records, refused } = here.receive(fromOnlooker.map((bytes) => ({ from, relayed, bytes })))
    expect(records).toEqual([])
    expect(refused.map(({ error }) => error.message).join()).toContain(
      'onlooker may not write a claim: its roles are observe',
    )
  }
  expect(here.receive(fromComputer.map((bytes) => ({ from: 'computer', relayed: false, bytes }))).records).toHaveLength(
    1,
  )
  expect(here.records().map(({ author }) => author.hub)).toEqual(['computer'])
})

test('of a hub that left nothing is known: what it wrote while it was a member still reaches everybody', () => {
  const here = ledger('here', 1)
  const { refused } = here.receive(
    ledger('gone', 2)
      .append([claim])
      .map((bytes) => ({ from: 'x', relayed: true, bytes })),
  )
  expect(refused).toEqual([])
})
