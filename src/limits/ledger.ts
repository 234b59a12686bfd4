/** Maxima of ledgers and of what lies on disk. */
import { KiB, MiB } from './units.ts'

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
  /** Of entries that their author sent itself, one in so many has its seal checked, at about 0.15 ms; of passed on ones, every last. */
  sealCheckedEvery: 64,
  /** A whole job on disk or in memory. */
  docBytesMax: 256 * MiB,
  /** Updates that came before their predecessors are held this long in number and size, else asked for again. */
  heldSectionsMax: 256,
  /** Accepted entries that the Yjs document of a job may be behind, and their bytes: a transaction pays from a few dozen on. */
  lateEntriesMax: 512,
  lateBytesMax: 65_536,
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
  /** Blobs kept in memory while the disk refuses them, and transfers that it broke off. */
  overflowBytesMax: 256 * MiB,
  divertedTransfersMax: 1024,
  /** Hashed or read in one go; between two such pieces other work gets its turn. */
  hashSliceBytes: 4 * MiB,
} as const
