import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { bindingBytes, logRoot, readBinding, writeBinding } from '../../src/ledger/boot-entry.ts'
import { ByteWriter } from '../../src/ledger/bytes.ts'
import type { JobLedger, Received } from '../../src/ledger/doc.ts'
import { packRecords } from '../../src/ledger/pack.ts'
import type { LedgerRecord } from '../../src/ledger/record.ts'
import { firstLink, nextLink, readSealed, sealBytes, writeSealed } from '../../src/ledger/seal.ts'
import { readUpdate, type Section, writeUpdate } from '../../src/ledger/update-format.ts'
import { ledgerLimits } from '../../src/limits.ts'
import { JOB, openLedger, signAs } from './keys.ts'
import { recordArb } from './records.ts'

const A_CLIENT = 1001
const B_CLIENT = 2002
const cancel: LedgerRecord = { kind: 'cancel', reason: 'user', atMs: 1 }
/** Sealed by nobody: good enough for a flush that its author sends itself. */
const entry = writeSealed(packRecords([cancel]), new Uint8Array(64))

test('hostile 1: a struct under the client id of another hub', () => {
  const forged = writeUpdate([{ client: A_CLIENT, clock: 3, root: null, entries: [entry] }])
  expectRefused(forged)
  expectRefused(forged, { from: 'hubA', victimIs: 'hubA' })
})

test("hostile 2: deleting the entries of another hub, or one's own", () => {
  const { a } = world()
  const doc = new Y.Doc()
  Y.applyUpdate(doc, a.snapshot())
  const before = Y.encodeStateVector(doc)
  doc.getArray(logRoot(a.author)).delete(0, 1)
  expectRefused(Y.encodeStateAsUpdate(doc, before), { from: 'hubA' })
  expectRefused(Y.encodeStateAsUpdate(doc, before), { from: 'hubB' })
  expectRefused(Y.encodeStateAsUpdate(doc), { from: 'hubB', relayed: true })
})

test("hostile 3: a run of length 2^50 under another hub's client id", () => {
  const update = bytesOf((writer) => {
    writer.varuint(1)
    writer.varuint(1)
    writer.varuint(A_CLIENT)
    writer.varuint(3)
    writer.byte(0)
    writer.varuint(2 ** 50)
    writer.varuint(0)
  })
  expect(Y.decodeUpdate(update).structs[0]?.length).toBe(2 ** 50)
  expectRefused(update)
  expectRefused(update, { relayed: true })
})

test('hostile 4: a few bytes that announce 2^25 structs are refused without allocating them', () => {
  const update = bytesOf((writer) => {
    writer.varuint(1)
    writer.varuint(2 ** 25)
    writer.varuint(B_CLIENT)
    writer.varuint(0)
  })
  const before = process.memoryUsage().rss
  expectRefused(update)
  expectRefused(update, { relayed: true })
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20)
})

test('hostile 5: an update cut off inside its delete set changes nothing', () => {
  const { b, reader } = world()
  const [flushed] = b.append([cancel])
  const update = flushed ?? new Uint8Array()
  const cut = Uint8Array.from([...update.subarray(0, -1), 3])
  const before = reader.snapshot()
  expect(reader.receive([{ from: 'hubB', relayed: false, bytes: cut }]).refused.length).toBe(1)
  expect(reader.snapshot()).toEqual(before)
})

test('hostile 6: floods of clients, deletes, roots or bytes', () => {
  const clients = Array.from({ length: 5000 }, (_, client) => ({
    client: client + 1,
    clock: 1,
    root: null,
    entries: [entry],
  }))
  expectRefused(writeUpdate(clients))
  const deletes = bytesOf((writer) => {
    writer.varuint(0)
    writer.varuint(1)
    writer.varuint(A_CLIENT)
    writer.varuint(100_000)
    for (let index = 0; index < 100_000; index++) {
      writer.varuint(index * 2)
      writer.varuint(1)
    }
  })
  expectRefused(deletes)
  const roots = new Y.Doc()
  roots.clientID = B_CLIENT
  roots.transact(() => {
    for (let index = 0; index < 1000; index++) roots.getArray(`r${index}`).insert(0, [entry])
  })
  expectRefused(Y.encodeStateAsUpdate(roots))
  expectRefused(new Uint8Array(2 * 2 ** 20))
})

