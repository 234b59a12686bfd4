/** Maxima and durations of slots and of the value codec. */
import { KiB, MiB } from './units.ts'

/** Slots: processes that run shards, and the pipe to them (src/execute). */
export const slotLimits = {
  /** First buffer of a frame: most frames are smaller. */
  frameBufferBytes: KiB,
  /** Byte strings from this size on are written as they are, not copied into a frame's buffer. */
  unjoinedBytesMin: 64 * KiB,
  /** Shards per frame to a slot; two such frames are in flight. */
  shardsPerFrameMax: 512,
  /** Input bytes per frame to a slot, except that one shard always fits. */
  frameInputBytesTarget: 4 * MiB,
  /** Work handed to a slot ahead of the running shard: hides the round trip, keeps cancel and steal quick. */
  aheadMs: 20,
  /** Spots whose shard times are remembered. */
  pacesMax: 256,
  /** Outcomes of tiny shards wait this long for company in one frame ... */
  flushMs: 5,
  /** ... or until they are this many bytes. */
  flushBytes: 64 * KiB,
  /** A slot looks at its pipe at least this often between shards. */
  yieldMs: 2,
  /** And at least this often between the segments of one long shard: to hear that it is to stop, or to move. */
  turnMs: 20,
  /** Code that never yields looks whether its state is wanted this often, when it offers one. */
  hearEveryMs: 25,
  /** Least time between two checkpoints of a shard (Young's interval has this floor). */
  checkpointIntervalMs: 1_000,
  /** Mean time between failures of one hub, while none was observed. */
  mtbfMs: 3_600_000,
  /** Least time between two progress reports of a shard. */
  progressIntervalMs: 100,
  /** Programs and shared inputs a slot keeps by key, least recently used out first. */
  keyedBytesMax: 256 * MiB,
  /** Programs a slot keeps loaded. */
  programsMax: 4,
  /** Output of one run or root; the rest is dropped with a note. */
  logBytesPerRunMax: 256 * KiB,
  /** Pause after each piece of a flood of output. */
  outputPauseMs: 50,
  /** How often the memory of a busy slot is looked at. */
  memoryPollMs: 25,
  /** A slot process that holds more than this share of its memory limit is replaced after its run. */
  recycleMemoryShare: 0.75,
  /** A slot process is replaced after this many runs: leaks of user code end here. */
  recycleRuns: 10_000,
  /** Sessions that an ordinary user may weigh: one in a tenth of a second, of the whole machine. Tries, and the time between two. */
  weighTriesMax: 64,
  weighAgainMs: 110,
  /** Time a new slot process has to say that it is ready. */
  startMs: 20_000,
  /** A deadline counts only if this much later there is still no result: the hub may have slept itself. */
  deadlineConfirmMs: 25,
  /** Time between the exit of a slot process and the end of its pipes, should somebody else hold them open. */
  drainMs: 250,
  /** Private memory the kernel gives to a jailed slot; V8 reserves more than it uses, less stops a second isolate. */
  jailDataBytesMax: 4096 * MiB,
  /** Memory of an isolate in MiB, array buffers included; below what the watchdog allows the whole process. */
  isolateMemoryMiBMax: 896,
  /** Shards that go into an isolate with one call. */
  shardsPerCallMax: 64,
  /** Files a jailed slot may have open. */
  jailFilesMax: 256,
  /** How often a slot looks whether its hub still lives, where the kernel does not tell. */
  parentPollMs: 250,
} as const

/** What one encoded value may hold. */
export const codecLimits = {
  /** Bytes of one encoded value: what one slot frame may carry (sizes.slotFrameBytesMax). */
  encodedBytesMax: 256 * MiB,
  /** Objects numbered in one table: a Map holds 2 ** 24 entries, and one walk must end well before. */
  objectsMax: 16_000_000,
} as const
