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
  /** Runs of other hubs watched for stragglers. */
  foreignRunsMax: 65_536,
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
  /** A suspect hub unheard for this long is dead: it no longer counts as a holder of blobs. */
  deadAfterMs: 15_000,
  /** A dead or left hub is forgotten after this long. */
  forgetAfterMs: 600_000,
  /** One update per hub and window carries all records of the window. */
  flushWindowMs: 5,
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
  /** Blobs of an acknowledged job are kept this long for late readers. */
  acknowledgedKeepMs: 3_600_000,
} as const

/** The auction (research: rolling-horizon plan over gossiped bid functions). Times named `*Shares` are shares of the mean unit. */
export const auction = {
  /** Units a plan looks at: this many per hub, plus a constant for small swarms. */
  planUnitsPerHub: 4,
  planUnitsBase: 40,
  /** Claimed but unstarted runs a hub holds per slot: hides the claim's latency, never queues deep. */
  queuedRunsPerSlotMax: 1,
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
  /** A bundle aims at this much work: enough to hide its cost, little enough to be stolen late. */
  bundleMsMin: 10,
  bundleMsMax: 2_000,
  /** A bundle takes at most this share of what is left per slot, so that the last ones are small (guided self-scheduling). */
  bundleRestShares: 0.5,
  /** Expected work of a shard about which nothing is known. */
  unknownWorkMs: 20,
  /** After a refused steal the thief waits. */
  stealPauseMs: 200,
  /** An unanswered steal request is given up. */
  stealTimeoutMs: 1_000,
  /** A steal must bring the stolen work forward by this share of it. */
  stealGainShares: 0.25,
  /** A copy of a running shard is worth it when it runs this many times longer than predicted. */
  speculateAfterShares: 1.5,
  /** And has run at least this long: tiny shards are late by noise alone. */
  speculateMsMin: 150,
  /** Assumed before anything was measured. */
  linkBytesPerMs: 40_000,
  linkLatencyMs: 1,
} as const

/** Inputs that could not be fetched: how long the shard rests before anyone here claims it again. */
export const recovery = {
  missingInputPauseMs: 500,
  /** A new job's root is left to its submitter for this long. */
  rootPatienceMs: 1_000,
  /** A failed attempt rests before the same hub tries again, so that others come first. */
  failedAttemptPauseMs: 1_000,
  /** Submission waits this long for a second holder before it is told that nobody took the job. */
  acceptTimeoutMs: 10_000,
  /** A blob that must reach a second hub is offered to another one after this long. */
  replicateTimeoutMs: 10_000,
} as const

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
  /** Least time between two checkpoints of a shard (Young's interval has this floor). */
  checkpointIntervalMs: 1_000,
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
  memoryPollMs: 50,
  /** A slot process that holds more than this share of its memory limit is replaced after its run. */
  recycleMemoryShare: 0.75,
  /** A slot process is replaced after this many runs: leaks of user code end here. */
  recycleRuns: 10_000,
  /** Time a new slot process has to say that it is ready. */
  startMs: 20_000,
  /** A deadline counts only if this much later there is still no result: the hub may have slept itself. */
  deadlineConfirmMs: 25,
  /** Time between the exit of a slot process and the end of its pipes, should somebody else hold them open. */
  drainMs: 250,
  /** How often a slot looks whether its hub still lives, where the kernel does not tell. */
  parentPollMs: 250,
} as const

/** The replicated ledger of one job. */
export const ledgerLimits = {
  /** One packed entry; two fit an update with room for its frame. */
  entryBytesMax: 480 * KiB,
  /** A hub's boot binding: three names, a client id and a signature. */
  bootBytesMax: KiB,
  /** Distinct strings in one entry: family keys, reasons, holders. */
  stringsPerEntryMax: 16_384,
  /** One such string, in UTF-8 bytes. */
  stringBytesMax: KiB,
  /** Shard boundaries that one entry may expand to: they are run-length coded, so a few bytes could ask for millions. */
  startsPerEntryMax: 4 * 65_536,
  /** A value inlined in a record: a packed run of small outcomes. */
  inlineRefBytesMax: 64 * KiB,
  /** Hubs named as holders of one result. */
  holdersMax: 64,
  /** Epochs and generations stay exact in 32-bit columns. */
  epochMax: 2 ** 31 - 2,
  generationMax: 2 ** 20,
  /** Shards of all families of a job: about 60 bytes each in every hub's memory. */
  shardsPerJobMax: 2 ** 20,
  /** Records that wait for their family's spec; more are dropped and the view says so. */
  waitingRecordsMax: 65_536,
  /** Records kept per family for reports; the oldest go first. */
  historyRecordsMax: 65_536,
  /** Logs of a job: hubs times their restarts. */
  logsMax: 16_384,
  /** One hub's log of one job in one boot. */
  logBytesMax: 64 * MiB,
  /** Logs that one update may touch: each new one costs a signature check of about 0.3 ms. */
  logsPerUpdateMax: 256,
  /** Entries in one update between hubs. */
  entriesPerUpdateMax: 65_536,
  /** A whole job on disk or in memory. */
  docBytesMax: 256 * MiB,
  /** Updates that came before their predecessors are held this long in number and size, else asked for again. */
  heldSectionsMax: 256,
  heldBytesMax: 4 * MiB,
} as const

