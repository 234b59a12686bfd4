import { expect, test } from 'vitest'
import type { OpenAdmission } from '../../src/live/admission/admission.ts'
import { SwarmPlace, type SwarmPlaceInit } from '../../src/live/swarm-place.ts'

/** A member that may do everything, started for what `roles` say. */
function placeOf(roles: readonly string[], removed: string[]): SwarmPlace {
  const membership = {
    roles: () => ['compute', 'submit'],
    remove: (hub: string) => removed.push(hub),
    saved: async () => undefined,
  }
  const admission = { membership, identity: { hub: 'self' } } as unknown as OpenAdmission
  return new SwarmPlace({ admission, roles } as unknown as SwarmPlaceInit)
}

test('a hub that was started to look on lets nobody in and removes nobody', async () => {
  const removed: string[] = []
  const place = placeOf(['observe'], removed)
  const refusal = { code: 'SHOAL_ROLE_MISSING' }
  await expect(place.removeHub('other')).rejects.toMatchObject(refusal)
  await expect(place.createToken({ expiresMs: 1_000, uses: 1 })).rejects.toMatchObject(refusal)
  await expect(place.acceptHub('ABCD2345', null)).rejects.toMatchObject(refusal)
  expect(removed).toEqual([])
  await placeOf(['compute', 'submit'], removed).removeHub('other')
  expect(removed).toEqual(['other'])
})
