/** Orders to drain: a member's signed word that one hub, in the life it has now, is to hand over and leave. */
import * as v from 'valibot'
import type { HubId } from '../../program/ref.ts'
import { invalidStatement, isSignedBy, parseBody, type Signed, signStatement } from './statement.ts'

const hubSchema = v.pipe(v.string(), v.minLength(40), v.maxLength(64))

/** The life of the hub is named: a hub drains once in a life, so an order that is sent again changes nothing, then or later. */
const bodySchema = v.object({
  version: v.literal(1),
  swarm: v.pipe(v.string(), v.maxLength(64)),
  hub: hubSchema,
  boot: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  by: hubSchema,
})

/** An order whose signature is good. Whether its signer may give it is for the hub to say that it names. */
export type DrainOrder = v.InferOutput<typeof bodySchema>

export function signDrainOrder(
  order: Omit<DrainOrder, 'version'>,
  signer: { sign(bytes: Uint8Array): Uint8Array },
): Signed {
  return signStatement('drain', { version: 1, ...order }, signer)
}

/** @throws ShoalError SHOAL_SIGNATURE_INVALID */
export function parseDrainOrder(wire: Signed): DrainOrder {
  const order = parseBody(bodySchema, wire)
  if (!isSignedBy('drain', wire, order.by))
    throw invalidStatement('an order to drain is not signed by the hub it names')
  return order
}

/** Why this hub does not follow an order that came from `from`; null when it does. */
export function refusalOf(
  wire: Signed,
  from: HubId,
  here: {
    readonly swarm: string
    readonly hub: HubId
    readonly boot: string
    roles(hub: HubId): readonly string[]
  },
): string | null {
  const order = parseDrainOrder(wire)
  if (order.by !== from) return 'the order was passed on by another hub'
  if (order.swarm !== here.swarm || order.hub !== here.hub) return 'the order is for another hub'
  if (order.boot !== here.boot) return 'the order is for an earlier life of this hub'
  return here.roles(from).includes('submit') ? null : 'who gives it has no submit role'
}
