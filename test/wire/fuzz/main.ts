/** `npm run fuzz:wire -- --seconds 60 --seed 1`: hostile bytes at every border between hubs; what breaks is kept and printed. */
import { parseArgs } from 'node:util'
import { fuzz, replayKept } from './run.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now()) },
  },
})
const again = replayKept()
const report = await fuzz({
  seconds: Number(values.seconds),
  seed: Number(values.seed) % 2 ** 31,
  keep: true,
  ...(values.only === undefined ? {} : { only: values.only }),
})
const { findings, ...figures } = report
for (const { target, seed, message } of [...again, ...findings].slice(0, 20)) {
  process.stderr.write(`${target}, seed ${seed}: ${message}\n`)
}
process.stdout.write(`${JSON.stringify({ seed: values.seed, ...figures, findings: findings.length + again.length })}\n`)
process.exitCode = findings.length + again.length === 0 && report.isMemoryFlat ? 0 : 1
