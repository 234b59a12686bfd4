/** Maxima and durations of the local API, of hubs started for a run, and of what people see. */
import { KiB, MiB } from './units.ts'

/** The local API, its clients and the command line. */
export const apiLimits = {
  /** Header of a submission: name, input kind and options. */
  submitHeaderBytesMax: 16 * KiB,
  /** A submission: program, input and header; larger inputs must be generated in the job. */
  submitBytesMax: 512 * MiB,
  /** Any other request body. */
  requestBytesMax: 64 * KiB,
  /** One line of an event stream as a client accepts it. */
  eventLineBytesMax: MiB,
  /** A line without news, so that both sides notice a broken connection. */
  heartbeatMs: 2_000,
  /** One waiting request for a result; below every HTTP client's patience, then asked again. */
  resultPollMs: 20_000,
  /** Connections at once: whoever is on this machine can open them, and each takes a descriptor of the hub. */
  connectionsMax: 1024,
  /** A connection has to say what it wants within this time. */
  headersTimeoutMs: 10_000,
  /** A connection without requests is kept open this long. */
  keepAliveMs: 60_000,
  /** Functions of a client whose programs are kept, least recently submitted dropped first. */
  functionsKept: 64,
  /** A submitter who wants the result has it with the answer if the job ends this soon: less than a person or a cancel notices. */
  submitWaitMs: 25,
  /** A hub that does not answer a small request for so long counts as gone. */
  requestTimeoutMs: 10_000,
  /** Letting a hub in: listening for it, and a talk with each that could be meant. */
  pairingTimeoutMs: 60_000,
} as const

/** A result as JSON, beside its exact bytes; both together have to fit into one string of half a gigabyte. */
export const jsonLimits = {
  charsMax: 160 * MiB,
  /** Nested lists and objects; engines run out of stack at a few thousand. */
  depthMax: 1_000,
} as const

/** Swarms that live for one run. */
export const embeddedLimits = {
  hubsMax: 64,
  /** From the start of a hub's process to its ready line; generous for busy machines. */
  readyMs: 30_000,
  /** Until all hubs of the swarm see each other. */
  meetMs: 20_000,
  /** Time a hub has to leave by itself before it is killed. */
  leaveMs: 1_500,
  /** The token by which the other hubs join the first. */
  tokenMs: 60_000,
  /** What a hub said last before it failed to start, in characters. */
  lastWordsMax: 2_048,
  pollMs: 25,
} as const

/** What the command line shows. */
export const showLimits = {
  /** Redraws of the progress line on a terminal. */
  redrawMs: 100,
  /** Progress lines when nobody watches a terminal. */
  lineMs: 5_000,
  /** When a job has not ended by then, it is asked what it waits for. */
  waitingMs: 2_000,
  /** Time between cancelling a job on Ctrl-C and giving up on an answer. */
  cancelWaitMs: 2_000,
  /** Modules whose last run `shoal explain` remembers. */
  lastRunsMax: 256,
  /** Two signals closer than this are one Ctrl-C, seen by us and passed on by our launcher. */
  signalEchoMs: 150,
} as const
