// Sums what the test runners counted, as one plain line; exits 1 when anything failed.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [reports, broken] = process.argv.slice(2)
let passed = 0
let failed = 0

for (const name of ['unit', 'e2e', 'simulations']) {
  const file = join(reports, `${name}.json`)
  if (!existsSync(file)) {
    if (name !== 'simulations') failed++
    continue
  }
  const report = JSON.parse(readFileSync(file, 'utf8'))
  if (name === 'simulations') {
    passed += report.seeds - report.failed.length
    failed += report.failed.length
    continue
  }
  passed += report.numPassedTests
  // A file that does not even load has no failed test, only a failed suite.
  const silent = (report.testResults ?? []).filter(
    (suite) => suite.status === 'failed' && !suite.assertionResults.some(({ status }) => status === 'failed'),
  )
  failed += report.numFailedTests + silent.length
}
if (Number(broken) > 0 && failed === 0) failed = Number(broken)

console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
