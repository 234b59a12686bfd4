/** Every maximum and every default duration, each with its reason: those of the protocol here, those of each room beside it. */
import { KiB, MiB } from './limits/units.ts'

export * from './limits/execute.ts'
export * from './limits/ledger.ts'
export * from './limits/live.ts'
export * from './limits/node.ts'
export * from './limits/think.ts'

/** Sizes of values, blobs and frames. */
export const sizes = {
  /** A result or input up to this travels inside its ledger record: a blob round trip costs more. */
  inlineBytesMax: KiB,
  /** The same for outcomes of consecutive shards together, if they are as small as this on average: a blob for them would be made
   * durable at two hubs before they count. */
  inlinePackBytesMax: 16 * KiB,
  inlineOutcomeBytesMax: 64,
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
  /** With this many the oldest ended one goes whenever a new one comes: a busy day must not close the swarm. */
  jobsKept: 960,
  /** Families one job may spawn. */
  familiesPerJobMax: 100_000,
  /** Shards of one family: a ledger doc stays near 6 MB (research/yjs.md section 4). */
  shardsPerFamilyMax: 65_536,
  /** Consecutive shards one claim may cover. */
  shardsPerClaimMax: 4096,
  /** Attempts of one shard, over all hubs, before the job fails with the evidence. */
  attemptsPerShardMax: 12,
  /** Hubs that may run each shard to compare results. */
  verifyHubsMax: 15,
  /** Distinct hubs a shard may crash on before it is called poison. */
  poisonHubsMax: 3,
  /** Runs of other hubs watched for stragglers. */
  foreignRunsMax: 65_536,
  /** Per job: differences between results that are told. */
  disputesMax: 1_024,
  /** Per hub: shards of which it told a result that did not stand. Trust has long reached its floor by then. */
  wrongResultsMax: 64,
  /** Ids of dropped jobs remembered, so that peers do not bring them back. */
  droppedJobsMax: 16_384,
  /** Updates in one message between hubs; a longer answer takes several messages. */
  updatesPerMessageMax: 1024,
  /** Own decisions kept for `why`. */
  decisionsMax: 4096,
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
  /** A hub that was handed nothing for this long, beacon timer included, was itself away and does not judge others by it. */
  sleptMs: 1_000,
  /** A suspect hub unheard for this long is dead: it no longer counts as a holder of blobs. */
  deadAfterMs: 15_000,
  /** A dead or left hub is forgotten after this long. */
  forgetAfterMs: 600_000,
  /** One update per hub and window carries all records of the window. */
  flushWindowMs: 5,
  /** That claimed work has started or has a checkpoint waits so long for other records to travel with. With 100 ms a hundred hubs took 8 % longer at the end of a job: thieves ask for what runs already. */
  progressWindowMs: 50,
  /** What others wrote goes to the disk in such steps: losing the last one costs a question to them. */
  keepWindowMs: 50,
  /** The load monitor samples this often. */
  loadSampleMs: 1_000,
  /** Anti-entropy with one random peer. */
  antiEntropyMs: 2_000,
  /** Longest a shard may run without any sign of progress, unless the job says otherwise. */
  shardDeadlineMs: 600_000,
  /** Time a cancelled shard has to end by itself before its slot is killed. */
  cancelGraceMs: 100,
  /** A job nobody acknowledged is dropped after this long. */
  jobExpiryMs: 24 * 3_600_000,
  /** How often the blob store is searched for what no job needs; a blob goes when two searches in a row found it so. */
  blobSweepMs: 600_000,
  /** Blobs of an acknowledged job are kept this long for late readers. */
  acknowledgedKeepMs: 3_600_000,
} as const

/** Swarms larger than these slow down in proportion: what a hub hears and computes in a second stays the same. */
export const pace = {
  /** 128 hubs that flush every 5 ms are 25,600 messages a second, which one event loop takes in by the batch. */
  flushHubs: 128,
  /** 128 hubs with two beacons a second each. */
  beaconHubs: 128,
  planHubs: 64,
} as const

