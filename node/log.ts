/** The log of a hub process: JSON lines on stderr, from the level in SHOAL_LOG. */
import { type Logger, pino } from 'pino'

/** Levels: debug, info, warn (default), error, silent. */
export function createLog(): Logger {
  const level = process.env.SHOAL_LOG ?? 'warn'
  const known = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']
  return pino({ level: known.includes(level) ? level : 'warn', base: null }, pino.destination({ fd: 2, sync: true }))
}
