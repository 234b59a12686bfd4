/** Whether a program calls what Node has and a bare isolate has not. */

import { decodeProgram } from '../../decompose/program-bytes.ts'
import { ShoalError } from '../../errors.ts'

/** Globals and modules of Node that isolates have no stand-in for. Mentioning one is enough: better a jail than an error. */
const names = [
  'AbortController|AbortSignal|Blob|BroadcastChannel|Buffer|ByteLengthQueuingStrategy|CompressionStream|CountQueuingStrategy|Crypto|CryptoKey',
  'CustomEvent|DecompressionStream|Event|EventSource|EventTarget|File|FormData|Headers|MessageChannel|MessagePort',
  'Navigator|Performance[A-Z]\\w*|ReadableStream\\w*|Request|Response|Storage|SubtleCrypto|TextDecoder\\w*',
  'TextEncoder\\w*|TransformStream\\w*|URL|URLPattern|URLSearchParams|WebSocket|WritableStream\\w*',
  'DOMException|atob|btoa|clearImmediate|crypto|fetch|global|navigator|process|require|setImmediate|setInterval',
].join('|')
const mention = new RegExp(`(?<![\\w$.'"\`])(?:${names})(?![\\w$'"\`])|\\.(?:import|site)\\(`)

/** Workflows are ours and burn time by Node's own measure. */
export function needsNode(bytes: Uint8Array): boolean {
  try {
    const { main, chunks } = decodeProgram(bytes)
    return mention.test(main) || chunks.some(({ code }) => mention.test(code))
  } catch (error) {
    if (error instanceof ShoalError) return true
    throw error
  }
}
