import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { connect } from '../../src/index.ts'

test('a program connects, submits functions, and gets values and errors as if it had called them', async () => {
  const home = mkdtempSync(join(tmpdir(), 'shoal-library-'))
  try {
    await using swarm = await connect({ home })
    const roots = (n: number) => Array.from({ length: n }, (_, i) => i).map((i) => Math.sqrt(i))
    const run = await swarm.submit(roots, 50, { chunks: 3 })
    const events: string[] = []
    for await (const event of run.events()) events.push(event.type)
    expect(await run.result()).toEqual(roots(50))
    expect(events.at(-1)).toBe('ended')
    const fails = () => {
      throw new TypeError('by design')
    }
    await expect(swarm.run(fails, undefined)).rejects.toThrow(new TypeError('by design'))
    const spinning = await swarm.submit(() => {
      for (;;) Math.sqrt(2)
    }, undefined)
    await spinning.cancel()
    await expect(spinning.result()).rejects.toMatchObject({ code: 'SHOAL_JOB_CANCELLED' })
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
})