/** The auction (research: rolling-horizon plan over gossiped bid functions). Times named `*Shares` are shares of the mean unit. */
export const auction = {
  /** Units a plan looks at: this many per hub, plus a constant for small swarms. */
  planUnitsPerHub: 4,
  /** Beyond so many hubs a plan looks at fewer units for each. */
  planHubsFull: 64,
  planUnitsPerHubMore: 1.5,
  /** Offers that end within this and a round trip of the best, or this share of the mean unit if that is less, are equal. */
  tieMsMin: 3,
  tieShares: 0.25,
  /** Up to so many bidders are all asked for each unit; among more, the best is searched for. */
  askAllMax: 64,
  /** A plan is used again for so long while no record and no member has changed. */
  planReuseMs: 100,
  /** Units of others, most urgent first, that an idle hub thinks about taking out of turn. */
  patienceUnitsMax: 32,
  /** Beyond so many hubs it thinks about fewer: offers for a few units are as many as for many in a small swarm. */
  patienceHubsFull: 24,
  /** Bids kept of a decision, best first. */
  bidsKeptMax: 64,
  planUnitsBase: 40,
  /** Claimed but unstarted runs a hub holds per slot: hides the claim's latency, never queues deep. */
  queuedRunsPerSlotMax: 1,
  /** Where inputs travel as long as this share of the mean unit's work, one more is held; at most so many more. */
  queuedRunsPerTravel: 2,
  queuedRunsMoreMax: 2,
  /** Claims are made earlier by this share of the mean travel of inputs. */
  travelShares: 3,
  /** Inputs of units that the plan gives to a hub are sent for when they begin within this share of the mean unit. */
  prefetchShares: 2,
  /** Besides these, claimed runs per slot whose inputs are on their way. */
  travellingRunsPerSlotMax: 2,
  /** A busy hub claims its next unit when its slot is free within this share of the mean unit. */
  leadShares: 1,
  /** A unit whose parents are all claimed may be claimed when it is ready within this share of the mean unit. */
  lookShares: 0.5,
  /** An idle hub waits this share of the mean unit before it takes work that its plan gives to another. */
  patienceShares: 0.3,
  /** Bounds of patience in milliseconds: at least a few message delays, at most what a person notices. */
  patienceMsMin: 15,
  patienceMsMax: 400,
  /** Replan at most this often while all slots are busy, and while one is idle. */
  replanBusyMs: 40,
  replanIdleMs: 5,
  /** An idle hub looks again this often while there is anything it could take over. */
  idleTickMs: 20,
  /** The same while nothing has changed since it looked last. */
  idleTickSameMs: 40,
  /** A bundle aims at this much work: enough to hide its cost, little enough to be stolen late. */
  bundleMsMin: 10,
  bundleMsMax: 2_000,
  /** A bundle takes at most this share of what is left per slot, so that the last ones are small (guided self-scheduling). */
  bundleRestShares: 0.5,
  /** Waiting claims are compared with what others could do this often; they go back when that is better by this share of their work. */
  reauctionMs: 1_000,
  reauctionShares: 0.2,
  /** A claim of this epoch stays: what went round so often goes round for no good reason. */
  reauctionsMax: 3,
  /** Work that has taken longer than expected is expected to take this share of that more. */
  overdueShares: 0.25,
  /** Expected work of a shard about which nothing is known. */
  unknownWorkMs: 20,
  /** After a refused steal the thief leaves that owner alone; doubled with each refusal in a row, up to the maximum. */
  stealPauseMs: 200,
  stealPauseMsMax: 1_600,
  /** Only the fastest idle hubs ask for work, so many at once: a late hub is not asked by a thousand. */
  thievesMax: 8,
  /** An unanswered steal request is given up. */
  stealTimeoutMs: 1_000,
  /** A steal must bring the stolen work forward by this share of it. */
  stealGainShares: 0.25,
  /** A copy of a running shard is worth it when it runs this many times longer than predicted. */
  speculateAfterShares: 1.5,
  /** It must end before the original by this share of its work. */
  speculateGainShares: 0.1,
  /** Allowed on top for the first run of a job on a hub: a slot process starts, the program loads. */
  coldStartMs: 1_000,
  /** And has run at least this long: tiny shards are late by noise alone. */
  speculateMsMin: 150,
  /** A claim that shows nothing for this part of the deadline is copied, whatever its hub promised, and roots too. */
  silentDeadlineParts: 3,
  /** Shorter pieces of work say nothing of a hub's speed: most of their time is the way of the result. */
  observedWorkMsMin: 20,
  /** Assumed before anything was measured. */
  linkBytesPerMs: 40_000,
  linkLatencyMs: 1,
} as const