test('hostile 7: anything but bytes in a root array: maps, text, JSON, nested types, sub-documents, moved parents', () => {
  const builders: ((doc: Y.Doc) => void)[] = [
    (doc) => doc.getMap(logRoot({ hub: 'hubB', boot: 'boot1' })).set('key', entry),
    (doc) => doc.getText('text').insert(0, 'text'),
    (doc) => doc.getArray('any').insert(0, [{ any: 1 }]),
    (doc) => doc.getArray('nested').insert(0, [new Y.Array()]),
    (doc) => doc.getArray('sub').insert(0, [new Y.Doc()]),
    (doc) => doc.getArray('wrong').insert(0, [bootOf('hubB', 'boot1', B_CLIENT), entry]),
  ]
  for (const build of builders) {
    const doc = new Y.Doc()
    doc.clientID = B_CLIENT
    build(doc)
    expectRefused(Y.encodeStateAsUpdate(doc))
    expectRefused(Y.encodeStateAsUpdate(doc), { relayed: true })
  }
  expectRefused(Y.encodeStateAsUpdateV2(docWith(entry)))
})

test('an entry that claims a place anywhere but before its predecessor is refused', () => {
  const placed = (client: number, clock: number) =>
    bytesOf((writer) => {
      writer.varuint(1)
      writer.varuint(1)
      writer.varuint(B_CLIENT + 7)
      writer.varuint(3)
      writer.byte(0x43)
      writer.varuint(client)
      writer.varuint(clock)
      writer.sized(entry)
      writer.varuint(0)
    })
  expectAccepted(placed(B_CLIENT + 7, 2))
  expectRefused(placed(B_CLIENT + 7, 1))
  expectRefused(placed(A_CLIENT, 2))
})

test('a skip, which merging updates leaves behind, is refused', () => {
  const { a } = world()
  const [first, , third] = [1, 2, 3].map(() => a.append([cancel])[0] ?? new Uint8Array())
  expectRefused(Y.mergeUpdates([first ?? new Uint8Array(), third ?? new Uint8Array()]), { from: 'hubA' })
})

test('a flush must come from its author; a relayed one must be bound by a signature', () => {
  const honest = openLedger({ hub: 'hubB', boot: 'boot1' }, B_CLIENT)
  honest.append([cancel])
  expectRefused(honest.snapshot(), { from: 'hubA' })
  expectAccepted(honest.snapshot(), { from: 'hubA', relayed: true })
  expectAccepted(honest.snapshot(), { from: 'hubB' })
})

test('a boot entry is worth nothing when forged, reused for another client, job or boot, or from a stranger', () => {
  const root = logRoot({ hub: 'hubB', boot: 'boot1' })
  const update = (boot: Uint8Array, client = B_CLIENT) =>
    writeUpdate([{ client, clock: 0, root, entries: [boot, entry] }])
  const good = bootOf('hubB', 'boot1', B_CLIENT)
  expectAccepted(update(good))
  expectRefused(update(bootOf('hubB', 'boot1', B_CLIENT, { signer: 'hubA' })))
  expectRefused(update(good, B_CLIENT + 1))
  expectRefused(update(bootOf('hubB', 'boot1', B_CLIENT, { job: 'another' })))
  expectRefused(update(bootOf('hubB', 'boot2', B_CLIENT)))
  expectRefused(update(bootOf('hubB', '../boot', B_CLIENT)))
  expectRefused(update(entry))
  const stranger = openLedger({ hub: 'hubA', boot: 'boot1' }, A_CLIENT, (hub) => hub !== 'hubB')
  expect(stranger.receive([{ from: 'hubB', relayed: false, bytes: update(good) }]).refused.length).toBe(1)
})

test('what is passed on of a hub that has no say here is left out, and taken where its word counts second hand', () => {
  const b = openLedger({ hub: 'hubB', boot: 'boot1' }, B_CLIENT)
  const c = openLedger({ hub: 'hubC', boot: 'boot1' }, 3003)
  const ofB = b.append([cancel]).map((bytes) => ({ from: 'hubB', relayed: false, bytes }))
  c.append([cancel])
  expectClean(c.receive(ofB))
  const relayed = c.diff(new Uint8Array([0])).map((bytes) => ({ from: 'hubC', relayed: true, bytes }))
  const strict = openLedger({ hub: 'hubA', boot: 'boot1' }, A_CLIENT, (hub) => hub !== 'hubB')
  const received = strict.receive(relayed)
  expect(received.records.map(({ author }) => author.hub)).toEqual(['hubC'])
  expect(received.refused.map(({ error }) => error.message)).toEqual(['refused a ledger update: hubB is no member'])
  const heir = openLedger({ hub: 'hubA', boot: 'boot1' }, A_CLIENT, (hub, isRelayed) => isRelayed || hub !== 'hubB')
  expect(heir.receive(ofB).refused.length).toBe(1)
  const all = heir.receive(relayed)
  expectClean(all)
  expect(all.records.map(({ author }) => author.hub).sort()).toEqual(['hubB', 'hubC'])
})

