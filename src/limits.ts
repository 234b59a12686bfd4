/** Every maximum and every default duration, each with its reason. Nothing that can grow lacks a name here. */

const KiB = 1024
const MiB = 1024 * KiB

/** Sizes of values, blobs and frames. */
export const sizes = {
  /** A result or input up to this travels inside its ledger record: a blob round trip costs more. */
  inlineBytesMax: KiB,
  /** One chunk of a blob on a stream; libp2p resets a reader that lags more than 4 MiB. */
  blobChunkBytesMax: MiB,
  /** One blob. Larger inputs must be split by the caller. */
  blobBytesMax: 1024 * MiB,
  /** Packed inputs or results of consecutive shards: small enough to fetch only what a claim needs. */
  packBytesTarget: 256 * KiB,
  /** One control message between hubs. */
  controlBytesMax: 4 * MiB,
  /** One gossip message; larger ones are dropped silently by gossipsub at 5 MB, ours are far smaller. */
  gossipBytesMax: 16 * KiB,
  /** One Yjs update between hubs (research: hostile updates grow with size). */
  updateBytesMax: MiB,
  /** One frame between the hub and a slot. */
  slotFrameBytesMax: 256 * MiB,
  /** A signed job manifest. */
  manifestBytesMax: 64 * KiB,
  /** A program after decomposition, npm imports included. */
  programBytesMax: 32 * MiB,
  /** One checkpoint of one shard. */
  checkpointBytesMax: 16 * MiB,
  /** Log output kept per job. */
  jobLogBytesMax: MiB,
  /** One line of log output of a shard. */
  logLineBytesMax: 8 * KiB,
} as const

/** How many of a thing there may be. */
export const counts = {
  /** Hubs one hub keeps track of; beyond this new ones are ignored until old ones are forgotten. */
  hubsMax: 4096,
  /** Jobs a hub follows at once, ended ones included until they expire. */
  jobsMax: 1024,
  /** Families one job may spawn. */
  familiesPerJobMax: 100_000,
  /** Shards of one family: a ledger doc stays near 6 MB (research/yjs.md section 4). */
  shardsPerFamilyMax: 65_536,
  /** Consecutive shards one claim may cover. */
  shardsPerClaimMax: 4096,
  /** Attempts of one shard, over all hubs, before the job fails with the evidence. */
  attemptsPerShardMax: 12,
  /** Distinct hubs a shard may crash on before it is called poison. */
  poisonHubsMax: 3,
  /** Events kept in a shard's or a hub's story. */
  storyEventsMax: 256,
  /** Slots of one hub. */
  slotsMax: 1024,
  /** Root processes at once; further roots wait. */
  rootsMax: 16,
} as const

/** Durations in milliseconds. */
export const durations = {
  /** Heartbeat and forecast gossip; detection of a silent hub is a small multiple of it. */
  beaconMs: 500,
  /** A hub unheard for this long is suspect: its claims are void, its late results still count. */
  suspectAfterMs: 1_800,
  /** The same after its connection broke: a killed process resets its sockets at once. */
  suspectAfterDisconnectMs: 300,
  /** A suspect hub unheard for this long is dead: it no longer counts as a holder of blobs. */
  deadAfterMs: 15_000,
  /** A dead or left hub is forgotten after this long. */
  forgetAfterMs: 600_000,
  /** One update per hub and window carries all records of the window. */
  flushWindowMs: 5,
  /** Anti-entropy with one random peer. */
  antiEntropyMs: 2_000,
  /** Longest a shard may run without any sign of progress, unless the job says otherwise. */
  shardDeadlineMs: 600_000,
  /** Time a cancelled shard has to end by itself before its slot is killed. */
  cancelGraceMs: 100,
  /** A job nobody acknowledged is dropped after this long. */
  jobExpiryMs: 24 * 3_600_000,
  /** Blobs of an acknowledged job are kept this long for late readers. */
  acknowledgedKeepMs: 3_600_000,
} as const
