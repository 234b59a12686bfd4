/** The document behind a ledger: what waits outside of it is answered as it would answer itself. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { LateDoc } from '../../src/ledger/late-doc.ts'
import { writeStateVector } from '../../src/ledger/state-vector.ts'
import { type Section, writeUpdate } from '../../src/ledger/update-format.ts'

const clients = [3, 5, 8]
const step = fc.record({ client: fc.constantFrom(...clients), entries: fc.integer({ min: 1, max: 3 }) })
/** Of each client, how much of its log somebody holds. */
const share = fc.double({ min: 0, max: 1, noNaN: true })
const shares = fc.tuple(share, share, share)

test('what somebody lacks is the same whether the document has taken it in or not', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), fc.nat(12), shares, (steps, integrated, held) => {
      const late = new LateDoc('job')
      const asked = new Y.Doc({ gc: true })
      const next = new Map(clients.map((client) => [client, 0]))
      steps.forEach(({ client, entries }, index) => {
        if (index === integrated) late.encode()
        const section = sectionOf(client, next.get(client) ?? 0, entries)
        next.set(client, section.clock + entries)
        late.add(section)
        Y.applyUpdate(asked, writeUpdate([section]))
      })
      const known = new Map(
        clients.map((client, at) => [client, Math.floor((held[at] ?? 0) * (next.get(client) ?? 0))]),
      )
      const lacked = writeUpdate(late.lackedBy(known))
      expect(lacked).toEqual(Y.encodeStateAsUpdate(asked, writeStateVector(known)))
    }),
  )
})

function sectionOf(client: number, clock: number, count: number): Section {
  const entries = Array.from({ length: count }, (_, at) => Uint8Array.of(client, clock + at))
  return { client, clock, root: clock === 0 ? `log-${client}` : null, entries }
}