test('I13: a start of a hub has one log: a second client id for it is refused, in one update or in two', () => {
  const root = logRoot({ hub: 'hubB', boot: 'boot1' })
  const log = (client: number) => ({ client, clock: 0, root, entries: [bootOf('hubB', 'boot1', client), entry] })
  expectRefused(writeUpdate([log(1), log(2)]))
  const { reader } = world()
  const send = (client: number) => reader.receive([{ from: 'hubB', relayed: false, bytes: writeUpdate([log(client)]) }])
  expect(send(1).refused).toEqual([])
  expect(send(2).refused.length).toBe(1)
})

test('nobody can write under the client id of the reader itself', () => {
  const reader = openLedger({ hub: 'hubA', boot: 'boot1' }, A_CLIENT)
  const impostor = openLedger({ hub: 'hubA', boot: 'boot1' }, A_CLIENT)
  impostor.append([cancel])
  for (const relayed of [true, false]) {
    expect(reader.receive([{ from: 'hubA', relayed, bytes: impostor.snapshot() }]).refused.length).toBe(1)
  }
  reader.append([cancel])
  const echoed = reader.receive([{ from: 'hubC', relayed: true, bytes: reader.snapshot() }])
  expect(echoed).toMatchObject({ refused: [], records: [], missing: false })
})

test('entries that do not unpack are refused, entries of a newer version are kept unread', () => {
  const root = logRoot({ hub: 'hubB', boot: 'boot1' })
  const boot = bootOf('hubB', 'boot1', B_CLIENT)
  const update = (content: Uint8Array) => writeUpdate([{ client: B_CLIENT, clock: 0, root, entries: [boot, content] }])
  expectRefused(update(new Uint8Array([1, 255])))
  expectRefused(update(new Uint8Array()))
  const { reader } = world()
  const received = reader.receive([
    { from: 'hubB', relayed: false, bytes: update(writeSealed(new Uint8Array([2, 255, 255]), new Uint8Array(64))) },
  ])
  expect(received).toMatchObject({ refused: [], records: [] })
  expect(reader.logs().find(({ client }) => client === B_CLIENT)?.entries).toBe(2)
})

test('hostile 8: an entry added to, altered in, or taken out of a log of another by who passes it on', () => {
  const { a, b, reader } = world()
  a.append([cancel, { kind: 'acknowledged', atMs: 7 }])
  a.append([cancel])
  b.append([cancel])
  const [ofA, ofB] = [sectionOf(a), sectionOf(b)]
  const bodies = ofA.entries.slice(1).map((sealed) => readSealed(sealed).body)
  const forged = resealed(ofA, [...bodies, packRecords([{ kind: 'cancel', reason: 'forged', atMs: 9 }])], 'hubB')
  const seals = ofA.entries.slice(1).map((sealed) => readSealed(sealed).signature)
  const altered = ofA.entries.map((sealed, clock) =>
    clock === 3 ? writeSealed(packRecords([cancel]), seals[2] ?? new Uint8Array(64)) : sealed,
  )
  const lies: Section[] = [
    forged,
    { ...ofA, entries: altered },
    { ...ofA, entries: ofA.entries.toSpliced(3, 1) },
    { ...ofA, entries: ofA.entries.toSpliced(3, 1, writeSealed(bodies[2] ?? entry, new Uint8Array(64))) },
    { ...ofA, entries: [...ofA.entries.slice(0, 3), ...ofA.entries.slice(3).toReversed()] },
    { ...ofA, entries: [...ofA.entries, ofA.entries[1] ?? entry] },
  ]
  for (const lie of lies) {
    const before = reader.stateVector()
    const received = reader.receive([{ from: 'hubB', relayed: true, bytes: writeUpdate([lie]) }])
    expect(received.refused[0]?.error.message).toContain('not what hubA wrote')
    expect([received.records, received.update]).toEqual([[], null])
    expect(reader.stateVector()).toEqual(before)
  }
  const mixed = reader.receive([{ from: 'hubB', relayed: true, bytes: writeUpdate([forged, ofB]) }])
  expect([mixed.refused.length, mixed.records.length]).toEqual([1, 1])
  expectClean(reader.receive([{ from: 'hubB', relayed: true, bytes: writeUpdate([ofA]) }]))
})

