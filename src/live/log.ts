/** The log as the live rooms see it: fields first, then one sentence. A pino logger fits. */

type Write = (fields: Readonly<Record<string, unknown>>, message: string) => void

export interface Log {
  readonly debug: Write
  readonly info: Write
  readonly warn: Write
  readonly error: Write
}

/** Fields that describe something thrown, without its stack. */
export function errorFields(thrown: unknown): { readonly error: string; readonly code?: string } {
  if (!(thrown instanceof Error)) return { error: String(thrown) }
  const code = (thrown as { code?: unknown }).code
  return typeof code === 'string' ? { error: thrown.message, code } : { error: thrown.message }
}
