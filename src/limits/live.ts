/** Maxima and durations of admission, of connections, and of the shell around the hub. */
import { KiB, MiB } from './units.ts'

/** Membership: certificates, removals and join tokens. */
export const admissionLimits = {
  /** Certificates one hub keeps; renewals and hubs that left included. */
  certificatesMax: 8192,
  /** Removals one hub keeps; they never expire, because a removal must win over a late re-introduction. */
  removalsMax: 4096,
  /** New statements taken from one set: a signature each, about 0.2 ms. The rest comes with the next exchange. */
  statementsPerMergeMax: 1024,
  /** Statements that do not check out before the rest of a set is left unread. */
  badStatementsMax: 16,
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

/** Pairing: a new hub shows a code, a member types it. */
export const pairingLimits = {
  /** A code is good for this long: time to walk to another machine. */
  expiryMs: 10 * 60_000,
  /** Wrong codes before the new hub gives up: with 30 random bits a guesser has five chances in a thousand million. */
  triesMax: 5,
  /** Conversations at once on the new hub, and how long each may take, however slowly it trickles. */
  connectionsMax: 8,
  talkMs: 10_000,
  dialMs: 3_000,
  /** One frame before both sides are proved, and the sealed introduction after. */
  frameBytesMax: KiB,
  introductionBytesMax: 128 * KiB,
  /** Addresses of members in an introduction. */
  addressesMax: 16,
  /** Hubs a member remembers as asking, and of those on one address: made-up ones stop here. */
  askingMax: 64,
  askingPerHostMax: 4,
  /** An asking hub unheard for this long is forgotten: it answers every few seconds. */
  forgetMs: 60_000,
  /** Hubs one `accept` speaks to, each of which could guess once. */
  candidatesMax: 4,
  /** How long `accept` listens for a hub that shows the code. */
  hearMs: 5_000,
  pollMs: 100,
} as const

/** The network: connections, streams, discovery and blob transfer. */
export const liveLimits = {
  /** Connections at once; a full mesh of a large LAN, duplicates included. */
  connectionsMax: 600,
  /** Connections a single address may open per second: several hubs share one machine. */
  inboundPerSecondMax: 100,
  pendingInboundMax: 100,
  /** Connections that are no link yet: in all, and from one address. A machine may have dozens of hubs that start together. */
  strangersMax: 128,
  strangersPerHostMax: 32,
  /** Connections taken: at once and per second, from one address and from all. A handshake costs some milliseconds of the event loop. */
  arrivalsPerHostBurst: 128,
  arrivalsPerHostPerSecond: 32,
  arrivalsBurst: 512,
  arrivalsPerSecond: 96,
  arrivalHostsMax: 1024,
  /** One that failed the handshake by what it said counts as so many more: a machine may do so twice a second. */
  arrivalsLostPerFailure: 15,
  /** One over which a member sent garbage: all its machine may do at once, and eight seconds; twelve from the second time on. */
  arrivalsLostPerBreach: 383,
  arrivalsDebtMax: 512,
  /** A hub that broke the protocol so often, each time within this of the last, is turned away until it has been quiet for so long. */
  breachesMax: 6,
  shunMs: 60_000,
  /** Connections the kernel keeps for us: those that wait are all taken in one turn of the event loop. */
  arrivalsWaitingMax: 32,
  /** Bytes on a new stream before its protocol is agreed on: names of protocols, each after the last was turned down. */
  negotiationBytesMax: 512,
  parallelDialsMax: 16,
  dialQueueMax: 500,
  dialTimeoutMs: 5_000,
  /** One address of several: those that lead nowhere leave time for the next. */
  addressDialTimeoutMs: 1_500,
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
  /** How often it is looked whether gossip goes both ways with every connected hub; after this long its streams are opened again. */
  gossipLookMs: 1_000,
  gossipDeafMs: 2_000,
  /** The wait doubles with each time in vain, so often. */
  gossipDeafDoublings: 5,
  /** Flow-control window of a stream; must stay below libp2p's 4 MiB read buffer, or pausing resets the stream. */
  streamWindowBytesMax: 2 * MiB,
  /** Bytes read from a stream but not yet consumed, before it is paused. */
  readAheadBytesMax: MiB,
  /** Bytes waiting for one peer on its control stream; beyond it `send` says no. */
  controlQueueBytesMax: 8 * MiB,
  /** What one write to a control stream gathers. */
  controlBatchBytesMax: 256 * KiB,
  /** A connected hub of which nothing was heard for so long is asked whether it lives; more rarely among more than so many hubs. */
  quietMs: 700,
  quietHubs: 128,
  /** How often that is looked at. */
  quietTickMs: 200,
  /** Answer of a live peer to a probe; slower means its old session is gone. */
  probeTimeoutMs: 2_000,
  /** Questions of `shoal why` and `shoal logs` to other hubs that are open at once, and how long one waits for its answer. */
  questionsMax: 64,
  questionTimeoutMs: 3_000,
  /** What an answer may hold: bids, and the terms of one. */
  answerBidsMax: 4_096,
  bidTermsMax: 16,
  /** What the answer to `shoal logs` may hold: lines, and their characters. */
  answerLinesMax: 65_536,
  answerLogCharactersMax: 256 * KiB,
  /** Such answers to one hub and to all, at once and per second: a short question brings a long answer. */
  logAnswersBurst: 8,
  logAnswersPerSecond: 1,
  logAnswersBurstAll: 64,
  logAnswersPerSecondAll: 16,
  /** Who follows logs asks so often, and so many hubs at a time: less than hubs answer, and than may be open. */
  logFollowMs: 2_000,
  logHubsAtOnce: 32,
  /** An order to drain names a swarm, two hubs and a life; a refusal is one line. */
  orderCharactersMax: 512,
  reasonCharactersMax: 256,
  /** Hello frame: a certificate chain and a few words. */
  helloBytesMax: 64 * KiB,
  /** Refused or failed peers kept for `shoal doctor`. */
  refusalsMax: 256,
  /** Hubs the dialer knows of, connected or not. */
  candidatesMax: 1024,
  addressesPerCandidateMax: 8,
  /** Characters of an address that a hub tells of itself, and records of other hubs that it keeps. */
  addressCharactersMax: 128,
  addressRecordsMax: 1024,
  /** Records in one message, and bytes of one. */
  addressRecordsPerMessageMax: 64,
  addressBytesMax: 256 * KiB,
  /** A newer record of a hub is taken so long after the last: one that moves all the time is not followed all the time. */
  addressRecordGapMs: 2_000,
  /** How often the own addresses are looked at; one neighbour is asked for records that often, more rarely among more than so many hubs. */
  addressTickMs: 1_000,
  addressAskMs: 5_000,
  addressAskHubs: 128,
  /** libp2p is asked for the own addresses at most so often. */
  ownAddressesMs: 500,
  /** Least time between two questions. */
  addressAskGapMs: 1_000,
  /** Questions answered: at once and per second, of one neighbour and of all. */
  addressAnswersBurst: 4,
  addressAnswersPerSecond: 1,
  addressAnswersBurstAll: 64,
  addressAnswersPerSecondAll: 32,
  /** Links with which a hub stops looking for members that only others told of; below the maximum of connections. */
  meshLinksMax: 500,
  /** Dials of members that were in vain: at once and per second, of one member and of all. */
  memberDialsBurst: 16,
  memberDialsPerSecond: 0.5,
  memberDialsBurstAll: 1024,
  memberDialsPerSecondAll: 64,
  /** Remembered addresses of members, kept over a restart. */
  rememberedMax: 256,
  /** A dial that failed is told for so long: a hub that is still looked for has been tried again by then. */
  dialFailureFreshMs: 120_000,
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
  /** Packets about hubs that are read: at once and per second, from one machine and from all; dozens of hubs on one make 200 a second. */
  mdnsPerHostBurst: 128,
  mdnsPerHostPerSecond: 256,
  mdnsBurst: 2_048,
  mdnsPerSecond: 1_024,
  mdnsHostsMax: 1024,
  /** A packet about a hub that is one too many, or that is new and of another swarm, counts as so many more. */
  mdnsLostPerVain: 15,
  /** Dials of hubs that were only heard, and were not there: at once and per second, of one machine and of all. */
  vainDialsPerHostBurst: 32,
  vainDialsPerHostPerSecond: 2,
  vainDialsBurst: 128,
  vainDialsPerSecond: 16,
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

/** Values on a live hub. */
export const shellLimits = {
  /** Programs whose spots are profiled, least recently run dropped first, and spots of each. */
  profiledProgramsMax: 512,
  profiledSpotsMax: 64,
  /** Blobs kept in memory after use: inputs of a family are read by every run of it. */
  recentBytesMax: 64 * MiB,
  /** Resident memory of a slot before its watchdog ends it. */
  slotMemoryBytesMax: 1024 * MiB,
  /** What the start of a slot process takes on a busy machine. */
  slotStartMs: 400,
  /** Least time between two looks whether work has become scarce for runs under way. */
  divideReviewMs: 20,
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

/** Histories that hubs write for the checker. */
export const historyLimits = {
  /** Of one hub; then it ends: the disk is the user's. */
  fileBytesMax: 1024 * MiB,
  /** Events that are judged together. */
  eventsMax: 5_000_000,
  /** Shards that one event may name: more than a family may have. */
  shardsMax: 2 ** 20,
  /** Of a line that cannot be read, in characters. */
  shownMax: 100,
} as const