/** Files of a hub. */
export const storeLimits = {
  /** One frame of an append log: at most a whole job. */
  logFrameBytesMax: 256 * MiB,
  /** Log of a job before a snapshot is due, beyond three times the last snapshot. */
  compactSlackBytes: MiB,
  /** Log files of a job (one per start of the hub) before a snapshot is due. */
  compactLogFiles: 8,
  /** Bytes of blobs kept unless the user says otherwise. */
  blobQuotaBytes: 64 * 1024 * MiB,
  /** Hashed or read in one go; between two such pieces other work gets its turn. */
  hashSliceBytes: 4 * MiB,
} as const

/** Membership: certificates, removals and join tokens. */
export const admissionLimits = {
  /** Certificates one hub keeps; renewals and hubs that left included. */
  certificatesMax: 8192,
  /** Removals one hub keeps; they never expire, because a removal must win over a late re-introduction. */
  removalsMax: 4096,
  /** Longest way from a member to the founder: each link is a signature to verify. */
  chainLengthMax: 16,
  /** Certificates a hub shows: its chain, and a second way where there is one. */
  chainCertificatesMax: 32,
  /** A certificate is good for this long; hubs that meet renew each other's. */
  certificateMs: 365 * 24 * 3_600_000,
  /** A certificate with less than this left is renewed at the next hello. */
  renewBeforeMs: 90 * 24 * 3_600_000,
  /** Clocks of two machines on a LAN may differ by this much. */
  clockSkewMs: 10 * 60_000,
  /** Longest life of a join token. */
  tokenExpiryMsMax: 30 * 24 * 3_600_000,
  tokenUsesMax: 4096,
  /** A token, unpacked: secret, chain and addresses; refuses a decompression bomb. */
  tokenBytesMax: 64 * KiB,
  /** Addresses a token carries to start from. */
  tokenAddressesMax: 16,
} as const

/** The network: connections, streams, discovery and blob transfer. */
export const liveLimits = {
  /** Connections at once; a full mesh of a large LAN, duplicates included. */
  connectionsMax: 600,
  /** Connections a single address may open per second: several hubs share one machine. */
  inboundPerSecondMax: 100,
  pendingInboundMax: 100,
  parallelDialsMax: 16,
  dialQueueMax: 500,
  dialTimeoutMs: 5_000,
  /** A TCP connection without traffic for this long is closed; pings keep live ones up. */
  socketIdleMs: 120_000,
  /** Handshake and protocol negotiation of a connection somebody opened to us. */
  upgradeTimeoutMs: 5_000,
  /** The connection monitor's ping and its patience: shorter drops healthy hubs on a loaded machine. */
  pingIntervalMs: 2_000,
  pingTimeoutMs: 4_500,
  /** A connection without a passed hello lives this long. */
  helloWindowMs: 5_000,
  /** Streams of one protocol over one connection: few and long-lived. */
  controlStreamsMax: 4,
  blobStreamsMax: 32,
  gossipStreamsMax: 8,
  /** Flow-control window of a stream; must stay below libp2p's 4 MiB read buffer, or pausing resets the stream. */
  streamWindowBytesMax: 2 * MiB,
  /** Bytes read from a stream but not yet consumed, before it is paused. */
  readAheadBytesMax: MiB,
  /** Bytes waiting for one peer on its control stream; beyond it `send` says no. */
  controlQueueBytesMax: 8 * MiB,
  /** What one write to a control stream gathers. */
  controlBatchBytesMax: 256 * KiB,
  /** Answer of a live peer to a probe; slower means its old session is gone. */
  probeTimeoutMs: 2_000,
  /** Hello frame: a certificate chain and a few words. */
  helloBytesMax: 64 * KiB,
  /** Refused or failed peers kept for `shoal doctor`. */
  refusalsMax: 256,
  /** Hubs the dialer knows of, connected or not. */
  candidatesMax: 1024,
  addressesPerCandidateMax: 8,
  /** Remembered addresses of members, kept over a restart. */
  rememberedMax: 256,
  /** First wait after a failed dial; doubles up to the maximum. */
  dialBackoffMs: 300,
  dialBackoffMsMax: 30_000,
  /** A hub just heard on the LAN is dialled at least this often. */
  dialHeardBackoffMsMax: 3_000,
  /** A peer that was refused, or refuses us, is left alone this long. */
  dialRefusedBackoffMs: 60_000,
  /** The hub with the lower id dials; the other waits this long for it. */
  dialSecondAfterMs: 3_000,
  /** The same after a link broke. */
  redialSecondAfterMs: 500,
  /** Hubs one machine may announce on the LAN; a flood of made-up ones stops here. */
  heardPerHostMax: 64,
  /** Look for new or re-created network interfaces. */
  interfaceScanMs: 2_000,
  interfacesMax: 32,
  /** mDNS queries: fast at first, then rare; N hubs make up to N^2 answers. */
  mdnsFastMs: 1_200,
  mdnsFastForMs: 30_000,
  mdnsSlowMs: 10_000,
  /** Least time between two answers of one hub on one interface. */
  mdnsAnswerGapMs: 300,
  /** Blob transfers at once: fetched and pushed by this hub, and served to others. */
  blobTransfersMax: 8,
  blobServesMax: 16,
  /** Chunks the sender may be ahead of the receiver's disk. */
  blobChunksAheadMax: 3,
  /** A transfer without a chunk for this long is broken. */
  blobStallMs: 15_000,
  /** Idle blob streams kept open per peer: opening one costs two round trips. */
  blobIdleStreamsMax: 2,
} as const

