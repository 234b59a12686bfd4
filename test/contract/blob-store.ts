/** What every blob store must do; run it against each implementation. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BlobStore } from '../../src/store/blob-store.ts'
import { cidOf } from '../../src/store/cid.ts'

export interface StoreUnderTest {
  readonly store: BlobStore
  /** Flips a bit of a stored blob behind the store's back. */
  damage(cid: string): Promise<void>
}

const bytes = (text: string) => new TextEncoder().encode(text)

export function blobStoreContract(
  name: string,
  make: (options: { quotaBytes?: number }) => Promise<StoreUnderTest>,
): void {
  test(`${name}: what is put is got back, under the identity of its bytes`, async () => {
    const { store } = await make({})
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (content) => {
        const cid = await store.put(content)
        expect(cid).toBe(cidOf(content))
        expect(await store.get(cid)).toEqual(content)
        expect(await store.size(cid)).toBe(content.byteLength)
      }),
      { numRuns: 15 },
    )
  })

  test(`${name}: the same bytes are kept once, also when they come at the same time`, async () => {
    const { store } = await make({})
    const cids = await Promise.all([1, 2, 3].map(() => store.put(bytes('same'))))
    expect(new Set(cids).size).toBe(1)
    expect(store.usedBytes()).toBe(4)
    expect(await store.list()).toEqual([cids[0]])
  })

  test(`${name}: what is not here is missing`, async () => {
    const { store } = await make({})
    const cid = cidOf(bytes('absent'))
    await expect(store.get(cid)).rejects.toMatchObject({ code: 'SHOAL_BLOB_MISSING' })
    await expect(store.read(cid, 0, 1)).rejects.toMatchObject({ code: 'SHOAL_BLOB_MISSING' })
    await expect(store.finishPartial(cid)).rejects.toMatchObject({ code: 'SHOAL_BLOB_MISSING' })
    expect(await store.size(cid)).toBeNull()
    await store.remove(cid)
  })

  test(`${name}: damaged bytes are never served, count as missing, and can be stored anew`, async () => {
    const { store, damage } = await make({})
    const cid = await store.put(bytes('precious'))
    await damage(cid)
    await expect(store.get(cid)).rejects.toMatchObject({ code: 'SHOAL_BLOB_CORRUPT' })
    expect(await store.size(cid)).toBeNull()
    expect(store.usedBytes()).toBe(0)
    await expect(store.get(cid)).rejects.toMatchObject({ code: 'SHOAL_BLOB_MISSING' })
    await store.put(bytes('precious'))
    expect(await store.get(cid)).toEqual(bytes('precious'))
  })

  test(`${name}: parts are read as asked, never past the end`, async () => {
    const { store } = await make({})
    const cid = await store.put(bytes('0123456789'))
    expect(await store.read(cid, 3, 4)).toEqual(bytes('3456'))
    expect(await store.read(cid, 8, 100)).toEqual(bytes('89'))
    expect(await store.read(cid, 20, 5)).toEqual(new Uint8Array())
  })

  test(`${name}: a transfer goes on where it ended and counts only once it is whole and right`, async () => {
    const { store } = await make({})
    const content = bytes('a transfer in parts')
    const cid = cidOf(content)
    await store.writePartial(cid, 0, content.subarray(0, 5))
    expect(await store.partialSize(cid)).toBe(5)
    expect(await store.size(cid)).toBeNull()
    await expect(store.writePartial(cid, 7, content.subarray(7))).rejects.toMatchObject({ code: 'SHOAL_FRAME_INVALID' })
    await store.writePartial(cid, 3, content.subarray(3, 9))
    await store.writePartial(cid, 9, content.subarray(9))
    await store.finishPartial(cid)
    expect(await store.get(cid)).toEqual(content)
    expect(await store.partialSize(cid)).toBe(0)
    expect(store.usedBytes()).toBe(content.byteLength)
  })

  test(`${name}: a transfer of the wrong bytes is dropped and leaves nothing`, async () => {
    const { store } = await make({})
    const cid = cidOf(bytes('expected'))
    await store.writePartial(cid, 0, bytes('received'))
    await expect(store.finishPartial(cid)).rejects.toMatchObject({ code: 'SHOAL_BLOB_CORRUPT' })
    expect(await store.partialSize(cid)).toBe(0)
    expect(await store.size(cid)).toBeNull()
    expect(store.usedBytes()).toBe(0)
  })

  test(`${name}: finishing a transfer of what is here already is harmless`, async () => {
    const { store } = await make({})
    const content = bytes('twice')
    const cid = await store.put(content)
    await store.writePartial(cid, 0, content.subarray(0, 2))
    await store.finishPartial(cid)
    expect(await store.get(cid)).toEqual(content)
    expect(store.usedBytes()).toBe(content.byteLength)
  })

  test(`${name}: the quota holds for blobs and transfers, and removing makes room`, async () => {
    const { store } = await make({ quotaBytes: 10 })
    const cid = await store.put(bytes('123456'))
    await expect(store.put(bytes('abcdef'))).rejects.toMatchObject({ code: 'SHOAL_BLOB_QUOTA' })
    const other = cidOf(bytes('other one'))
    await expect(store.writePartial(other, 0, bytes('other'))).rejects.toMatchObject({ code: 'SHOAL_BLOB_QUOTA' })
    await store.remove(cid)
    expect(store.usedBytes()).toBe(0)
    await store.put(bytes('abcdef'))
    expect(store.usedBytes()).toBe(6)
  })

  test(`${name}: callers may change their buffers afterwards`, async () => {
    const { store } = await make({})
    const content = bytes('mutable')
    const cid = await store.put(content)
    content.fill(0)
    const got = await store.get(cid)
    expect(got).toEqual(bytes('mutable'))
    got.fill(0)
    expect(await store.get(cid)).toEqual(bytes('mutable'))
  })
}
