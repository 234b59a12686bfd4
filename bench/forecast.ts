/** Judges the load forecast on recorded and on made series, and measures what it costs a hub. */
import { jobs, trace, traceFiles, tracesMissing } from '../test/forecast/traces.ts'
import { measureCost } from './forecast/cost.ts'
import { judge, type Series } from './forecast/judgement.ts'
import { madeSeries } from './forecast/made-series.ts'

if (tracesMissing === false) await judge('recorded', recorded())
else process.stderr.write(`${tracesMissing}\n`)
await judge('made', madeSeries())
await measureCost(true)

function recorded(): Series[] {
  const files = traceFiles()
  return files
    .filter((file) => !file.endsWith('-jobs.csv'))
    .map((file) => {
      const [machine = '', metric = ''] = file.split(/-(?=cpu-|mem-|net-)/)
      const jobList = `${machine}-jobs.csv`
      const known = metric.startsWith('cpu') && files.includes(jobList)
      return { name: file, rows: trace(file), ...(known ? { jobs: jobs(jobList) } : {}) }
    })
}
