/** The programs a slot has loaded, fresh for each job, and the keyed bytes its hub has put here. */
import type { LoadedProgram, LoadProgram } from '../../decompose/runtime/contract.ts'
import { slotLimits } from '../../limits.ts'
import { invalidFrame } from '../frame.ts'
import { setLatest } from '../latest.ts'
import type { SettingFields } from '../message.ts'

export class Programs {
  readonly #bytes = new Map<string, Uint8Array>()
  readonly #loaded = new Map<string, Promise<LoadedProgram>>()
  readonly #runtimeUrl: string
  #runtime: Promise<LoadProgram> | null = null
  /** The loaded program that holds more than memory of this realm. */
  #disposable: LoadedProgram | null = null

  constructor(runtimeUrl: string) {
    this.#runtimeUrl = runtimeUrl
  }

  put(key: string, bytes: Uint8Array): void {
    // The view would keep the whole chunk of the pipe alive, other runs' inputs included.
    this.#bytes.set(key, bytes.byteLength * 2 < bytes.buffer.byteLength ? new Uint8Array(bytes) : bytes)
  }

  forget(key: string): void {
    this.#bytes.delete(key)
  }

  bytes(key: string): Uint8Array {
    const bytes = this.#bytes.get(key)
    if (bytes === undefined) throw invalidFrame(`the key ${key} was never put here`)
    return bytes
  }

  /** Starts loading the runtime; a failure shows when a program is needed. */
  preload(): Promise<unknown> {
    this.#runtime ??= importRuntime(this.#runtimeUrl)
    return this.#runtime.catch((error: unknown) => error)
  }

  /** The program of a job; two jobs never share module state. */
  load(setting: SettingFields): Promise<LoadedProgram> {
    const key = `${setting.job} ${setting.program}`
    const loaded = this.#loaded.get(key) ?? this.#loadFresh(key, this.bytes(setting.program))
    setLatest(this.#loaded, key, loaded, slotLimits.programsMax)
    return loaded
  }

  async #loadFresh(key: string, bytes: Uint8Array): Promise<LoadedProgram> {
    this.#runtime ??= importRuntime(this.#runtimeUrl)
    const loadProgram = await this.#runtime
    this.#makeRoom(key)
    const program = loadProgram(bytes)
    if (program.dispose !== undefined) this.#disposable = program
    return program
  }

  /** One isolate at a time: the last job's ends before the next one's begins. */
  #makeRoom(key: string): void {
    const last = this.#disposable
    this.#disposable = null
    if (last === null) return
    last.dispose?.()
    for (const old of [...this.#loaded.keys()]) if (old !== key) this.#loaded.delete(old)
  }
}

async function importRuntime(url: string): Promise<LoadProgram> {
  const module: unknown = await import(url)
  if (typeof module === 'object' && module !== null && 'loadProgram' in module) {
    const { loadProgram } = module
    if (typeof loadProgram === 'function') return loadProgram as LoadProgram
  }
  throw new Error(`the runtime ${url} exports no function loadProgram`)
}
