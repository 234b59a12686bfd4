/** Whether a hub may and can run a job's shards at all. */

export interface Capabilities {
  readonly compute: boolean
  readonly labels: Readonly<Record<string, string>>
}

export type Needs = Readonly<Record<string, string>>

/** Hard filter: every needed label must be there with that value. A hub without the compute role fits nothing. */
export function fits(needs: Needs | undefined, capabilities: Capabilities): boolean {
  if (!capabilities.compute) return false
  return Object.entries(needs ?? {}).every(([label, value]) => capabilities.labels[label] === value)
}
