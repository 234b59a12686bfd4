/** Blob transfer between real hubs over loopback. */
import { afterEach, expect, test } from 'vitest'
import { sizes } from '../../src/limits.ts'
import { at, connectedHubs, patternBytes, stopAll, type TestHub, until } from './hubs.ts'

afterEach(stopAll)

const never = new AbortController().signal

async function twoHubs(): Promise<[TestHub, TestHub]> {
  const [a, b] = await connectedHubs(2)
  if (a === undefined || b === undefined) throw new Error('two hubs')
  return [a, b]
}

test('a blob of several chunks arrives, each written to disk at its place', async () => {
  const [a, b] = await twoHubs()
  const bytes = patternBytes(5 * sizes.blobChunkBytesMax + 123)
  const cid = await a.blobs.put(bytes)
  await b.network.fetchBlob(cid, [a.hub], { signal: never })
  expect(Buffer.compare(await b.blobs.get(cid), bytes)).toBe(0)
  expect(b.blobs.writes).toEqual([0, 1, 2, 3, 4, 5].map((i) => i * sizes.blobChunkBytesMax))
})

test('an empty blob arrives', async () => {
  const [a, b] = await twoHubs()
  const cid = await a.blobs.put(new Uint8Array(0))
  await b.network.fetchBlob(cid, [a.hub], { signal: never })
  expect(await b.blobs.size(cid)).toBe(0)
})

test('more than 64 blobs in a row and 40 at once arrive: streams are reused and limited, not used up', async () => {
  const [a, b] = await twoHubs()
  for (let i = 0; i < 70; i++) {
    const cid = await a.blobs.put(patternBytes(2_000, i))
    await b.network.fetchBlob(cid, [a.hub], { signal: never })
  }
  const cids = await Promise.all([...Array(40).keys()].map((i) => a.blobs.put(patternBytes(3_000, 1_000 + i))))
  await Promise.all(cids.map((cid) => b.network.fetchBlob(cid, [a.hub], { signal: never })))
  expect(b.blobs.blobs.size).toBe(110)
})

test('a broken transfer goes on where it ended, with another holder', async () => {
  const [a, b, c] = await connectedHubs(3)
  if (a === undefined || b === undefined || c === undefined) throw new Error('three hubs')
  const bytes = patternBytes(4 * sizes.blobChunkBytesMax)
  const cid = await a.blobs.put(bytes)
  await c.blobs.put(bytes)
  a.blobs.beforeRead = (_cid, offset) => {
    if (offset >= 2 * sizes.blobChunkBytesMax) throw new Error('the disk broke on purpose')
  }
  await b.network.fetchBlob(cid, [a.hub, c.hub], { signal: never })
  expect(Buffer.compare(await b.blobs.get(cid), bytes)).toBe(0)
  expect(b.blobs.writes).toEqual([0, 1, 2, 3].map((i) => i * sizes.blobChunkBytesMax))
})

test('an aborted fetch leaves what it has, and the next fetch starts from there', async () => {
  const [a, b] = await twoHubs()
  const bytes = patternBytes(6 * sizes.blobChunkBytesMax)
  const cid = await a.blobs.put(bytes)
  const stop = new AbortController()
  const writePartial = b.blobs.writePartial.bind(b.blobs)
  b.blobs.writePartial = async (...write) => {
    await writePartial(...write)
    if (b.blobs.writes.length === 2) stop.abort(new Error('enough'))
  }
  await expect(b.network.fetchBlob(cid, [a.hub], { signal: stop.signal })).rejects.toThrow('enough')
  const kept = await b.blobs.partialSize(cid)
  expect(kept).toBeGreaterThan(0)
  const writesBefore = b.blobs.writes.length
  await b.network.fetchBlob(cid, [a.hub], { signal: never })
  expect(at(b.blobs.writes, writesBefore)).toBe(kept)
  expect(Buffer.compare(await b.blobs.get(cid), bytes)).toBe(0)
})

