/** The checker over hand-written histories: each breaks one rule, and next to it stands one that keeps it. */
import { expect, test } from 'vitest'
import { judge, type Knowledge } from '../../simulations/checker/judge.ts'
import { type HistoryEvent, type HistoryKind, historyEvent, type Told } from '../../src/history/event.ts'

type Line = readonly [hub: string, kind: HistoryKind, told?: Told]

const shard = (lo: number, more?: Told['more']): Told => ({
  job: 'j',
  family: 'f',
  lo,
  ...(more === undefined ? {} : { more }),
})

function history(lines: readonly Line[]): HistoryEvent[] {
  const hubs = [...new Set(lines.map(([hub]) => hub))]
  const boots = hubs.map((hub): Line => [hub, 'boot', { more: { boot: `${hub}.1` } }])
  return [...boots, ...lines].map(([hub, kind, told], index) => historyEvent(index, hub, kind, told))
}

/** A hub runs a shard as it should. */
function run(hub: string, lo: number, epoch = 0, value = 'v'): Line[] {
  return [
    [hub, 'claimed', { ...shard(lo), epoch }],
    [hub, 'claim', { ...shard(lo), epoch }],
    [hub, 'start', { ...shard(lo), epoch }],
    [hub, 'execute', shard(lo)],
    [hub, 'done', { ...shard(lo, { values: [value] }), epoch }],
    [hub, 'take', { ...shard(lo, { by: hub }), epoch }],
  ]
}

const takes = (hub: string, by: string, epoch: number, lo = 0): Line => [hub, 'take', { ...shard(lo, { by }), epoch }]
const hears = (hub: string, by: string, epoch: number, lo = 0): Line => [hub, 'heard', { ...shard(lo, { by }), epoch }]

interface Case {
  readonly invariant: string
  readonly broken: readonly Line[]
  readonly kept: readonly Line[]
  readonly knowledge?: Knowledge
}

const edges = { edges: [['f', 0, 1]] as const }
const root = (value: string): Line[] =>
  run('a', 0, 0, value).map(([hub, kind, told = {}]) => [hub, kind, { ...told, family: 'root' }])