/** What one encoded value may hold. */
export const codecLimits = {
  /** Bytes of one encoded value: what one slot frame may carry (sizes.slotFrameBytesMax). */
  encodedBytesMax: 256 * MiB,
  /** Objects numbered in one table: a Map holds 2 ** 24 entries, and one walk must end well before. */
  objectsMax: 16_000_000,
} as const

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
  /** A hub that does not answer a small request for so long counts as gone. */
  requestTimeoutMs: 10_000,
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
  /** Time between cancelling a job on Ctrl-C and giving up on an answer. */
  cancelWaitMs: 2_000,
  /** Two signals closer than this are one Ctrl-C, seen by us and passed on by our launcher. */
  signalEchoMs: 150,
} as const

/** What the forecast of the machine's load keeps and needs. */
export const forecastLimits = {
  /** Samples of history per metric: a net's training window plus its longest look back. */
  samplesKept: 1280,
  /** Realised errors per expert and horizon behind a p90. */
  errorsKept: 300,
  /** Errors below which p90 is a fixed margin: a quantile of fewer says nothing. */
  errorsForQuantileMin: 10,
  /** Rows a net is trained on. */
  trainingRowsMax: 1200,
  /** Longest one training may take before its thread is replaced. */
  trainingMsMax: 30_000,
  /** Function profiles a hub keeps, least recently used dropped first. */
  profilesMax: 512,
  /** Hubs whose word about one function is kept. */
  profileHubsMax: 64,
  /** One forecast frame on the wire. */
  frameBytesMax: 64,
} as const

/** Values on a live hub. */
export const shellLimits = {
  /** Blobs kept in memory after use: inputs of a family are read by every run of it. */
  recentBytesMax: 64 * MiB,
  /** Resident memory of a slot before its watchdog ends it. */
  slotMemoryBytesMax: 1024 * MiB,
  /** Pause between two attempts to fetch what a job cannot start without. */
  holdRetryMs: 500,
  /** Attempts to fetch a result for a local root before the hub is told that it cannot be had. */
  deliverTimeoutMs: 30_000,
  /** Times a result is offered to other hubs before it counts with one holder. */
  replicaTriesMax: 3,
  /** Events waiting for one follower of a job; a slower one loses the oldest. */
  followerEventsMax: 10_000,
  /** Progress is told at most this often. */
  progressMs: 100,
} as const

/** Decomposition: analysis at submit, granularity and checks at run time. */
export const decomposeLimits = {
  /** Loops and array calls of one module that are judged. */
  spotsMax: 10_000,
  /** What one shard costs beside its work: auction, claim, transfer, commit. Measured 0.2-3 ms; the upper end. */
  shardCostMs: 3,
  /** The rest of a spot is not worth sharding below this many shard costs. */
  worthShardCosts: 10,
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
  /** Time between two looks at the checkpoint clock inside a shard. */
  shardSegmentMs: 5,
  /** Different reasons for staying in place that are logged per root. */
  fallbackLogsMax: 100,
} as const