test('damaged bytes are never taken for the blob; a good holder after a bad one is enough', async () => {
  const [a, b, c] = await connectedHubs(3)
  if (a === undefined || b === undefined || c === undefined) throw new Error('three hubs')
  const bytes = patternBytes(sizes.blobChunkBytesMax + 5)
  const cid = await a.blobs.put(bytes)
  const damaged = bytes.slice()
  damaged[7] = 255 - (damaged[7] ?? 0)
  c.blobs.blobs.set(cid, damaged)
  await expect(b.network.fetchBlob(cid, [c.hub], { signal: never })).rejects.toMatchObject({
    code: 'SHOAL_BLOB_CORRUPT',
  })
  expect(await b.blobs.size(cid)).toBe(null)
  await b.network.fetchBlob(cid, [c.hub, a.hub], { signal: never })
  expect(Buffer.compare(await b.blobs.get(cid), bytes)).toBe(0)
})

test('an unfinished blob of bad bytes does not spoil a good holder', async () => {
  const [a, b] = await twoHubs()
  const bytes = patternBytes(3 * sizes.blobChunkBytesMax)
  const cid = await a.blobs.put(bytes)
  b.blobs.partials.set(cid, patternBytes(sizes.blobChunkBytesMax, 99))
  await b.network.fetchBlob(cid, [a.hub], { signal: never })
  expect(Buffer.compare(await b.blobs.get(cid), bytes)).toBe(0)
})

test('a blob nobody has is missing, and so is one whose holders are not connected', async () => {
  const [a, b] = await twoHubs()
  const absent = await new (a.blobs.constructor as new () => typeof a.blobs)().put(patternBytes(10, 5))
  for (const from of [[a.hub], [], ['12D3KooWnobody']]) {
    await expect(b.network.fetchBlob(absent, from, { signal: never })).rejects.toMatchObject({
      code: 'SHOAL_BLOB_MISSING',
    })
  }
})

test('a pushed blob is stored at the peer when the push resolves', async () => {
  const [a, b] = await twoHubs()
  const bytes = patternBytes(2 * sizes.blobChunkBytesMax + 1)
  const cid = await a.blobs.put(bytes)
  let finished = false
  const finishPartial = b.blobs.finishPartial.bind(b.blobs)
  b.blobs.finishPartial = async (which) => {
    await new Promise((resolve) => setTimeout(resolve, 30))
    await finishPartial(which)
    finished = true
  }
  await a.network.pushBlob(cid, b.hub, { signal: never })
  expect(finished).toBe(true)
  expect(Buffer.compare(await b.blobs.get(cid), bytes)).toBe(0)
  await a.network.pushBlob(cid, b.hub, { signal: never })
  expect(b.blobs.writes).toHaveLength(3)
})

test('two fetches and a push of the same blob write it once', async () => {
  const [a, b] = await twoHubs()
  const cid = await a.blobs.put(patternBytes(3 * sizes.blobChunkBytesMax))
  await Promise.all([
    b.network.fetchBlob(cid, [a.hub], { signal: never }),
    b.network.fetchBlob(cid, [a.hub], { signal: never }),
    a.network.pushBlob(cid, b.hub, { signal: never }),
  ])
  expect(b.blobs.writes).toHaveLength(3)
})

test('an aborted fetch ends at once, also while it waits for another transfer of the same blob', async () => {
  const [a, b] = await twoHubs()
  const cid = await a.blobs.put(patternBytes(2 * sizes.blobChunkBytesMax))
  const held: (() => void)[] = []
  a.blobs.beforeRead = () => new Promise((resolve) => void held.push(resolve))
  const first = b.network.fetchBlob(cid, [a.hub], { signal: never })
  await until(() => held.length === 1, 'the first fetch is under way')
  for (const later of [true, false]) {
    const stop = new AbortController()
    if (later) setImmediate(() => stop.abort(new Error('not needed any more')))
    const second = b.network.fetchBlob(cid, [a.hub], { signal: stop.signal })
    if (!later) stop.abort(new Error('not needed any more'))
    await expect(second).rejects.toThrow('not needed any more')
  }
  a.blobs.beforeRead = () => undefined
  held[0]?.()
  await first
})

test('a push that the peer cannot keep fails', async () => {
  const [a, b] = await twoHubs()
  const cid = await a.blobs.put(patternBytes(100))
  b.blobs.writePartial = async () => {
    throw new Error('the disk is full on purpose')
  }
  await expect(a.network.pushBlob(cid, b.hub, { signal: never })).rejects.toMatchObject({
    code: 'SHOAL_HUB_UNREACHABLE',
  })
  await until(() => b.connected.has(a.hub), 'still connected')
})