const cases: Record<string, Case> = {
  'a shard has one result': {
    invariant: 'I1',
    broken: [...run('a', 0), hears('b', 'a', 0), ...run('b', 0, 1, 'other')],
    kept: [...run('a', 0), hears('b', 'a', 0), ...run('b', 0, 1)],
  },
  'a root is given each result once': {
    invariant: 'I1',
    broken: [...run('a', 0), ['a', 'deliver', shard(0, { run: 1 })], ['a', 'deliver', shard(0, { run: 1 })]],
    kept: [
      ...run('a', 0),
      ['a', 'deliver', shard(0, { run: 1 })],
      ['a', 'unavailable', shard(0)],
      ['a', 'deliver', shard(0, { run: 1 })],
      ['a', 'deliver', shard(0, { run: 2 })],
    ],
  },
  'a job returns what one process returns': {
    invariant: 'I2',
    broken: root('wrong'),
    kept: root('right'),
    knowledge: { results: new Map([['j', ['right']]]) },
  },
  'a result comes from work': {
    invariant: 'I3',
    broken: run('a', 0).filter(([, kind]) => kind !== 'execute'),
    kept: run('a', 0),
  },
  'a result is what the shard returns': {
    invariant: 'I3',
    broken: run('a', 0, 0, 'wrong'),
    kept: run('a', 0, 0, 'right'),
    knowledge: { shardValue: () => 'right' },
  },
  'epochs of claims grow': {
    invariant: 'I4',
    broken: [...run('a', 0), hears('b', 'a', 0), ['b', 'claimed', { ...shard(0), epoch: 0 }]],
    kept: [...run('a', 0), hears('b', 'a', 0), ['b', 'claimed', { ...shard(0), epoch: 1 }]],
  },
  'a re-opened shard counts its epochs anew': {
    invariant: 'I4',
    broken: [...run('a', 0), ['a', 'claimed', { ...shard(0), epoch: 0 }]],
    kept: [
      ...run('a', 0),
      ['a', 'reopen', shard(0, { generation: 1 })],
      ['a', 'claimed', { ...shard(0, { generation: 1 }), epoch: 0 }],
    ],
  },
  'a result bears the epoch of its claim': {
    invariant: 'I4',
    broken: run('a', 0).map(([hub, kind, told = {}]) => [hub, kind, kind === 'done' ? { ...told, epoch: 7 } : told]),
    kept: run('a', 0),
  },
  'a result gives way only to one of an earlier epoch': {
    invariant: 'I4',
    broken: [takes('b', 'a', 1), takes('b', 'c', 2)],
    kept: [takes('b', 'c', 2), takes('b', 'a', 1)],
  },
  'a shard resumes from a checkpoint of its own': {
    invariant: 'I6',
    broken: [
      ['a', 'checkpoint', shard(0, { progress: 2 })],
      ['b', 'claim', { ...shard(1, { progress: 2 }), epoch: 1 }],
    ],
    kept: [
      ['a', 'checkpoint', shard(1, { progress: 2 })],
      ['b', 'claim', { ...shard(1, { progress: 2 }), epoch: 1 }],
    ],
  },
  'inputs come first': {
    invariant: 'I7',
    broken: [['a', 'family', { ...shard(0), hi: 2, more: edges }], ...run('b', 1)],
    kept: [['a', 'family', { ...shard(0), hi: 2, more: edges }], takes('b', 'a', 0), ...run('b', 1)],
  },
  'nothing starts for an ended job': {
    invariant: 'I8',
    broken: [['a', 'cancel', { job: 'j' }], ...run('a', 0)],
    kept: [...run('a', 0), ['a', 'cancel', { job: 'j' }]],
  },
  'strangers change nothing': {
    invariant: 'I9',
    broken: [takes('a', 'stranger', 0)],
    kept: [takes('a', 'b', 0)],
    knowledge: {
      roles: new Map([
        ['a', ['compute']],
        ['b', ['compute']],
      ]),
    },
  },
  'who only observes computes nothing': {
    invariant: 'I9',
    broken: [hears('a', 'b', 0)],
    kept: [hears('b', 'a', 0)],
    knowledge: {
      roles: new Map([
        ['a', ['compute']],
        ['b', ['observe']],
      ]),
    },
  },
  'replicas agree in the end': {
    invariant: 'I10',
    broken: [takes('a', 'a', 1), takes('b', 'a', 1), takes('b', 'c', 0)],
    kept: [takes('a', 'a', 1), takes('b', 'a', 1), takes('b', 'c', 0), takes('a', 'c', 0)],
    knowledge: { settled: ['a', 'b'] },
  },
  'little is done twice': {
    invariant: 'E1',
    broken: Array.from({ length: 60 }, (_, epoch) => run(`h${epoch}`, 0, epoch)).flat(),
    kept: Array.from({ length: 60 }, (_, lo) => run('a', lo)).flat(),
  },
  'what is to be compared is done as often as was asked': {
    invariant: 'E1',
    broken: Array.from({ length: 60 }, (_, epoch) => run(`h${epoch}`, 0, epoch)).flat(),
    kept: [
      ['h0', 'family', { ...shard(0), more: { verify: 9 } }],
      ...Array.from({ length: 60 }, (_, epoch) => run(`h${epoch}`, 0, epoch)).flat(),
    ],
  },
  'only what took down slots is blamed': {
    invariant: 'E2',
    broken: [['a', 'condemn', { ...shard(0), detail: 'SHOAL_SHARD_POISON' }]],
    kept: [
      ...['a', 'b', 'c'].map((hub): Line => [hub, 'failed', shard(0)]),
      ['a', 'condemn', { ...shard(0), detail: 'SHOAL_SHARD_POISON' }],
    ],
  },
}

for (const [name, { invariant, broken, kept, knowledge }] of Object.entries(cases)) {
  test(`${invariant}: ${name}`, () => {
    expect([...new Set(judge(history(broken), knowledge).map((one) => one.invariant))]).toEqual([invariant])
    expect(judge(history(kept), knowledge)).toEqual([])
  })
}
