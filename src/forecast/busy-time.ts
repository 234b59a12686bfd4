/** How long a step held the event loop: by the clock, less what the machine spent on others meanwhile. */

/** Begins a measurement. @returns a function that gives the milliseconds since then. */
export function busyTimer(): () => number {
  const wall = performance.now()
  const cpu = cpuMs()
  // CPU time comes in ticks, the clock counts the time of others: the truth is below both.
  return () => Math.min(performance.now() - wall, cpuMs() - cpu)
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
