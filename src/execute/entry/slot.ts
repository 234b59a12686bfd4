/** Main module of a slot process. Arguments: the runtime's URL, the hub's process id, `watch` to look after the hub. */
import { flushCompileCache } from 'node:module'
import { assertNever } from '../../errors.ts'
import type { OpenMessage, RootMessage, ToSlot } from '../message.ts'
import { endProcess, HubChannel } from './channel.ts'
import { installGlobals } from './globals.ts'
import { Programs } from './programs.ts'
import { SeededRandom } from './random.ts'
import { RootLoop } from './root-loop.ts'
import { describe, faultOf, ShardLoop } from './shard-loop.ts'

const [runtimeUrl = '', parentText = '', watching = ''] = process.argv.slice(2)
const parent = Number(parentText)
if (parent !== 0 && process.ppid !== parent) endProcess()
if (watching === 'watch') {
  const { watchParent } = await import('./orphan.ts')
  watchParent(parent)
}

const channel = new HubChannel()
const random = new SeededRandom()
const programs = new Programs(runtimeUrl)
let current: ShardLoop | RootLoop | null = null
let currentId = 0
let clockMs = 0

installGlobals({ random, clockMs: () => clockMs, print: (text) => current?.host.log(text) })
process.on('uncaughtException', (error) => fault(error))
process.on('unhandledRejection', (reason) => fault(reason, `unhandled rejection: ${describe(reason)}`))
channel.listen(receive)
channel.send({ type: 'ready', id: 0 })
// A slot is killed, never exits: compiled code is kept for the next one here, while nothing runs yet.
programs.preload().then(() => flushCompileCache())

function receive(message: ToSlot): void {
  switch (message.type) {
    case 'put':
      programs.put(message.key, message.bytes)
      break
    case 'forget':
      programs.forget(message.key)
      break
    case 'open':
      openRun(message)
      break
    case 'shards':
      if (current instanceof ShardLoop && message.id === currentId) current.add(message.shards)
      break
    case 'close':
      if (message.id === currentId) current = null
      break
    case 'cancel':
      if (message.id === currentId) current?.cancel()
      break
    case 'save':
      if (message.id === currentId) current?.host.wantCheckpoint()
      break
    case 'divide':
      if (current instanceof ShardLoop && message.id === currentId) current.host.divide(message.afterMs)
      break
    case 'root':
      startRoot(message)
      break
    case 'results':
      if (current instanceof RootLoop && message.id === currentId)
        current.deliver(message.sequence, message.lo, message.outcomes)
      break
    case 'slots':
      if (current instanceof RootLoop && message.id === currentId) current.slotsChanged(message.slots)
      break
    default:
      assertNever(message)
  }
}

function openRun(message: OpenMessage): void {
  clockMs = message.setting.clockMs
  const program = programs.load(message.setting)
  const shared = message.shared === null ? null : programs.bytes(message.shared)
  program.catch((error: unknown) => fault(error))
  current = new ShardLoop(channel, random, message, { program, shared })
  currentId = message.id
}

function startRoot(message: RootMessage): void {
  clockMs = message.setting.clockMs
  const root = new RootLoop(channel, random, message)
  current = root
  currentId = message.id
  root.start(programs.load(message.setting))
}

/** A root dies of it. Else the hub replaces this process and decides what to do with its shards. */
function fault(error: unknown, told = error): void {
  if (current?.host.uncaught(error) !== true) channel.send(faultOf(currentId, told))
}