test('a hub that seals its own flushes wrongly is refused within some entries', () => {
  const { reader } = world()
  const root = logRoot({ hub: 'hubB', boot: 'boot1' })
  const boot = bootOf('hubB', 'boot1', B_CLIENT)
  const send = (clock: number, entries: Uint8Array[]) => {
    const bytes = writeUpdate([{ client: B_CLIENT, clock, root: clock === 0 ? root : null, entries }])
    return reader.receive([{ from: 'hubB', relayed: false, bytes }]).refused.length
  }
  expect(send(0, [boot, entry])).toBe(0)
  const refusals = Array.from({ length: ledgerLimits.sealCheckedEvery }, (_, at) => send(at + 2, [entry]))
  expect(refusals).toContain(1)
})

test('a log of an older version is refused by name', () => {
  const old = bootOf('hubB', 'boot1', B_CLIENT)
  old[0] = 1
  const root = logRoot({ hub: 'hubB', boot: 'boot1' })
  const [received] = send(writeUpdate([{ client: B_CLIENT, clock: 0, root, entries: [old, entry] }]), {})
  expect(received.refused[0]?.error.message).toContain('a log written by another version of shoal')
})

test('I12: every update that honest hubs make is accepted, first and second hand', () => {
  const flushesArb = fc.array(fc.array(recordArb, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(flushesArb, flushesArb, (ofA, ofB) => {
      const { a, b, reader } = world()
      const direct = ofB.flatMap((records) => b.append(records))
      for (const bytes of direct) expectClean(reader.receive([{ from: 'hubB', relayed: false, bytes }]))
      for (const records of ofA) a.append(records)
      expectClean(b.receive(a.diff(b.stateVector()).map((bytes) => ({ from: 'hubA', relayed: true, bytes }))))
      expectClean(reader.receive(b.diff(reader.stateVector()).map((bytes) => ({ from: 'hubB', relayed: true, bytes }))))
      expect(reader.snapshot()).toEqual(b.snapshot())
    }),
    { numRuns: 40 },
  )
})

test('I12: mutated updates never change the doc unless accepted, and what is accepted has the shape of a log', () => {
  const mutationArb = fc.record({
    flips: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }),
    relayed: fc.boolean(),
  })
  const { b, reader } = world()
  const pristine = reader.snapshot()
  const updates = [b.append([cancel, cancel])[0], b.snapshot()].map((bytes) => bytes ?? new Uint8Array())
  let acceptedCount = 0
  fc.assert(
    fc.property(mutationArb, fc.nat(1), ({ flips, relayed }, which) => {
      const mutated = Uint8Array.from(updates[which] ?? [])
      for (const [at, value] of flips) mutated[at % mutated.length] = value
      const target = openLedger({ hub: 'hubC', boot: 'boot9' }, 9)
      target.load([pristine])
      const received = target.receive([{ from: 'hubB', relayed, bytes: mutated }])
      if (received.update === null) expect(target.snapshot()).toEqual(pristine)
      else {
        acceptedCount += 1
        expect(received.refused).toEqual([])
        readUpdate(target.snapshot(), 'disk')
      }
    }),
    { numRuns: 1500 },
  )
  expect(acceptedCount).toBeGreaterThan(0)
})

test('I12: garbage is refused or empty, quickly', () => {
  const { reader } = world()
  const pristine = reader.snapshot()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, relayed) => {
      const received = reader.receive([{ from: 'hubB', relayed, bytes }])
      expect(received.update).toBeNull()
    }),
    { numRuns: 2000 },
  )
  expect(reader.snapshot()).toEqual(pristine)
})

