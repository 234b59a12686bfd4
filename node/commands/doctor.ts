/** `shoal doctor`: why hubs do not see each other, with one step that helps for each cause. */
import { findHub } from '../../src/client/find-hub.ts'
import { homeFolder } from '../../src/client/home.ts'
import { doctorText } from '../doctor-text.ts'
import { exitCodes } from '../exit.ts'
import { lookWithoutHub } from '../look-without-hub.ts'
import { homeOption, jsonOption, type Verb } from '../verb.ts'

export const doctor: Verb = {
  name: 'doctor',
  summary: 'Say why hubs do not see each other: interfaces, multicast, refusals, and what to do. Exits 1 on a finding.',
  positionals: [],
  options: { home: homeOption, json: jsonOption },
  async run(args) {
    const hub = await findHub(args.text('home'))
    const report = hub === null ? lookWithoutHub(homeFolder(args.text('home'))) : await hub.doctor()
    process.stdout.write(args.flag('json') ? `${JSON.stringify({ schema: 1, ...report })}\n` : doctorText(report))
    return report.findings.every(({ ok }) => ok) ? exitCodes.done : exitCodes.failed
  },
}
