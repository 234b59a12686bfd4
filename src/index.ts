/** The public API: connect to a swarm, submit functions, follow them. */
export { type ConnectOptions, connect } from './client/connect.ts'
export type { JobFunction } from './client/function-module.ts'
export type {
  Attempt,
  DoctorReport,
  Finding,
  HubInfo,
  HubReport,
  JobError,
  JobEvent,
  JobReport,
  JobStatus,
  JobSummary,
  ShardCounts,
} from './client/local-hub.ts'
export { RunHandle } from './client/run-handle.ts'
export { type Given, type Ref, shard } from './client/shard.ts'
export type { SubmitOptions } from './client/submission.ts'
export { Swarm } from './client/swarm.ts'
export { type ErrorCode, errorCodes, ShoalError } from './errors.ts'