/** Running shards and roots that move to another hub (research: 20 % of the rest as margin; measured again in docs/explanation/dispatch.md). */
export const migration = {
  /** A shard moves at most so often: two wrong forecasts in a row are believable, more are flapping. */
  movesPerShardMax: 2,
  /** What a move is assumed to cost: stop, checkpoint, fetch, start. */
  moveMs: 100,
  /** The same for a root: a process starts, loads the program, and runs what came before the loop and its first quarter of a second. */
  rootMoveMs: 1_000,
  /** The rest must end sooner by this much, and by this share of what it takes there. */
  gainMsMin: 100,
  gainShares: 0.2,
  /** The gain must have been seen at every look for this share of the time at stake, and at most this long. */
  holdShares: 0.1,
  holdMsMax: 1_000,
  /** Looks further apart than this say nothing about the time between. */
  forgetMs: 3_000,
  /** At a hub with this share of its speed free, a shard of this many times the work it should be is late for an unknown reason. */
  freeShares: 0.9,
  oddShares: 2,
  /** A fresh checkpoint is waited for this long; then the newest must do. Below `auction.stealTimeoutMs`. */
  checkpointWaitMs: 600,
} as const

/** A hub that leaves in order. */
export const leaving = {
  /** What is expected to end so soon is let end: to move it would take about as long. */
  letEndMs: 500,
  /** A root that computes is given so long for a checkpoint: two of its shortest intervals, and the way to a second holder. */
  rootWaitMs: 2_500,
} as const

/** How the speed of a machine is measured: by the quickest rounds of a small computation. */
export const speedLimits = {
  rounds: 600,
  warmUpRounds: 100,
  stepsPerRound: 50_000,
  /** Of its sequence of integers (Numerical Recipes). */
  multiplier: 1_664_525,
  increment: 1_013_904_223,
  /** Milliseconds of a round on the reference machine: a server core of some 3 GHz. */
  referenceRoundMs: 0.37,
  /** Speeds are told in steps of this ratio. */
  step: 1.05,
  speedMin: 0.05,
  speedMax: 20,
  /** Share of the rounds that are quicker than the one that counts. */
  quickest: 0.05,
  /** A machine that is busy for so long with others is not measured. */
  measureMsMax: 30_000,
} as const

/** Inputs that could not be fetched: how long the shard rests before anyone here claims it again. */
export const recovery = {
  missingInputPauseMs: 500,
  /** A job whose results are to be compared waits so long for hubs enough. */
  verifyPatienceMs: 60_000,
  /** A blob whose holders live is lost after so many requests in vain, ... */
  missesMax: 3,
  /** ... over at least this long. */
  missingForMs: 2_000,
  /** A root is replayed for lost inputs only when nobody has begun to replay it for this long. */
  rootReplayMs: 10_000,
  /** A new job's root is left to its submitter for this long. */
  rootPatienceMs: 1_000,
  /** Hubs that would take this many times as long as the quickest, for so much work, are as good as that one to begin a root again. */
  rootTieShares: 1.5,
  rootGlanceMs: 2_000,
  /** A root that lost its hub is left to the one that all name for this long, and then so long to each other one in turn. */
  rootGraceMs: 250,
  /** A failed attempt rests before the same hub tries again, so that others come first. */
  failedAttemptPauseMs: 1_000,
  /** Submission waits this long for a second holder before it is told that nobody took the job. */
  acceptTimeoutMs: 10_000,
  /** How often a hub looks whether enough hubs are there for a new job whose results are to be compared. */
  compareLookMs: 100,
  /** A blob that must reach a second hub is offered to another one after this long. */
  replicateTimeoutMs: 10_000,
} as const
