/** `shoal hubs`: who is in the swarm, and how busy. */
import type { HubReport } from '../../src/client/local-hub.ts'
import { exitCodes } from '../exit.ts'
import { homeHub } from '../home-hub.ts'
import { table } from '../table.ts'
import { homeOption, jsonOption, type Verb } from '../verb.ts'

export const hubs: Verb = {
  name: 'hubs',
  summary: 'List the hubs of the swarm with their load and forecast.',
  positionals: [],
  options: { home: homeOption, json: jsonOption },
  async run(args) {
    const known = await (await homeHub(args)).hubs()
    process.stdout.write(args.flag('json') ? `${JSON.stringify(known)}\n` : hubTable(known))
    return exitCodes.done
  },
}

function hubTable(known: readonly HubReport[]): string {
  const rows = known.map((hub) => [
    `${hub.hub}${hub.self ? ' (this)' : ''}`,
    hub.state,
    String(hub.slots),
    percent(hub.load.cpu),
    percent(hub.expected[0]?.cpu.p90),
    hub.rttMs === null ? '-' : `${hub.rttMs.toFixed(1)} ms`,
    Object.entries(hub.labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
  ])
  return table(['HUB', 'STATE', 'SLOTS', 'CPU', 'SOON', 'RTT', 'LABELS'], rows)
}

function percent(share: number | undefined): string {
  return share === undefined ? '-' : `${Math.round(share * 100)} %`
}
