/** Every timer of a hub, one sentence each. A timer has one deadline; setting it again moves it. */

export type TimerName =
  /** When to send the next beacon, and to look who has been silent too long. */
  | 'beacon'
  /** When to plan again although nothing was heard: a slot falls free, patience ends, a pause is over. */
  | 'evaluate'
  /** When to exchange ledgers with the next peer. */
  | 'anti-entropy'
  /** When the next job is past its deadline. */
  | 'deadline'
  /** When a hub that was cut off counts as suspect. */
  | 'suspect'
