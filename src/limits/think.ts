/** Maxima and periods of the load forecast and of decomposition. */
import { MiB } from './units.ts'

/** What the forecast of the machine's load keeps and needs. */
export const forecastLimits = {
  /** Samples of history per metric: more than an hour, so that work that comes back is recognised. */
  samplesKept: 4096,
  /** Of these, samples searched for moments like the present one. */
  likenessSamples: 4096,
  /** Samples that tell what is a usual level and spread. */
  levelSamples: 1280,
  /** Realised errors per expert and horizon behind a p90. */
  errorsKept: 300,
  /** Errors below which p90 is a fixed margin: a quantile of fewer says nothing. */
  errorsForQuantileMin: 10,
  /** Errors below which their median corrects nobody. */
  errorsForMedianMin: 30,
  /** Earlier runs of one kind of job that are read. */
  jobRunsKept: 8,
  /** Rows a net is trained on. */
  trainingRowsMax: 1200,
  /** Width of a net's layer, size of a weight, and number of nets that are read back. */
  netWidthMax: 256,
  weightMax: 1e6,
  savedNetsMax: 64,
  /** What is left to the next life: its size, how old its samples may be, and of these how many are walked through again. */
  savedBytesMax: 4 * MiB,
  savedFreshMs: 600_000,
  replayedSamples: 600,
  /** Longest the loop is held at a time while they are. */
  replaySliceMs: 4,
  /** Time between two savings. */
  saveEveryMs: 300_000,
  /** Longest one training may take before its thread is replaced. */
  trainingMsMax: 30_000,
  /** Function profiles a hub keeps, least recently used dropped first. */
  profilesMax: 512,
  /** Function profiles that go with one beacon; even. */
  profilesPerBeacon: 4,
  /** Hubs whose word about one function is kept. */
  profileHubsMax: 64,
  /** Rows of one recorded series, and horizons of one back-test. */
  backtestRowsMax: 2_000_000,
  /** Values of a recorded series beyond this, either way, are refused: no sum of their squares must overflow. */
  valueMax: 1e30,
  backtestHorizonsMax: 16,
} as const

/** Decomposition: analysis at submit, granularity and checks at run time. */
export const decomposeLimits = {
  /** Square roots between two looks at the CPU clock when a workflow's node burns time: about 0.1 ms. */
  workflowRounds: 20_000,
  /** A slot compares its builtins with those it started with at most this often: a look takes about 0.2 ms. */
  builtinsCheckMs: 20,
  /** Functions that a parameter may hold, over all calls, to be told apart. */
  givenFunctionsMax: 32,
  /** Looks at functions in the analysis of one module, a quarter of a millisecond each in the worst case. */
  visitsMax: 8_000,
  /** Loops and array calls of one module that are judged. */
  spotsMax: 10_000,
  /** What one shard costs beside its work: auction, claim, transfer, commit. Measured 0.2-3 ms; the upper end. */
  shardCostMs: 3,
  /** The rest of a spot is not worth sharding below this many shard costs. */
  worthShardCosts: 10,
  /** A nest of two loops is cut by pairs of items when the outer loop has fewer items than this per slot. */
  outerItemsPerSlot: 4,
  /** Longest a spot runs in place before it is decided where the rest goes. */
  sampleMs: 2,
  /** Longest segment in place between two looks at the clock. */
  segmentMs: 5,
  /** A shard's work is at least this many shard costs. */
  floorShardCosts: 5,
  /** Longest shard that is cut on purpose: what a lost machine costs without a checkpoint. */
  shardMsTarget: 50,
  /** Beyond this many shards of one family they grow longer instead. */
  shardsTarget: 2_000,
  /** A shard that takes this many times what was expected hands back the items it has not begun, ... */
  divideShares: 3,
  /** ... or this many times while the swarm has other shards to do, ... */
  divideBusyShares: 12,
  /** ... but never sooner than this: another round costs some milliseconds. */
  divideMsMin: 150,
  /** A tail of at most this much work per slot is cut once per slot, a longer one by the rule for families. */
  tailPieceMsMax: 500,
  /** Time between two looks at the checkpoint clock inside a shard. */
  shardSegmentMs: 5,
  /** A visit of a spot that is over within this is small; after some of them the next ones are not timed. */
  smallVisitMs: 0.1,
  smallVisits: 8,
  smallVisitsBetweenLooks: 32,
  smallVisitsBetweenLooksMax: 128,
  /** Items shorter than this run this much longer in place first: their code is not compiled at the start. */
  tightItemMs: 0.005,
  tightSampleMs: 8,
  /** A single segment that took this long is believed: interruptions by other processes are shorter. */
  believedMs: 20,
  /** Shards that are audited unasked: one in so many. */
  auditedOneIn: 100,
  /** Characters of module texts that a slot keeps compiled. */
  compiledCharsMax: 4 * MiB,
  /** Different reasons for staying in place that are logged per root. */
  fallbackLogsMax: 100,
} as const

/** States of sequential loops: when they are looked at, noted and kept. */
export const loopLimits = {
  /** Looks at a loop are about this far apart; each takes well below a microsecond, in an isolate a few. */
  lookEveryMs: 4,
  /** And at most this many passes: should a pass become long all at once, the next look must not be far. */
  passesPerLookMax: 65_535,
  /** A loop that takes longer is worth a state: its objects are noted. What went before is run again after a loss. */
  notedAfterMs: 250,
  /** Noting may take this share of the time that a loop has run: one in so many parts. */
  noteShares: 20,
  /** Bytes of state that are noted in a millisecond at least, and that are always few enough. */
  noteBytesPerMs: 5 * 1024,
  noteBytesMin: 64 * 1024,
  /** After a state that could not be kept the loop is left alone for so long. */
  restMs: 10_000,
  /** Loops under way at once whose states are kept: rounds within rounds, calls within calls. */
  keptMax: 64,
  /** Of a checkpoint, what is not state. */
  checkpointHeadBytes: 64 * 1024,
} as const
