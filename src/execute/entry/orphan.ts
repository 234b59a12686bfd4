/** Ends a slot whose hub has died, although its main thread may spin: a second thread watches the parent's id. */
import { Worker } from 'node:worker_threads'
import { slotLimits } from '../../limits.ts'

const watch = `
const { workerData } = require('node:worker_threads')
setInterval(() => {
  if (process.ppid !== workerData.parent) process.kill(process.pid, 'SIGKILL')
}, workerData.pollMs)
`

/** Used only where the kernel does not end a child with its parent (see launcher.ts). */
export function watchParent(parent: number): void {
  const worker = new Worker(watch, { eval: true, workerData: { parent, pollMs: slotLimits.parentPollMs } })
  worker.unref()
}