test('a refused update among good ones takes none of them with it', () => {
  const { b, reader } = world()
  const good = b.append([cancel])[0] ?? new Uint8Array()
  const received = reader.receive([
    { from: 'hubX', relayed: false, bytes: new Uint8Array([9, 9, 9]) },
    { from: 'hubB', relayed: false, bytes: good },
  ])
  expect(received.refused.map(({ index }) => index)).toEqual([0])
  expect(received.refused[0]?.error.code).toMatch(/SHOAL_(UPDATE_REFUSED|FRAME_INVALID)/)
  expect(received.records.length).toBe(1)
})

test('a flood of flushes whose beginning never comes stays bounded and does not keep honest gaps from closing', () => {
  const { b, reader } = world()
  for (let client = 1; client < 600; client++) {
    const early = writeUpdate([{ client: client + 5000, clock: 7, root: null, entries: [entry] }])
    expect(reader.receive([{ from: 'hubX', relayed: false, bytes: early }]).missing).toBe(true)
  }
  const updates = [1, 2].map(() => b.append([cancel])[0] ?? new Uint8Array()).reverse()
  const received = updates.map((bytes) => reader.receive([{ from: 'hubB', relayed: false, bytes }]))
  expect(received.map(({ missing, records }) => [missing, records.length])).toEqual([
    [true, 0],
    [false, 2],
  ])
})

/** hubA and hubB with a few entries each, both known to a reader. */
function world(): { a: JobLedger; b: JobLedger; reader: JobLedger } {
  const a = openLedger({ hub: 'hubA', boot: 'boot1' }, A_CLIENT)
  const b = openLedger({ hub: 'hubB', boot: 'boot0' }, B_CLIENT + 7)
  const reader = openLedger({ hub: 'hubC', boot: 'boot1' }, 3003)
  for (const ledger of [a, b]) {
    ledger.append([cancel])
    ledger.append([cancel])
    expectClean(reader.receive([{ from: ledger.author.hub, relayed: false, bytes: ledger.snapshot() }]))
  }
  return { a, b, reader }
}

interface Sending {
  readonly from?: string
  readonly relayed?: boolean
  readonly victimIs?: string
}

function send(bytes: Uint8Array, { from = 'hubB', relayed = false, victimIs = 'hubC' }: Sending): [Received, boolean] {
  const { a, reader } = world()
  const victim = victimIs === 'hubA' ? a : reader
  const before = victim.snapshot()
  const received = victim.receive([{ from, relayed, bytes }])
  return [received, Buffer.compare(before, victim.snapshot()) === 0]
}

function expectRefused(bytes: Uint8Array, sending: Sending = {}): void {
  const [received, isUnchanged] = send(bytes, sending)
  expect(received.refused.map(({ index }) => index)).toEqual([0])
  expect(received.update).toBeNull()
  expect(isUnchanged).toBe(true)
}

function expectAccepted(bytes: Uint8Array, sending: Sending = {}): void {
  const [received, isUnchanged] = send(bytes, sending)
  expectClean(received)
  expect(isUnchanged).toBe(false)
}

function expectClean(received: Received): void {
  expect(received.refused).toEqual([])
  expect(received.missing).toBe(false)
}

function bootOf(hub: string, boot: string, client: number, over: { signer?: string; job?: string } = {}): Uint8Array {
  const binding = { job: over.job ?? JOB, hub, boot, client }
  return writeBinding({ ...binding, signature: signAs(over.signer ?? hub)(bindingBytes(binding)) })
}

function bytesOf(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter()
  write(writer)
  return writer.take()
}

function docWith(bytes: Uint8Array): Y.Doc {
  const doc = new Y.Doc()
  doc.getArray('L/hubB/boot1').insert(0, [bytes])
  return doc
}

function sectionOf(ledger: JobLedger): Section {
  const section = readUpdate(ledger.snapshot(), 'disk').find(({ root }) => root === logRoot(ledger.author))
  if (section === undefined) throw new Error('a ledger has its own log')
  return section
}

/** The log with other bodies, sealed anew by somebody else. */
function resealed(section: Section, bodies: readonly Uint8Array[], signer: string): Section {
  const boot = section.entries[0] ?? new Uint8Array()
  let link = firstLink(readBinding(boot))
  const entries = bodies.map((body, at) => {
    const signature = signAs(signer)(sealBytes(link, at + 1, body))
    link = nextLink(link, { body, signature })
    return writeSealed(body, signature)
  })
  return { ...section, entries: [boot, ...entries] }
}
