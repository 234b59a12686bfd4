/** Slot code in single files: a jail shows a slot these and Node, and no folder of this machine. */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import * as v from 'valibot'

export interface BundleRequest {
  /** A file, or the text of a module that imports others by their paths. */
  readonly entry: { readonly path: string } | { readonly text: string }
  /** `node` for a slot process, `isolate` for what runs in an isolate, where no module of Node exists. */
  readonly platform: 'node' | 'isolate'
  /** Modules by the name under which they are imported, and the file that takes their place. */
  readonly alias?: Readonly<Record<string, string>>
  /** Modules whose exports take the place of globals. */
  readonly inject?: readonly string[]
}

/** Beside each kept bundle: what it was made of, so that a later start need not make it again. */
const recordSchema = v.object({
  sha256: v.string(),
  inputs: v.array(v.object({ path: v.string(), mtimeMs: v.number(), size: v.number() })),
})

/**
 * The path of a bundle of this entry and all it imports, made anew when a source has changed.
 * @throws Error when it can neither be made nor kept.
 */
export function slotBundle(request: BundleRequest): string {
  const folder = bundleFolder()
  const name = createHash('sha256').update(JSON.stringify(request)).digest('hex').slice(0, 16)
  const path = join(folder, `${name}.${request.platform === 'node' ? 'mjs' : 'js'}`)
  if (isFresh(path)) return path
  const { text, inputs } = build(request)
  const record = { sha256: sha256(text), inputs: inputs.map(stampOf) }
  place(path, text)
  place(`${path}.json`, Buffer.from(JSON.stringify(record)))
  return path
}

function build({ entry, platform, alias = {}, inject = [] }: BundleRequest): { text: Uint8Array; inputs: string[] } {
  const result = buildSync({
    ...('path' in entry ? { entryPoints: [entry.path] } : { stdin: { contents: entry.text, resolveDir: '/' } }),
    bundle: true,
    write: false,
    metafile: true,
    absWorkingDir: '/',
    // Our own package.json says that no module has effects; a few do, and which come first matters.
    ignoreAnnotations: true,
    alias: { ...alias },
    inject: [...inject],
    target: 'node24',
    charset: 'utf8',
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'silent',
    ...(platform === 'node'
      ? { platform: 'node' as const, format: 'esm' as const, banner: { js: requireBanner } }
      : { platform: 'neutral' as const, format: 'iife' as const, globalName: 'shoalGuest' }),
  })
  const [file] = result.outputFiles
  if (file === undefined) throw new Error(`esbuild made nothing of ${JSON.stringify(entry)}`)
  const inputs = Object.keys(result.metafile.inputs)
    .filter((input) => input !== '<stdin>')
    .map((input) => join('/', input))
  return { text: file.contents, inputs }
}

/** Packages that were written for `require` find it in a module, too. */
const requireBanner =
  "import{createRequire as shoalRequire}from'node:module';const require=shoalRequire(import.meta.url);"

/** The kept bundle is whole, and none of its sources has changed since. */
function isFresh(path: string): boolean {
  try {
    const record = v.parse(recordSchema, JSON.parse(readFileSync(`${path}.json`, 'utf8')))
    if (sha256(readFileSync(path)) !== record.sha256) return false
    return record.inputs.every((input) => {
      const now = stampOf(input.path)
      return now.mtimeMs === input.mtimeMs && now.size === input.size
    })
  } catch (error) {
    // Missing, half written or of another version: it is made again.
    if (error instanceof Error) return false
    throw error
  }
}

function stampOf(path: string): { path: string; mtimeMs: number; size: number } {
  const { mtimeMs, size } = statSync(path)
  return { path, mtimeMs, size }
}

function place(path: string, content: Uint8Array): void {
  const fresh = `${path}.${process.pid}`
  try {
    writeFileSync(fresh, content, { mode: 0o600 })
    renameSync(fresh, path)
  } finally {
    rmSync(fresh, { force: true })
  }
}

function bundleFolder(): string {
  const cacheHome = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  const own = typeof process.getuid === 'function' ? String(process.getuid()) : 'user'
  for (const folder of [join(cacheHome, 'shoal', 'slots'), join(tmpdir(), `shoal-slots-${own}`)]) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      if (isOurs(folder)) return folder
    } catch (error) {
      // Read-only or missing homes are common for services: the next place is tried.
      if (!(error instanceof Error && 'code' in error)) throw error
    }
  }
  throw new Error('there is no folder in which slot code could be kept')
}

/** A folder that somebody else may write to is none to start code from. */
function isOurs(folder: string): boolean {
  const { uid, mode } = statSync(folder)
  return typeof process.getuid !== 'function' || (uid === process.getuid() && (mode & 0o022) === 0)
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The file of a module of this package, by its path relative to the caller's `import.meta.url`. */
export function siblingPath(path: string, from: string): string {
  const extension = from.endsWith('.ts') ? '.ts' : '.js'
  return fileURLToPath(new URL(`${path}${extension}`, from))
}
